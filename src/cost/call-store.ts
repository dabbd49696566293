import type { Money } from '../core/money.ts';
import type { Usage } from '../llm/usage.ts';
import type { CostFlag } from './cost-of.ts';

/** What is known of a model call when it is reserved. Ids are the caller's; times are milliseconds since the epoch. */
export interface CallFacts {
  readonly session: string;
  readonly conversation: string;
  readonly turn: string;
  /** "chat", "explain", … */
  readonly feature: string;
  /** A name for the workspace, for the cost view; '' where no folder is open. */
  readonly workspace: string;
  readonly provider: string;
  readonly model: string;
}

/**
 * reserved: under way, may cost up to its bound. reported: the provider's own counts. estimated: cut off before the counts came.
 * unknown-price: counts, but no price. lost: nobody knows, between nothing and the bound. rejected: answered with an error, not billed.
 */
export type CallState = 'reserved' | 'reported' | 'estimated' | 'unknown-price' | 'lost' | 'rejected';

export interface CallRow extends CallFacts {
  readonly id: string;
  readonly started: number;
  /** undefined where the price is unknown. */
  readonly bound: Money | undefined;
}

export interface CallSettlement {
  readonly state: Exclude<CallState, 'reserved'>;
  readonly settled: number;
  readonly cost: Money | undefined;
  /** What it cost at least, where it was never reported and that is known. */
  readonly least?: Money | undefined;
  readonly usage: Usage | undefined;
  readonly priceSource: string | undefined;
  readonly priceDate: string | undefined;
  /** The service tier the answer named. */
  readonly tier?: string | undefined;
  /** Why the cost deserves a second look. */
  readonly flags?: readonly CostFlag[];
}

/** Which calls to add up; everything given must hold. */
export interface CallFilter {
  readonly session?: string;
  readonly conversation?: string;
  readonly turn?: string;
  readonly feature?: string;
  readonly workspace?: string;
  /** From this moment on. */
  readonly since?: number;
}

/** Settled calls, added up. */
export interface CallSum {
  readonly calls: number;
  /** Exact sum of what is known. */
  readonly money: Money;
  /** Settled calls whose cost nobody knows (lost, or no price): the sum is "at least". */
  readonly unknownCalls: number;
  /** Of which the cost is an estimate. */
  readonly estimatedCalls: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

/** The calls of one model, added up. */
export interface ModelTotal extends CallSum {
  readonly provider: string;
  readonly model: string;
  /** The newest price date among them. */
  readonly priceDate: string | undefined;
}

/** A call of which only bounds are known. */
export interface Unreported {
  /** What was shown of the answer by then makes it at least this; undefined where nothing was seen. */
  readonly least: Money | undefined;
  readonly most: Money | undefined;
  /** As it stands in the sums; undefined where nobody counted. */
  readonly cost: Money | undefined;
}

/** By which price calls were counted, as it is kept with them. */
export interface PriceUse {
  readonly provider: string;
  readonly model: string;
  /** Absent where no price was known, and where nobody counted. */
  readonly source?: string;
  /** The day of the source's data, "YYYY-MM-DD". */
  readonly dataDate?: string;
  /** The service tier the answer named. */
  readonly tier?: string;
  readonly flags: readonly string[];
  /** When the first of them was made, milliseconds since 1970. */
  readonly at: number;
}

/** A use of which something may not be known; that is left out, because a conversation keeps it as JSON, which has no word for it. */
export function priceUse(
  use: Pick<PriceUse, 'provider' | 'model' | 'flags' | 'at'>,
  { source, dataDate, tier }: { readonly [fact in 'source' | 'dataDate' | 'tier']: string | null | undefined },
): PriceUse {
  return { ...use, ...(source && { source }), ...(dataDate && { dataDate }), ...(tier && { tier }) };
}

/** For Array.sort. Names by code units: every machine's locale would be another order. */
export const dearestFirst = (a: ModelTotal, b: ModelTotal): number =>
  b.money.compare(a.money) || order(a.model, b.model) || order(a.provider, b.provider);

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A limit that a new call must fit under: what was spent since `since`, what is reserved, and the call's own bound. */
export interface Cap {
  /** "day", "month", "session", "workspace", or a feature. */
  readonly name: string;
  readonly limit: Money;
  readonly filter: CallFilter;
  /** Where it is set: "budget.day". */
  readonly setting?: string;
  /** When it starts anew, milliseconds since the epoch; absent where it never does. */
  readonly until?: number;
}

/** Refuses a call that could pass a cap, or whose price nobody knows. */
export class CapReached extends Error {
  override readonly name = 'CapReached';
  readonly cap: Cap;
  readonly spent: Money;
  /** The most the call could cost; undefined where its price is unknown. */
  readonly bound: Money | undefined;

  constructor(cap: Cap, spent: Money, bound: Money | undefined) {
    super(`the ${cap.name} budget would be passed`);
    this.cap = cap;
    this.spent = spent;
    this.bound = bound;
  }
}

/** Refuses a call under a cap of which nobody knows what is left: the ledger cannot be read or written. */
export class CapUnknown extends Error {
  override readonly name = 'CapUnknown';
  readonly cap: Cap;

  constructor(cap: Cap, cause?: unknown) {
    super(`what is left of the ${cap.name} budget is not known`, { cause });
    this.cap = cap;
  }
}

export interface PartFailure {
  readonly reason: unknown;
}

/** Where calls are kept. The database for all windows, or memory where there is none. */
export interface CallStore {
  /** Checks the caps and adds the row, in one step that no other window can come between. @throws CapReached */
  insert(row: CallRow, caps: readonly Cap[]): void;
  settle(id: string, settlement: CallSettlement): void;
  /** What a call that still runs has cost at least: all that is known of it, should its window never settle it. */
  keepLeast(id: string, least: Money): void;
  /** The call was never sent. */
  remove(id: string): void;
  /**
   * Several of the above in one step, and so with one wait for the disk. A part that fails takes no other with it.
   * @returns for each part what it threw, or undefined.
   * @throws what befell them all; then none was done.
   */
  together(parts: readonly (() => void)[]): (PartFailure | undefined)[];
  totals(filter: CallFilter): ModelTotal[];
  /** The prices of the settled calls of one turn, each once. */
  prices(turn: string): PriceUse[];
  /** The calls of one turn that ended without the provider's counts. */
  unreported(turn: string): Unreported[];
  /** What is spent or may yet be: settled calls at their cost, running and lost ones at their bound. What budgets go by. */
  committed(filter: CallFilter): Money;
}
