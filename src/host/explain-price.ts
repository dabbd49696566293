import type { PriceUse } from '../cost/call-store.ts';
import { priceOf } from '../cost/cost-of.ts';
import { explainFlag } from './cost-flags.ts';

/** Sources that are told by their flag, in better words than their name. */
const selfEvident: ReadonlySet<string> = new Set(['override', 'local', 'provider']);

/**
 * By which price a cost was counted: "Price of genai-prices 0.1.8, data of 2026-09-23, in force since 2026-07-30, flex tier. The rates for
 * long requests applied to all of it."
 */
export function explainPrice({ provider, model, source, dataDate, tier, flags, at }: PriceUse): string {
  const named = source !== undefined && !selfEvident.has(source);
  const current = named ? priceOf(provider, model, at)?.source : undefined;
  // Kept is the source and its day; of that data the first day of the rate is known as long as it is the data in force.
  const since = current?.name === source && current?.dataDate === dataDate ? current?.effectiveFrom : undefined;
  const parts = [
    named && `Price of ${source}`,
    named && dataDate && `data of ${dataDate}`,
    since && `in force since ${since}`,
    named && tier && !standard.has(tier) && `${tier} tier`,
  ].filter(part => typeof part === 'string');
  return [...(parts.length > 0 ? [`${parts.join(', ')}.`] : []), ...flags.map(explainFlag)].join(' ');
}

const standard: ReadonlySet<string> = new Set(['standard', 'default', 'auto']);

/** The same for calls that were counted by several prices, each said once. */
export const explainPrices = (uses: readonly PriceUse[]): string =>
  [...new Set(uses.map(explainPrice))].filter(Boolean).join(' ');
