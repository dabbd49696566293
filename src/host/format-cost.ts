import type { Money } from '../core/money.ts';

/** Parts of a sum that decide how honestly it can be told. */
export interface CostParts {
  readonly money: Money;
  readonly calls: number;
  readonly unknownCalls: number;
  readonly estimatedCalls: number;
}

/** What is said of a turn beside the sum. */
export interface TurnParts {
  readonly least?: Money;
  readonly most?: Money;
  readonly counting?: Money;
}

/** "$0.0069", "≈ $0.0069" with estimates in it, "≥ $0.0069" with unknown parts, "unknown" where nothing is known. */
export function formatCost({ money, calls, unknownCalls, estimatedCalls }: CostParts, locale?: string): string {
  if (calls > 0 && unknownCalls === calls) return 'unknown';
  const sign = unknownCalls > 0 ? '≥ ' : estimatedCalls > 0 ? '≈ ' : '';
  return sign + money.format(locale);
}

/** With the bounds of what was never reported: "≈ $0.0031 ($0.0020–$0.0100)"; "≈ $0.0031, counting…" while an answer is still read on. */
export function formatTurnCost(cost: CostParts & TurnParts, locale?: string): string {
  const { counting, least, most, money } = cost;
  if (counting) return `≈ ${money.add(counting).format(locale)}, counting…`;
  if (!least || !most) return formatCost(cost, locale);
  return `${formatCost(cost, locale)} (${least.format(locale)}–${most.format(locale)})`;
}

/** The same for the tooltip, in a sentence. */
export function explainCost({ unknownCalls, estimatedCalls }: CostParts, priceDate: string | undefined): string {
  return [
    priceDate && `Prices of ${priceDate}.`,
    estimatedCalls > 0 && `${calls(estimatedCalls)} estimated, because the answer ended before its token counts came.`,
    unknownCalls > 0 && `${calls(unknownCalls)} of unknown cost: the true sum is at least this.`,
  ]
    .filter(Boolean)
    .join(' ');
}

const calls = (count: number): string => (count === 1 ? 'One request is' : `${count} requests are`);

/** Spelled out for screen readers: "4.23 cents", "1.27 dollars". */
export function spokenCost(money: Money, locale?: string): string {
  const cents = Number(money.pico) / 1e10;
  // What would round to a hundred cents is a dollar.
  return cents < 99.995
    ? spoken(cents.toLocaleString(locale, { maximumSignificantDigits: 4 }), 'cent')
    : spoken((cents / 100).toLocaleString(locale, { maximumFractionDigits: 2 }), 'dollar');
}

const spoken = (amount: string, unit: string): string => `${amount} ${unit}${amount === '1' ? '' : 's'}`;
