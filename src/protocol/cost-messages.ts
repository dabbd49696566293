import {
  type CostDimension,
  costDimensions,
  type CostQuery,
  type CostRange,
  costRanges,
  type CostViewChanges,
  type CostViewState,
  type OthersScope,
  othersScopes,
  type RequestOrder,
  requestOrders,
} from './cost-view-state.ts';

/** What the extension host says to the cost view. */
export type ToCostView =
  /** The whole truth: sent on `ready`. */
  | { readonly type: 'snapshot'; readonly state: CostViewState }
  | { readonly type: 'changed'; readonly changes: CostViewChanges };

/** What the cost view says to the extension host. */
export type FromCostView =
  | { readonly type: 'ready' }
  | { readonly type: 'query'; readonly query: CostQuery }
  /** The facts of a request; without an id, of none. */
  | { readonly type: 'open'; readonly id?: string }
  | { readonly type: 'compare'; readonly scope: OthersScope }
  | { readonly type: 'export' }
  | { readonly type: 're-rate' }
  | { readonly type: 'delete' };

const maxSearchLength = 200;
const maxKeyLength = 1000;
/** Further on, a narrower question is the answer. */
export const maxOffset = 10_000;

/** A message, or undefined for anything that is not exactly one: as with the chat's, what a page posts is treated as hostile. */
export function parseFromCostView(value: unknown): FromCostView | undefined {
  if (!isRecord(value)) return undefined;
  switch (value['type']) {
    case 'ready':
    case 'export':
    case 're-rate':
    case 'delete':
      return { type: value['type'] };
    case 'query': {
      const query = parseQuery(value['query']);
      return query && { type: 'query', query };
    }
    case 'open': {
      const { id } = value;
      if (id === undefined) return { type: 'open' };
      return isText(id, 64) ? { type: 'open', id } : undefined;
    }
    case 'compare': {
      const { scope } = value;
      return isOneOf(scope, othersScopes) ? { type: 'compare', scope } : undefined;
    }
    default:
      return undefined;
  }
}

function parseQuery(value: unknown): CostQuery | undefined {
  if (!isRecord(value)) return undefined;
  const { range, by, search, order, descending, offset, bar } = value;
  if (!isOneOf<CostRange>(range, costRanges) || !isOneOf<CostDimension>(by, costDimensions)) return undefined;
  if (!isText(search, maxSearchLength) || !isOneOf<RequestOrder>(order, requestOrders)) return undefined;
  if (typeof descending !== 'boolean' || !isCount(offset) || offset > maxOffset) return undefined;
  if (bar !== undefined && !isCount(bar)) return undefined;
  const group = value['group'] === undefined ? undefined : parseGroup(value['group']);
  if (value['group'] !== undefined && !group) return undefined;
  return { range, by, search, order, descending, offset, ...(bar !== undefined && { bar }), ...(group && { group }) };
}

function parseGroup(value: unknown): CostQuery['group'] {
  if (!isRecord(value)) return undefined;
  const { by, key, label } = value;
  if (!isOneOf<CostDimension>(by, costDimensions)) return undefined;
  return isText(key, maxKeyLength) && isText(label, maxKeyLength) ? { by, key, label } : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value.length <= most;
const isOneOf = <T extends string>(value: unknown, all: readonly T[]): value is T => all.includes(value as T);
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
