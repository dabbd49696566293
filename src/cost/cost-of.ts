import { Money } from '../core/money.ts';
import type { Usage } from '../llm/usage.ts';
import { findVendor } from '../llm/vendors.ts';
import { picoPerToken, pricesInForce } from './price-list.ts';
import type { FoundPrice, PriceList, PriceRow, PriceTier, Rates, TierRates } from './price-list.ts';

/**
 * Why a cost deserves a second look:
 * - unknown-model: no price in the list, so no money (never $0, never another model's rate)
 * - unknown-tier: the model has a price, but not for this service tier or for this length in it; no money
 * - usage-contradictory: the reported counts cannot be true together (more cached than input); no money
 * - price-unverified: the price in force that day is not vouched for any more, or not yet
 * - cached-rate-missing: cached input was charged as plain input
 * - cache-write-not-reported: writes are billed, but the count was not reported; the true cost may be higher
 * - long-context: the long-context rates applied to the whole request
 * - family-price: an unlisted snapshot, priced as its family
 * - openai-list-price: an Azure deployment priced as OpenAI's list; regional deployments cost up to 10 % more
 * - provider-reported: no list, the provider's own word on this call
 * - local: runs on the user's own machine
 * and what the price row itself says: unconfirmed, sources-disagree, cache-write-rate-unknown, moving-alias, override.
 */
export type CostFlag =
  | 'unknown-model'
  | 'unknown-tier'
  | 'usage-contradictory'
  | 'price-unverified'
  | 'cached-rate-missing'
  | 'cache-write-not-reported'
  | 'long-context'
  | 'family-price'
  | 'openai-list-price'
  | 'provider-reported'
  | 'local'
  | NonNullable<PriceRow['flags']>[number];

export interface PriceSource {
  readonly name: string;
  /** The day the source's data was read, "YYYY-MM-DD". */
  readonly dataDate: string;
  /** The first day of the rate, where it is known. */
  readonly effectiveFrom?: string;
  readonly tier: PriceTier;
}

export interface Cost {
  /** undefined is "unknown"; it is never to be shown or added as zero. */
  readonly money: Money | undefined;
  readonly source: PriceSource | undefined;
  readonly flags: readonly CostFlag[];
}

export interface Billable {
  readonly provider: string;
  readonly model: string;
  readonly usage: Usage;
  /** When the call was made (a number is milliseconds since 1970); the price of that UTC day counts. Default: now. */
  readonly at?: Date | number;
  /** The model the response names: what a moving name such as "mistral-small-latest" stood for. */
  readonly answeredBy?: string;
  /** The service tier the response names; absent, "auto" and "default" are the standard one. */
  readonly tier?: string;
}

/**
 * What a call cost, exactly. Cached reads and cache writes are parts of the input, each at its own rate; reasoning is inside the
 * output. A cached count that was not reported earns no discount: the vendor grants it by reporting it. A price of the person's own holds
 * whatever the tier.
 */
export function costOf(
  { provider, model, answeredBy, usage, at = Date.now(), tier }: Billable,
  prices: PriceList = pricesInForce(),
): Cost {
  if (usage.reportedCost !== undefined) return reported(usage.reportedCost, at);
  const asked = prices.find(provider, model, at);
  const isMoving = asked?.row.flags?.includes('moving-alias') && answeredBy !== undefined;
  const price = (isMoving ? prices.find(provider, answeredBy, at) : undefined) ?? asked;
  if (!price) return isFree(provider, model) ? localCost : unknown('unknown-model');
  const name = price.row.flags?.includes('override') ? 'standard' : tierNamed(tier);
  const tierRates = name && price.row.tiers[name];
  const long = price.row.aboveTokens !== undefined && usage.inputTokens > price.row.aboveTokens;
  const rates = long ? tierRates?.long : tierRates?.base;
  if (!name || !rates) return unknown('unknown-tier');
  if (!isConsistent(usage)) return unknown('usage-contradictory');
  return {
    money: priced(usage, rates),
    source: sourceOf(price.row, name),
    flags: [...flagsOf(price, provider), ...usageFlags(usage, rates), ...(long ? (['long-context'] as const) : [])],
  };
}

export interface Bound {
  readonly provider: string;
  readonly model: string;
  /** Upper bound of the whole input, tokens. */
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
  readonly at?: Date | number;
  /** As the request asks for it. "auto" leaves the tier to the project's settings: then the dearest one counts. Default: standard. */
  readonly tier?: string;
}

/**
 * The most a request within these token counts can cost, for reserving money before it is sent: every input token at the dearest
 * input rate, long-context rates from the boundary on, and for a price nobody vouches for, the dearest the model ever had.
 * undefined where the price is unknown.
 * @throws RangeError unless both counts are whole and not negative.
 */
export function atMost(
  { provider, model, inputTokens, maxOutputTokens, at = Date.now(), tier = 'standard' }: Bound,
  prices: PriceList = pricesInForce(),
): Money | undefined {
  for (const count of [inputTokens, maxOutputTokens]) {
    if (!isCount(count)) throw new RangeError(`Not a number of tokens: ${count}`);
  }
  const price = prices.find(provider, model, at);
  if (!price) return isFree(provider, model) ? Money.zero : undefined;
  const rows = price.unverified ? prices.rowsOf(provider, model)!.rows : [price.row];
  let most: Money | undefined;
  for (const row of rows) {
    for (const rates of possibleRates(row, inputTokens, tier)) {
      const dearest = Money.sum([
        new Money(dearestInput(rates, row)).times(inputTokens),
        tokensAt(rates.output, maxOutputTokens),
      ]);
      if (!most || dearest.compare(most) > 0) most = dearest;
    }
  }
  return most && provider !== price.row.provider ? withRegionalUplift(most) : most;
}

/** The price in force, for display. */
export function priceOf(
  provider: string,
  model: string,
  at: Date | number = Date.now(),
  prices: PriceList = pricesInForce(),
):
  | {
      readonly rates: TierRates;
      readonly aboveTokens?: number;
      readonly source: PriceSource;
      readonly flags: readonly CostFlag[];
    }
  | undefined {
  const price = prices.find(provider, model, at);
  if (!price) return undefined;
  const { row } = price;
  return {
    rates: row.tiers.standard,
    ...(row.aboveTokens === undefined ? {} : { aboveTokens: row.aboveTokens }),
    source: sourceOf(row, 'standard'),
    flags: flagsOf(price, provider),
  };
}

const isFree = (provider: string, model: string): boolean => findVendor(provider)?.isFree?.(model) ?? false;

const localCost: Cost = {
  money: Money.zero,
  source: { name: 'local', dataDate: '2026-11-22', tier: 'standard' },
  flags: ['local'],
};

/** What the provider bills stands above what a list would make of the counts. */
function reported(dollars: string, at: Date | number): Cost {
  const dataDate = new Date(at).toISOString().slice(0, 10);
  return {
    money: Money.fromDecimal(dollars),
    source: { name: 'provider', dataDate, tier: 'standard' },
    flags: ['provider-reported'],
  };
}

function unknown(flag: CostFlag): Cost {
  return { money: undefined, source: undefined, flags: [flag] };
}

/** OpenAI's `service_tier` in our words; undefined for one we have no prices for, such as "scale". */
function tierNamed(tier: string | undefined): PriceTier | undefined {
  if (tier === undefined || tier === 'default' || tier === 'auto' || tier === 'standard') return 'standard';
  return tier === 'batch' || tier === 'flex' || tier === 'priority' ? tier : undefined;
}

function isConsistent(usage: Usage): boolean {
  const { inputTokens, outputTokens, cachedInputTokens = 0, cacheWriteTokens = 0, cacheWrite1hTokens = 0 } = usage;
  const counts = [inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, cacheWrite1hTokens];
  return (
    counts.every(isCount) &&
    cachedInputTokens + cacheWriteTokens <= inputTokens &&
    cacheWrite1hTokens <= cacheWriteTokens
  );
}

function isCount(tokens: number): boolean {
  return Number.isSafeInteger(tokens) && tokens >= 0;
}

function priced(usage: Usage, rates: Rates): Money {
  const cached = usage.cachedInputTokens ?? 0;
  const written = usage.cacheWriteTokens ?? 0;
  const forAnHour = usage.cacheWrite1hTokens ?? 0;
  const writeRate = rates.cacheWrite ?? rates.input;
  return Money.sum([
    tokensAt(rates.input, usage.inputTokens - cached - written),
    tokensAt(rates.cached ?? rates.input, cached),
    tokensAt(writeRate, written - forAnHour),
    tokensAt(rates.cacheWrite1h ?? writeRate, forAnHour),
    tokensAt(rates.output, usage.outputTokens),
  ]);
}

function tokensAt(rate: string, tokens: number): Money {
  return new Money(picoPerToken(rate)).times(tokens);
}

function usageFlags(usage: Usage, rates: Rates): readonly CostFlag[] {
  const flags: CostFlag[] = [];
  if ((usage.cachedInputTokens ?? 0) > 0 && rates.cached === undefined) flags.push('cached-rate-missing');
  if (usage.cacheWriteTokens === undefined && rates.cacheWrite !== undefined) flags.push('cache-write-not-reported');
  return flags;
}

function flagsOf({ row, unverified, family }: FoundPrice, provider: string): readonly CostFlag[] {
  const flags: CostFlag[] = [...(row.flags ?? [])];
  if (unverified) flags.push('price-unverified');
  if (family) flags.push('family-price');
  if (provider !== row.provider) flags.push('openai-list-price');
  return flags;
}

function sourceOf(row: PriceRow, tier: PriceTier): PriceSource {
  const since = row.from === undefined ? {} : { effectiveFrom: row.from };
  return { name: row.source, dataDate: row.dataDate, ...since, tier };
}

/**
 * The rates a request of up to this many tokens may meet. The boundary itself counts as long: sources differ by one token there.
 * The request may turn out shorter than its bound, so the base rates always count.
 */
function possibleRates(row: PriceRow, inputTokens: number, tier: string): readonly Rates[] {
  const { aboveTokens = Infinity } = row;
  const name = tierNamed(tier);
  const tiers = tier === 'auto' ? Object.values(row.tiers) : name && row.tiers[name] ? [row.tiers[name]] : [];
  return tiers.flatMap(({ base, long }) => (long && inputTokens >= aboveTokens ? [base, long] : [base]));
}

/** Picodollars per token. Pennyloom asks nobody to keep a cache for an hour. OpenAI bills cache writes at 1.25 × input (from GPT-5.6 on); that is assumed where the rate is not known. */
function dearestInput(rates: Rates, row: PriceRow): bigint {
  const input = picoPerToken(rates.input);
  const write = row.flags?.includes('cache-write-rate-unknown')
    ? (input * 5n) / 4n
    : picoPerToken(rates.cacheWrite ?? rates.input);
  return write > input ? write : input;
}

/** Azure's regional deployments cost 10 % more than the global ones, whose prices are OpenAI's. Rounded up. */
function withRegionalUplift(money: Money): Money {
  return new Money((money.pico * 11n + 9n) / 10n);
}
