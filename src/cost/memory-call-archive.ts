import { Money } from '../core/money.ts';
import type {
  CallArchive,
  CallPage,
  CallQuery,
  CallRecord,
  Deletion,
  Dimension,
  Group,
  GroupSum,
  NewCost,
  PageQuery,
  Repriced,
  Span,
  UsageSum,
} from './call-archive.ts';
import { compareCalls, GroupSums } from './call-arithmetic.ts';
import type { MemoryCallStore, MemoryEntry } from './memory-call-store.ts';

/** The calls of this window, where nothing can be kept: each question is answered by reading all of them. */
export class MemoryCallArchive implements CallArchive {
  readonly partial = true;
  #store: MemoryCallStore;
  #titleOf: (conversation: string) => string | undefined;

  constructor(store: MemoryCallStore, titleOf: (conversation: string) => string | undefined = () => undefined) {
    this.#store = store;
    this.#titleOf = titleOf;
  }

  sums(by: Dimension, spans: readonly Span[]): Promise<GroupSum[][]> {
    return Promise.resolve(spans.map(span => this.#sums(by, span)));
  }

  page({ order, descending, offset, limit, ...query }: PageQuery): Promise<CallPage> {
    const found = this.#matching(query).map(recordOf).sort(compareCalls(order, descending));
    return Promise.resolve({ calls: found.slice(offset, offset + limit), more: found.length > offset + limit });
  }

  find(id: string): CallRecord | undefined {
    const entry = this.#kept().find(kept => kept.id === id);
    return entry && recordOf(entry);
  }

  async *read(query: CallQuery): AsyncGenerator<readonly CallRecord[]> {
    const found = this.#matching(query).map(recordOf).sort(compareCalls('time', false));
    if (found.length > 0) yield found;
  }

  usage(query: CallQuery, boundaries: readonly number[]): Promise<UsageSum[]> {
    const calls = this.#matching(query).map(recordOf).filter(canBePricedElsewhere);
    const groups = Map.groupBy(calls, ({ usage }) => boundaries.findLast(tokens => usage!.inputTokens > tokens) ?? 0);
    return Promise.resolve([...groups].map(([above, group]) => usageSum(above, group)));
  }

  titleOf(conversation: string): string | undefined {
    return this.#titleOf(conversation);
  }

  begins(): number | undefined {
    const moments = this.#store.entries().map(({ started }) => started);
    return moments.length > 0 ? moments.reduce((a, b) => Math.min(a, b)) : undefined;
  }

  deleted({ from, to }: Span): { calls: number; money: Money } {
    const gone = this.#store.entries().filter(({ deleted, started }) => deleted && started >= from && started < to);
    return { calls: gone.length, money: Money.sum(gone.map(({ settlement }) => settlement?.cost ?? Money.zero)) };
  }

  async *reprice(costs: readonly NewCost[]): AsyncGenerator<Repriced> {
    let replaced = 0;
    for (const { id, old, usage, ...to } of costs) {
      const entry = this.#kept().find(kept => kept.id === id);
      if (!entry?.settlement || entry.settlement.cost?.pico !== old?.pico) continue;
      const raw = entry.settlement.usage?.raw;
      const { cost, least, state, priceSource, priceDate } = to;
      const flags = to.flags as NonNullable<typeof entry.settlement.flags>;
      const settlement = {
        ...entry.settlement,
        usage: { ...usage, raw },
        cost,
        least,
        state,
        priceSource,
        priceDate,
        flags,
      };
      this.#store.replace({ ...entry, settlement });
      replaced++;
    }
    yield { done: costs.length, replaced };
  }

  async delete(query: CallQuery, keepFrom: number, now: number): Promise<Deletion> {
    const gone = this.#matching(query).filter(({ settlement }) => settlement !== undefined);
    const [kept, old] = [
      gone.filter(({ started }) => started >= keepFrom),
      gone.filter(({ started }) => started < keepFrom),
    ];
    for (const { id } of old) this.#store.remove(id);
    for (const entry of kept) this.#store.replace(reduced(entry, now));
    await this.purge(keepFrom);
    return { removed: old.length, reduced: kept.length };
  }

  purge(keepFrom: number): Promise<void> {
    for (const { id, deleted, started } of this.#store.entries())
      if (deleted !== undefined && started < keepFrom) this.#store.remove(id);
    return Promise.resolve();
  }

  version(): number {
    return 0;
  }

  #kept(): MemoryEntry[] {
    return this.#store.entries().filter(({ deleted }) => deleted === undefined);
  }

  #matching({ span: { from, to }, session, group, search }: CallQuery): MemoryEntry[] {
    return this.#kept().filter(
      entry =>
        entry.started >= from &&
        entry.started < to &&
        (session === undefined || entry.session === session) &&
        (!group || keyOf(entry, group.by) === group.key) &&
        (!search || this.#namesOf(entry).some(name => asciiLower(name).includes(asciiLower(search)))),
    );
  }

  #namesOf(entry: MemoryEntry): string[] {
    const { model, provider, feature, workspace, settlement, conversation } = entry;
    return [model, provider, feature, workspace, settlement?.state ?? 'reserved', this.#titleOf(conversation) ?? ''];
  }

  #sums(by: Dimension, { from, to }: Span): GroupSum[] {
    const groups = new GroupSums();
    for (const entry of this.#store.entries()) {
      const { settlement, started } = entry;
      if (started < from || started >= to || !settlement || settlement.state === 'rejected') continue;
      const { usage, cost } = settlement;
      groups.add({
        key: keyOf(entry, by),
        calls: 1,
        money: cost ?? Money.zero,
        unknownCalls: cost ? 0 : 1,
        estimatedCalls: settlement.state === 'estimated' ? 1 : 0,
        inputTokens: usage?.inputTokens ?? 0,
        cachedTokens: usage?.cachedInputTokens ?? 0,
        outputTokens: usage?.outputTokens ?? 0,
        reasoningTokens: usage?.reasoningTokens ?? 0,
      });
    }
    return groups.dearestFirst();
  }
}

/** As SQLite's LIKE compares. */
const asciiLower = (text: string): string => text.replace(/[A-Z]/g, letter => letter.toLowerCase());

const keyOf = (entry: MemoryEntry, by: Group['by']): string =>
  by === 'model' ? `${entry.provider}/${entry.model}` : entry[by];

function recordOf({ settlement, ...entry }: MemoryEntry): CallRecord {
  const { id, session, conversation, turn, feature, workspace, provider, model, started, bound } = entry;
  const { raw, ...usage } = settlement?.usage ?? {};
  return {
    id,
    session,
    conversation,
    turn,
    feature,
    workspace,
    provider,
    model,
    started,
    bound,
    state: settlement?.state ?? 'reserved',
    settled: settlement?.settled,
    cost: settlement?.cost,
    least: settlement ? settlement.least : entry.least,
    usage: settlement?.usage && (usage as CallRecord['usage']),
    rawUsage: raw === undefined ? undefined : JSON.stringify(raw),
    priceSource: settlement?.priceSource,
    priceDate: settlement?.priceDate,
    tier: settlement?.tier,
    flags: settlement?.flags ?? [],
  };
}

const canBePricedElsewhere = ({ state, usage }: CallRecord): boolean =>
  state !== 'reserved' &&
  state !== 'rejected' &&
  usage !== undefined &&
  (usage.cachedInputTokens ?? 0) + (usage.cacheWriteTokens ?? 0) <= usage.inputTokens;

function usageSum(above: number, calls: readonly CallRecord[]): UsageSum {
  const sum = (count: (usage: NonNullable<CallRecord['usage']>) => number | undefined): bigint =>
    calls.reduce((all, { usage }) => all + BigInt(count(usage!) ?? 0), 0n);
  return {
    above,
    calls: calls.length,
    inputTokens: sum(usage => usage.inputTokens),
    cachedTokens: sum(usage => usage.cachedInputTokens),
    cacheWriteTokens: sum(usage => usage.cacheWriteTokens),
    outputTokens: sum(usage => usage.outputTokens),
    money: Money.sum(calls.map(({ cost }) => cost ?? Money.zero)),
    unknownCalls: calls.filter(({ cost }) => !cost).length,
  };
}

function reduced({ settlement, least: _least, ...entry }: MemoryEntry, now: number): MemoryEntry {
  const { state, cost, priceDate } = settlement!;
  return {
    ...entry,
    conversation: '',
    turn: '',
    deleted: now,
    settlement: { state, cost, priceDate, settled: now, usage: undefined, priceSource: undefined },
  };
}
