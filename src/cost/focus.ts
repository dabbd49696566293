import { findVendor } from '../llm/vendors.ts';
import type { CallRecord } from './call-archive.ts';
import type { Column } from './export.ts';

const isoSeconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
const amount = ({ cost }: CallRecord): string | undefined => cost?.toString();
const tokens = ({ usage }: CallRecord): number | undefined => usage?.totalTokens;
const label = ({ provider }: CallRecord): string => findVendor(provider)?.label ?? provider;

function month(at: number, later: 0 | 1): string {
  const date = new Date(at);
  return isoSeconds(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later, 1));
}

/**
 * FOCUS 1.2, all of its mandatory columns, three that are recommended or conditional, and ours behind them as "x_…", as it asks for
 * (https://focus.finops.org/focus-specification/v1-2/, read 2026-11-28). A charge is one request. Costs are list prices, because that is
 * all Pennyloom knows; the account is not known here, and the provider's name stands in for it.
 */
export const focusColumns: readonly Column[] = [
  ['BilledCost', amount],
  ['BillingAccountId', ({ provider }) => provider],
  ['BillingAccountName', label],
  ['BillingCurrency', () => 'USD'],
  ['BillingPeriodEnd', ({ started }) => month(started, 1)],
  ['BillingPeriodStart', ({ started }) => month(started, 0)],
  ['ChargeCategory', () => 'Usage'],
  ['ChargeClass', () => undefined],
  ['ChargeDescription', ({ model, feature }) => `${model}, ${feature}`],
  ['ChargeFrequency', () => 'Usage-Based'],
  ['ChargePeriodEnd', ({ started, settled }) => isoSeconds(Math.max(settled ?? 0, started + 1000))],
  ['ChargePeriodStart', ({ started }) => isoSeconds(started)],
  ['ConsumedQuantity', tokens],
  ['ConsumedUnit', call => (tokens(call) === undefined ? undefined : 'Tokens')],
  ['ContractedCost', amount],
  ['EffectiveCost', amount],
  ['InvoiceIssuerName', label],
  ['ListCost', amount],
  ['PricingQuantity', tokens],
  ['PricingUnit', call => (tokens(call) === undefined ? undefined : 'Tokens')],
  ['ProviderName', label],
  ['PublisherName', label],
  ['ServiceCategory', () => 'AI and Machine Learning'],
  ['ServiceName', call => `${label(call)} API`],
  ['x_Model', ({ model }) => model],
  ['x_Feature', ({ feature }) => feature],
  ['x_Workspace', ({ workspace }) => workspace],
  ['x_Conversation', ({ conversation }) => conversation],
  ['x_State', ({ state }) => state],
  ['x_InputTokens', ({ usage }) => usage?.inputTokens],
  ['x_CachedTokens', ({ usage }) => usage?.cachedInputTokens],
  ['x_OutputTokens', ({ usage }) => usage?.outputTokens],
  ['x_PriceSource', ({ priceSource }) => priceSource],
  ['x_PriceDate', ({ priceDate }) => priceDate],
  ['x_CostAtLeast', ({ least }) => least?.toString()],
  ['x_CostAtMost', ({ state, bound }) => (state === 'estimated' ? bound?.toString() : undefined)],
];
