import type { CostFlag } from './cost-of.ts';

/** By which price calls were counted: as it is kept with them. */
export interface PriceUse {
  /** undefined where no price was known. */
  readonly source: string | undefined;
  /** The day of the source's data, "YYYY-MM-DD". */
  readonly dataDate: string | undefined;
  /** The first day of the rate, where that is known. */
  readonly effectiveFrom?: string | undefined;
  /** The service tier the answer named. */
  readonly tier?: string | undefined;
  readonly flags: readonly string[];
}

/** What a flag means to the one who pays, as a clause. */
const clauses: { readonly [flag in CostFlag]: string } = {
  override: 'your own price, from your settings',
  'provider-reported': 'what the provider says it bills',
  'unknown-model': 'no price of this model is known',
  'unknown-tier': 'no price of this service tier, or of a request this long, is known',
  'usage-contradictory': 'the reported token counts contradict each other',
  'price-unverified': 'the price is not vouched for on that day',
  unconfirmed: 'the price is confirmed by no data set yet',
  'sources-disagree': 'other sources name another price',
  'moving-alias': 'the price of the model this name stands for',
  'family-price': 'priced as its model family',
  'openai-list-price': "OpenAI's list price; a regional deployment may cost up to 10 % more",
  'long-context': 'long-context rates for the whole request',
  'cached-rate-missing': 'cached input at the full rate, as no other is known',
  'cache-write-rate-unknown': 'cache writes are billed at a rate no source names',
  'cache-write-not-reported': 'cache writes are billed but were not reported',
  local: 'free: it ran on your own machine',
};

/**
 * Where a cost comes from, in one sentence: "genai-prices 0.1.8 of 2026-09-23, in force since 2026-07-30, flex tier; long-context rates
 * for the whole request." For the facts of an answer, tooltips and the cost view.
 */
export function explainPrice({ source, dataDate, effectiveFrom, tier, flags }: PriceUse): string {
  const isNamed = source !== undefined && !flags.includes('override') && !flags.includes('local');
  const from = isNamed ? [source, dataDate && `of ${dataDate}`].filter(Boolean).join(' ') : undefined;
  const priced = [
    from,
    isNamed && effectiveFrom && `in force since ${effectiveFrom}`,
    tier && !isStandard(tier) && `${tier} tier`,
  ];
  const said = flags.flatMap(flag => clauses[flag as CostFlag] ?? []);
  const sentence = [priced.filter(Boolean).join(', '), ...said].filter(Boolean).join('; ');
  return sentence ? `${sentence[0]!.toUpperCase()}${sentence.slice(1)}.` : '';
}

const isStandard = (tier: string): boolean => ['standard', 'default', 'auto'].includes(tier);

/** The same for calls that were counted by several prices, each said once. */
export const explainPrices = (uses: readonly PriceUse[]): string =>
  [...new Set(uses.map(explainPrice))].filter(Boolean).join(' ');
