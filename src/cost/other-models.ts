import { Money } from '../core/money.ts';
import { listModels } from '../llm/model-catalog.ts';
import { vendors } from '../llm/vendors.ts';
import type { UsageSum } from './call-archive.ts';
import { type CostFlag, priceOf } from './cost-of.ts';
import { picoPerToken } from './price-list.ts';

export interface ModelName {
  readonly provider: string;
  readonly model: string;
}

/** What the same counts would have cost on another model. */
export interface OtherCost extends ModelName {
  /** An estimate: every model counts the same text in tokens of its own. */
  readonly money: Money;
  readonly flags: readonly CostFlag[];
  readonly priceSource: string;
  readonly priceDate: string;
}

/** Models that can be asked today and have a known price; where it is another host's list price, that host's alone. */
export function pricedModels(at: number): ModelName[] {
  return Object.keys(vendors).flatMap(provider =>
    listModels(provider, { at }).flatMap(({ id: model }) => {
      const price = priceOf(provider, model, at);
      return price && !price.flags.includes('openai-list-price') ? [{ provider, model }] : [];
    }),
  );
}

/** Lengths of input at which the price of one of the models changes, ascending: what calls have to be told apart by. */
export function priceBoundaries(models: readonly ModelName[], at: number): number[] {
  const boundaries = models.flatMap(({ provider, model }) => priceOf(provider, model, at)?.aboveTokens ?? []);
  return [...new Set(boundaries)].sort((a, b) => a - b);
}

/**
 * Real usage at other models' standard rates of `at`, cheapest first. Cached tokens at the cached rate of the other model, where it has
 * one; cache writes likewise. A model whose rate for long requests is needed and not known is left out, never guessed.
 * @param sums told apart by `priceBoundaries` of these models
 */
export function onOtherModels(sums: readonly UsageSum[], models: readonly ModelName[], at: number): OtherCost[] {
  return models
    .flatMap(name => costOn(name, sums, at) ?? [])
    .sort((a, b) => a.money.compare(b.money) || order(a.model, b.model) || order(a.provider, b.provider));
}

function costOn(name: ModelName, sums: readonly UsageSum[], at: number): OtherCost | undefined {
  const price = priceOf(name.provider, name.model, at);
  if (!price) return undefined;
  const { rates, aboveTokens = Infinity, source, flags } = price;
  const found = new Set<CostFlag>(flags);
  let pico = 0n;
  for (const sum of sums) {
    const long = sum.above >= aboveTokens;
    const { input, cached, cacheWrite, output } = (long ? rates.long : rates.base) ?? {};
    if (input === undefined || output === undefined) return undefined;
    if (long) found.add('long-context');
    if (sum.cachedTokens > 0n && cached === undefined) found.add('cached-rate-missing');
    pico += picoPerToken(input) * (sum.inputTokens - sum.cachedTokens - sum.cacheWriteTokens);
    pico += picoPerToken(cached ?? input) * sum.cachedTokens;
    pico += picoPerToken(cacheWrite ?? input) * sum.cacheWriteTokens;
    pico += picoPerToken(output) * sum.outputTokens;
  }
  return { ...name, money: new Money(pico), flags: [...found], priceSource: source.name, priceDate: source.dataDate };
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
