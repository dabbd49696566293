import { Money } from '../core/money.ts';
import type { Usage } from '../llm/usage.ts';
import { picoPerPart } from '../storage/call-sums.ts';
import type { Row } from '../storage/database.ts';
import type { CallQuery, CallRecord, Dimension } from './call-archive.ts';
import type { CallState, CallSum, ModelTotal } from './call-store.ts';

/** A part of a WHERE clause and the values of its question marks. */
export interface Terms {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

export const recordColumns = `id, session, conversation, turn, feature, workspace, provider, model, started, settled, state, bound, cost,
  input, cached, cache_write, output, reasoning, usage, price_source, price_date, tier, flags, least`;

export const keyExpressions: { readonly [by in Dimension]: string } = {
  model: `provider || '/' || model`,
  provider: 'provider',
  feature: 'feature',
  workspace: 'workspace',
  conversation: 'conversation',
};

/** Everything a query asks for but its span; deleted calls are never among what is asked for. */
export function termsOf({ session, group, search }: CallQuery): Terms {
  const terms: [string, ...(string | number)[]][] = [['deleted IS NULL']];
  if (session !== undefined) terms.push(['session = ?', session]);
  if (group) terms.push([`${keyExpressions[group.by]} = ?`, group.key]);
  if (search) {
    const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
    const names = [
      'model',
      'provider',
      'feature',
      'workspace',
      'state',
      '(SELECT title FROM conversations WHERE conversations.id = calls.conversation)',
    ];
    terms.push([`(${names.map(name => `${name} LIKE ? ESCAPE '\\'`).join(' OR ')})`, ...names.map(() => pattern)]);
  }
  return {
    sql: terms.map(([sql]) => sql).join(' AND '),
    values: terms.flatMap(([, ...values]) => values),
  };
}

/** A sum of amounts in two parts; see `picoPerPart`. */
export const partsOf = (amount: string): string =>
  `coalesce(sum(coalesce(${amount}, 0) / ${picoPerPart}), 0) AS micros, coalesce(sum(coalesce(${amount}, 0) % ${picoPerPart}), 0) AS picos`;

export const moneyIn = (row: Row): Money =>
  new Money((row['micros'] as bigint) * picoPerPart + (row['picos'] as bigint));

/** Input, cached, cache writes, output, reasoning: as the columns are named. */
export const tokensIn = (usage: Usage): (number | null)[] => [
  usage.inputTokens,
  usage.cachedInputTokens ?? null,
  usage.cacheWriteTokens ?? null,
  usage.outputTokens,
  usage.reasoningTokens ?? null,
];

export function recordOf(row: Row): CallRecord {
  const text = (name: string): string => row[name] as string;
  const optional = (name: string): string | undefined => (row[name] as string | null) ?? undefined;
  const money = (name: string): Money | undefined => (row[name] === null ? undefined : new Money(row[name] as bigint));
  return {
    id: text('id'),
    session: text('session'),
    conversation: text('conversation'),
    turn: text('turn'),
    feature: text('feature'),
    workspace: text('workspace'),
    provider: text('provider'),
    model: text('model'),
    started: Number(row['started']),
    settled: row['settled'] === null ? undefined : Number(row['settled']),
    state: text('state') as CallState,
    bound: money('bound'),
    cost: money('cost'),
    least: money('least'),
    usage: usageIn(row),
    rawUsage: optional('usage'),
    priceSource: optional('price_source'),
    priceDate: optional('price_date'),
    tier: optional('tier'),
    flags: JSON.parse(optional('flags') ?? '[]') as string[],
  };
}

function usageIn(row: Row): Usage | undefined {
  const count = (name: string): number | undefined => (row[name] === null ? undefined : Number(row[name]));
  const [inputTokens, outputTokens] = [count('input'), count('output')];
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const [cached, written, reasoning] = [count('cached'), count('cache_write'), count('reasoning')];
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    ...(cached !== undefined && { cachedInputTokens: cached }),
    ...(written !== undefined && { cacheWriteTokens: written }),
    ...(reasoning !== undefined && { reasoningTokens: reasoning }),
  };
}

export const modelTotalOf = (row: Row): ModelTotal => ({
  provider: String(row['provider']),
  model: String(row['model']),
  ...callSumOf(row),
  priceDate: (row['price_date'] as string | null) || undefined,
});

export function callSumOf(row: Row): CallSum {
  const count = (name: string): number => Number(row[name]);
  return {
    calls: count('calls'),
    money: moneyIn(row),
    unknownCalls: count('unknown'),
    estimatedCalls: count('estimated'),
    inputTokens: count('input'),
    cachedTokens: count('cached'),
    outputTokens: count('output'),
    reasoningTokens: count('reasoning'),
  };
}
