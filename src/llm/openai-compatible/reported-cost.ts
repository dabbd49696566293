import { Money } from '../../core/money.ts';
import type { ReportedCost } from '../openai/host-ways.ts';

/**
 * `usage.cost` in credits, which are US dollars, in every answer without being asked for. With a provider's key of one's own
 * (`is_byok`) it is OpenRouter's fee alone, and the provider bills `cost_details.upstream_inference_cost` besides.
 * Source: openrouter.ai/docs, "Usage Accounting" and FAQ, read 2026-11-28; is_byok: ORO-AI/oro v3.0.3 (2026-10).
 */
export const openRouterCost: ReportedCost = ({ cost, is_byok: ownKey, cost_details: details }) => {
  const charged = dollars(cost);
  if (!charged || ownKey !== true) return charged?.toString();
  const upstream = dollars(Reflect.get(Object(details), 'upstream_inference_cost'));
  // What the provider bills is the larger part: without it nothing is known.
  return upstream && charged.add(upstream).toString();
};

/** `usage.cost_in_usd_ticks`, 10^10 to the dollar: what was billed, discounts and tools included. Source: docs.x.ai, "Cost Tracking", read 2026-11-28. */
export const xAiCost: ReportedCost = ({ cost_in_usd_ticks: ticks }) =>
  typeof ticks === 'string' && /^\d{1,20}$/.test(ticks) ? dollars(`${ticks}e-10`)?.toString() : undefined;

/**
 * LiteLLM's proxy, known by its headers wherever it runs: `x-litellm-response-cost` with a whole answer; in a stream, whose headers leave
 * before anything is known, `usage.cost`. 0 is taken for unknown: a model that the proxy has no price for costs 0 there.
 * Source: docs.litellm.ai, "Response Headers" (2026-10); streams: BerriAI/litellm#39069 (2026-09); the zero: #31675.
 */
export const liteLlmCost: ReportedCost = ({ cost }, headers) => {
  if (!Object.keys(headers).some(name => name.startsWith('x-litellm-'))) return undefined;
  const streamed = headers['content-type']?.startsWith('text/event-stream');
  const charged = dollars(cost) ?? (streamed ? undefined : dollars(headers['x-litellm-response-cost']?.trim()));
  return charged && charged.pico > 0n ? charged.toString() : undefined;
};

function dollars(digits: unknown): Money | undefined {
  if (typeof digits !== 'string') return undefined;
  try {
    const money = Money.fromDecimal(digits);
    return money.pico < 0n ? undefined : money;
  } catch {
    return undefined;
  }
}
