import type { Money } from '../core/money.ts';
import type { CallRecord, GroupSum, PageQuery } from './call-archive.ts';
import type { CallSum } from './call-store.ts';

/** Sums by key, added to one another. */
export class GroupSums {
  #groups = new Map<string, GroupSum>();

  add(sum: GroupSum): void {
    const known = this.#groups.get(sum.key);
    this.#groups.set(sum.key, known ? plus(known, sum) : sum);
  }

  dearestFirst(): GroupSum[] {
    return [...this.#groups.values()].sort((a, b) => b.money.compare(a.money) || order(a.key, b.key));
  }
}

/** Everything in all of them. */
export const addedUp = (sums: readonly GroupSum[], key: string): GroupSum | undefined =>
  sums.length === 0 ? undefined : { ...sums.reduce(plus), key };

const plus = (a: GroupSum, b: GroupSum): GroupSum => ({ key: a.key, ...sumOf(a, b) });

export function sumOf(a: CallSum, b: CallSum): CallSum {
  return {
    calls: a.calls + b.calls,
    money: a.money.add(b.money),
    unknownCalls: a.unknownCalls + b.unknownCalls,
    estimatedCalls: a.estimatedCalls + b.estimatedCalls,
    inputTokens: a.inputTokens + b.inputTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
  };
}

/** For Array.sort: what is unknown last, either way; calls that are equal in it by time, and then by id. */
export function compareCalls(by: PageQuery['order'], descending: boolean): (a: CallRecord, b: CallRecord) => number {
  const way = descending ? -1 : 1;
  return (a, b) => {
    const [x, y] = [valueOf(a, by), valueOf(b, by)];
    if (x !== y) {
      if (x === undefined) return 1;
      if (y === undefined) return -1;
      return x < y ? -way : way;
    }
    return way * (a.started - b.started || order(a.id, b.id));
  };
}

function valueOf(call: CallRecord, by: PageQuery['order']): bigint | number | undefined {
  switch (by) {
    case 'time':
      return call.started;
    case 'cost':
      return call.cost?.pico;
    case 'input':
      return call.usage?.inputTokens;
    case 'output':
      return call.usage?.outputTokens;
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Of which part is shown; undefined where nothing was spent. */
export const shareOf = (part: Money, whole: Money): number | undefined =>
  whole.pico > 0n ? Number((part.pico * 10_000n) / whole.pico) / 10_000 : undefined;
