import type { Money } from '../core/money.ts';
import type { Usage } from '../llm/usage.ts';
import type { CallRow, CallState, CallSum } from './call-store.ts';

/** A call as it is kept, whatever has become of it. */
export interface CallRecord extends CallRow {
  readonly state: CallState;
  readonly settled: number | undefined;
  /** undefined where it is unknown, or not yet known. */
  readonly cost: Money | undefined;
  /** What it cost at least, where it was never reported and that is known. */
  readonly least: Money | undefined;
  /** As reported, or as we counted where the state is estimated; undefined where nobody counted. Without the provider's own object. */
  readonly usage: Usage | undefined;
  /** The provider's own object, as JSON. */
  readonly rawUsage: string | undefined;
  readonly priceSource: string | undefined;
  readonly priceDate: string | undefined;
  readonly tier: string | undefined;
  readonly flags: readonly string[];
}

/** What calls can be added up by. */
export const dimensions = ['model', 'provider', 'feature', 'workspace', 'conversation'] as const;
export type Dimension = (typeof dimensions)[number];

/** From a moment up to, and without, another; milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const always: Span = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** One group of a dimension. The key of a model is "provider/model": the same model costs another price elsewhere. */
export interface Group {
  readonly by: Dimension;
  readonly key: string;
}

/** The settled calls of a group, added up. */
export interface GroupSum extends CallSum {
  readonly key: string;
}

/** Which calls; everything given must hold. Deleted calls are in none. */
export interface CallQuery {
  readonly span: Span;
  readonly session?: string | undefined;
  readonly group?: Group | undefined;
  /** Part of a name: model, provider, feature, workspace, state or title of the conversation. A to Z in either case. */
  readonly search?: string | undefined;
}

export const callOrders = ['time', 'cost', 'input', 'output'] as const;

export interface PageQuery extends CallQuery {
  /** What is unknown comes last, either way. */
  readonly order: (typeof callOrders)[number];
  readonly descending: boolean;
  readonly offset: number;
  readonly limit: number;
}

export interface CallPage {
  readonly calls: readonly CallRecord[];
  /** There are more behind them. */
  readonly more: boolean;
}

/** Calls that every price treats alike, added up: their input is of about the same length. */
export interface UsageSum {
  /** The longest of the given boundaries that the input of each call exceeds; 0 where it exceeds none. */
  readonly above: number;
  readonly calls: number;
  readonly inputTokens: bigint;
  readonly cachedTokens: bigint;
  readonly cacheWriteTokens: bigint;
  readonly outputTokens: bigint;
  /** What is known of their cost, and how many calls it leaves out. */
  readonly money: Money;
  readonly unknownCalls: number;
}

/** A cost that is to be replaced. */
export interface NewCost {
  readonly id: string;
  /** Where it is no longer this, another window was faster, and nothing is replaced. */
  readonly old: Money | undefined;
  readonly cost: Money;
  readonly least: Money | undefined;
  readonly state: 'reported' | 'estimated';
  readonly usage: Usage;
  readonly priceSource: string | undefined;
  readonly priceDate: string | undefined;
  readonly flags: readonly string[];
}

export interface Repriced {
  /** Of the given costs, from the first on. */
  readonly done: number;
  /** Of these, how many were still what they were to be replaced for. */
  readonly replaced: number;
}

export interface Deletion {
  readonly removed: number;
  /** Calls that budgets may still count: their amounts stay, and what the sums go by. */
  readonly reduced: number;
}

/**
 * The calls that were made, to be looked at, priced again and deleted. What may take long is done in portions of some milliseconds,
 * between which others get their turn; it ends with the signal's reason when it is aborted.
 */
export interface CallArchive {
  /** Only this window's calls are here, and they are gone with it. */
  readonly partial: boolean;
  /** Sums by group for each span, dearest first; calls that were deleted but still count for budgets are in them. */
  sums(by: Dimension, spans: readonly Span[], signal?: AbortSignal): Promise<GroupSum[][]>;
  page(query: PageQuery, signal?: AbortSignal): Promise<CallPage>;
  find(id: string): CallRecord | undefined;
  /** All of them, oldest first. */
  read(query: CallQuery, signal?: AbortSignal): AsyncIterable<readonly CallRecord[]>;
  /** Settled calls with counts that can be true; `boundaries` are lengths of input, ascending. */
  usage(query: CallQuery, boundaries: readonly number[], signal?: AbortSignal): Promise<UsageSum[]>;
  titleOf(conversation: string): string | undefined;
  /** When the first call was made. */
  begins(): number | undefined;
  /** Deleted calls that are still in the sums. */
  deleted(span: Span): { readonly calls: number; readonly money: Money };
  /**
   * Replaces costs, a few at a time, and tells after each few how far it is. Each few is written as a whole with all sums, so whoever stops
   * asking for more, and whatever else ends it, leaves the rest as it was.
   */
  reprice(costs: readonly NewCost[]): AsyncIterable<Repriced>;
  /**
   * Deletes settled calls: those from `keepFrom` on are reduced to what budgets go by, older ones are gone, and so are those that were
   * reduced before.
   */
  delete(query: CallQuery, keepFrom: number, now: number, signal?: AbortSignal): Promise<Deletion>;
  /** Removes what was reduced and is older than `keepFrom`. */
  purge(keepFrom: number, signal?: AbortSignal): Promise<void>;
  /** Another number when another window has changed anything. */
  version(): number;
}
