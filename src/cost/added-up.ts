import { Money } from '../core/money.ts';
import { sumOf } from './call-arithmetic.ts';
import {
  type CallFilter,
  type CallStore,
  dearestFirst,
  type ModelTotal,
  type PriceUse,
  type Unreported,
} from './call-store.ts';

export interface Sums {
  readonly models: readonly ModelTotal[];
  readonly committed: Money;
  /** Where one turn was asked for. */
  readonly prices: readonly PriceUse[];
  readonly unreported: readonly Unreported[];
}

export const sumsIn = (store: CallStore, filter: CallFilter): Sums => ({
  models: store.totals(filter),
  committed: store.committed(filter),
  prices: filter.turn === undefined ? [] : store.prices(filter.turn),
  unreported: filter.turn === undefined ? [] : store.unreported(filter.turn),
});

/** The sums of several stores, each call in one of them. */
export function addedUp(all: readonly Sums[]): Sums {
  const [only] = all;
  if (only && all.length === 1) return only;
  const byModel = Map.groupBy(all.flatMap(({ models }) => models), ({ provider, model }) => `${provider}\n${model}`); // prettier-ignore
  return {
    models: [...byModel.values()].map(totals => totals.reduce(plus)).sort(dearestFirst),
    committed: Money.sum(all.map(({ committed }) => committed)),
    unreported: all.flatMap(({ unreported }) => unreported),
    prices: [...new Map(all.flatMap(({ prices }) => prices).map(use => [JSON.stringify(use), use])).values()],
  };
}

const plus = (a: ModelTotal, b: ModelTotal): ModelTotal => ({
  provider: a.provider,
  model: a.model,
  ...sumOf(a, b),
  priceDate: [a.priceDate, b.priceDate]
    .filter(date => date !== undefined)
    .sort()
    .at(-1),
});
