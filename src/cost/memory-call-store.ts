import { Money } from '../core/money.ts';
import {
  type CallFilter,
  type CallRow,
  type CallSettlement,
  type CallStore,
  type Cap,
  CapReached,
  CapUnknown,
  dearestFirst,
  type ModelTotal,
  type PartFailure,
  type PriceUse,
  type Unreported,
  priceUse,
} from './call-store.ts';

/** Deleted: only what budgets go by is left. */
export type MemoryEntry = CallRow & { settlement?: CallSettlement; least?: Money; readonly deleted?: number };

/** Calls of this window only, forgotten with it: what remains where the host has no database. */
export class MemoryCallStore implements CallStore {
  #entries = new Map<string, MemoryEntry>();
  #forgetful: boolean;

  /** @param forgetful there were calls before, or are others elsewhere, that are not here: only a session's caps can be kept. */
  constructor({ forgetful = false }: { readonly forgetful?: boolean } = {}) {
    this.#forgetful = forgetful;
  }

  insert(row: CallRow, caps: readonly Cap[]): void {
    for (const cap of caps) {
      if (this.#forgetful && cap.filter.session === undefined) throw new CapUnknown(cap);
      const spent = this.committed(cap.filter);
      if (!row.bound || spent.add(row.bound).compare(cap.limit) > 0) throw new CapReached(cap, spent, row.bound);
    }
    this.#entries.set(row.id, { ...row });
  }

  settle(id: string, settlement: CallSettlement): void {
    const entry = this.#entries.get(id);
    if (entry) entry.settlement = settlement;
  }

  keepLeast(id: string, least: Money): void {
    const entry = this.#entries.get(id);
    if (entry && !entry.settlement) entry.least = least;
  }

  remove(id: string): void {
    this.#entries.delete(id);
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  together(parts: readonly (() => void)[]): (PartFailure | undefined)[] {
    return parts.map(part => {
      try {
        part();
        return undefined;
      } catch (reason) {
        return { reason };
      }
    });
  }

  totals(filter: CallFilter): ModelTotal[] {
    const byModel = Map.groupBy(
      this.#matching(filter).filter(({ settlement }) => settlement && settlement.state !== 'rejected'),
      ({ provider, model }) => `${provider}\n${model}`,
    );
    return [...byModel.values()].map(addUp).sort(dearestFirst);
  }

  entries(): MemoryEntry[] {
    return [...this.#entries.values()];
  }

  replace(entry: MemoryEntry): void {
    if (this.#entries.has(entry.id)) this.#entries.set(entry.id, entry);
  }

  #matching(filter: CallFilter): MemoryEntry[] {
    return [...this.#entries.values()].filter(
      entry =>
        (filter.session === undefined || entry.session === filter.session) &&
        (filter.conversation === undefined || entry.conversation === filter.conversation) &&
        (filter.turn === undefined || entry.turn === filter.turn) &&
        (filter.feature === undefined || entry.feature === filter.feature) &&
        (filter.workspace === undefined || entry.workspace === filter.workspace) &&
        (filter.since === undefined || entry.started >= filter.since),
    );
  }

  prices(turn: string): PriceUse[] {
    const uses = new Map<string, PriceUse>();
    for (const { provider, model, started, settlement } of this.#matching({ turn })) {
      if (!settlement || settlement.state === 'rejected') continue;
      const { priceSource: source, priceDate: dataDate, tier, flags = [] } = settlement;
      const use = priceUse({ provider, model, flags, at: started }, { source, dataDate, tier });
      const key = JSON.stringify({ ...use, at: undefined });
      uses.set(key, { ...use, at: Math.min(started, uses.get(key)?.at ?? started) });
    }
    return [...uses.values()].sort((a, b) => a.at - b.at);
  }

  unreported(turn: string): Unreported[] {
    return this.#matching({ turn }).flatMap(({ settlement, bound: most }) =>
      settlement?.state === 'estimated' || settlement?.state === 'lost'
        ? { least: settlement.least, most, cost: settlement.cost }
        : [],
    );
  }

  committed(filter: CallFilter): Money {
    return Money.sum(
      this.#matching(filter)
        .filter(({ settlement }) => settlement?.state !== 'rejected')
        .map(({ settlement, bound }) => settlement?.cost ?? bound ?? Money.zero),
    );
  }
}

function addUp(entries: readonly MemoryEntry[]): ModelTotal {
  const settlements = entries.map(({ settlement }) => settlement!);
  const tokens = (count: (settlement: CallSettlement) => number | undefined): number =>
    settlements.reduce((sum, settlement) => sum + (count(settlement) ?? 0), 0);
  const dates = settlements.flatMap(({ priceDate }) => priceDate ?? []).sort();
  return {
    provider: entries[0]!.provider,
    model: entries[0]!.model,
    calls: entries.length,
    money: Money.sum(settlements.map(({ cost }) => cost ?? Money.zero)),
    unknownCalls: settlements.filter(({ cost }) => cost === undefined).length,
    estimatedCalls: settlements.filter(({ state }) => state === 'estimated').length,
    inputTokens: tokens(({ usage }) => usage?.inputTokens),
    cachedTokens: tokens(({ usage }) => usage?.cachedInputTokens),
    outputTokens: tokens(({ usage }) => usage?.outputTokens),
    reasoningTokens: tokens(({ usage }) => usage?.reasoningTokens),
    priceDate: dates.at(-1),
  };
}
