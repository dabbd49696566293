import { Money } from '../core/money.ts';
import { familyOfSnapshot } from '../llm/model-id.ts';
import type { CallArchive, Span } from './call-archive.ts';

/** What a provider says that one model took on one day (UTC, "YYYY-MM-DD"). */
export interface BilledUsage {
  readonly day: string;
  readonly model: string;
  readonly requests: number;
  /** With cached ones. */
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

/** One line of a provider's bill for one day (UTC). */
export interface BilledCost {
  readonly day: string;
  readonly item: string;
  readonly money: Money;
}

/** One model on one day (UTC), by one side's count. */
export interface Tally {
  readonly calls: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** undefined where that side tells no money for it. */
  readonly money: Money | undefined;
  /** Of the ledger: calls without a known cost, so that the sum is "at least". */
  readonly unknownCalls: number;
}

export interface Drift {
  /** "YYYY-MM-DD" */
  readonly day: string;
  /** A dated snapshot counts as its family: the ledger has what was asked for, the bill what answered. */
  readonly model: string;
  readonly ledger: Tally;
  readonly provider: Tally;
}

const dayMs = 86_400_000;
const nothing: Tally = {
  calls: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  money: undefined,
  unknownCalls: 0,
};

/** Days in UTC, the last one included, as spans. */
export function utcDays(count: number, now: number): { readonly day: string; readonly span: Span }[] {
  const today = Math.floor(now / dayMs) * dayMs;
  return Array.from({ length: count }, (_, at) => {
    const from = today - (count - 1 - at) * dayMs;
    return { day: new Date(from).toISOString().slice(0, 10), span: { from, to: from + dayMs } };
  });
}

export interface ReconcileInput {
  readonly archive: CallArchive;
  /** The ledger's name of the provider that is billed. */
  readonly provider: string;
  readonly days: readonly { readonly day: string; readonly span: Span }[];
  readonly usage: readonly BilledUsage[];
  readonly costs: readonly BilledCost[];
}

/** What the ledger has and what the provider says, side by side, newest day first, then dearest. Differences are for a person to judge. */
export async function reconcile({ archive, provider, days, usage, costs }: ReconcileInput): Promise<Drift[]> {
  const rows = new Map<string, { day: string; model: string; ledger: Tally; provider: Tally }>();
  const rowOf = (day: string, id: string) => {
    const model = familyOfSnapshot(id) ?? id;
    const key = `${day} ${model}`;
    const row = rows.get(key) ?? { day, model, ledger: nothing, provider: nothing };
    rows.set(key, row);
    return row;
  };
  const sums = await archive.sums(
    'model',
    days.map(({ span }) => span),
  );
  for (const [at, groups] of sums.entries())
    for (const { key, calls, money, unknownCalls, inputTokens, cachedTokens, outputTokens } of groups) {
      if (!key.startsWith(`${provider}/`)) continue;
      const row = rowOf(days[at]!.day, key.slice(provider.length + 1));
      row.ledger = added(row.ledger, { calls, money, unknownCalls, inputTokens, cachedTokens, outputTokens });
    }
  for (const { day, model, requests, inputTokens, cachedTokens, outputTokens } of usage) {
    const row = rowOf(day, model);
    const tokens = { inputTokens, cachedTokens, outputTokens };
    row.provider = added(row.provider, { ...tokens, calls: requests, money: undefined, unknownCalls: 0 });
  }
  for (const { day, item, money } of costs) {
    const row = rowOf(day, modelOfItem(item));
    row.provider = added(row.provider, { ...nothing, money });
  }
  return [...rows.values()].sort((a, b) => (a.day < b.day ? 1 : a.day > b.day ? -1 : dearest(b).compare(dearest(a))));
}

/** "gpt-4o-2024-08-06, input" names its model before the comma; that is how the lines look, no document says so. */
const modelOfItem = (item: string): string => item.split(',')[0]!.trim() || 'other';

const dearest = ({ ledger, provider }: Drift): Money =>
  Money.max(ledger.money ?? Money.zero, provider.money ?? Money.zero);

const added = (a: Tally, b: Tally): Tally => ({
  calls: a.calls + b.calls,
  inputTokens: a.inputTokens + b.inputTokens,
  cachedTokens: a.cachedTokens + b.cachedTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  unknownCalls: a.unknownCalls + b.unknownCalls,
  money: a.money && b.money ? a.money.add(b.money) : (a.money ?? b.money),
});
