import { spansMs } from '../storage/call-sums.ts';
import type { Dimension, Span } from './call-archive.ts';
import { keyExpressions, partsOf, type Terms } from './call-rows.ts';

/** What sums are kept by; conversations are too many for it. */
export type SummedDimension = Exclude<Dimension, 'conversation'>;

/**
 * Queries that together add up the settled calls of a span, each once: by the longest buckets that lie within it, by shorter ones at
 * its edges, and call by call where it begins or ends within a quarter of an hour.
 */
export function coveringSums(by: SummedDimension, span: Span, level = spansMs.length - 1): Terms[] {
  if (span.from >= span.to) return [];
  const length = spansMs[level];
  if (length === undefined) return [callByCall(by, span)];
  const from = Math.ceil(span.from / length) * length;
  const to = Math.floor(span.to / length) * length;
  if (from >= to) return coveringSums(by, span, level - 1);
  return [
    kept(by, length, { from, to }),
    ...coveringSums(by, { from: span.from, to: from }, level - 1),
    ...coveringSums(by, { from: to, to: span.to }, level - 1),
  ];
}

/** Grouped by as they stand: a key is put together once for each group, not for each row. */
const columnsOf = (by: SummedDimension): string => (by === 'model' ? 'provider, model' : by);

const kept = (by: SummedDimension, length: number, { from, to }: Span): Terms => ({
  sql: `SELECT ${keyExpressions[by]} AS key, sum(calls) AS calls, sum(unknown) AS unknown, sum(estimated) AS estimated,
      sum(micros) AS micros, sum(picos) AS picos,
      sum(input) AS input, sum(cached) AS cached, sum(output) AS output, sum(reasoning) AS reasoning
    FROM call_sums WHERE span = ${length} AND bucket >= ? AND bucket < ? GROUP BY ${columnsOf(by)} HAVING sum(calls) > 0`,
  values: [from, to],
});

const callByCall = (by: SummedDimension, { from, to }: Span): Terms => {
  const tokens = ['input', 'cached', 'output', 'reasoning'].map(name => `sum(coalesce(${name}, 0)) AS ${name}`);
  return {
    sql: `SELECT ${keyExpressions[by]} AS key, count(*) AS calls, sum(cost IS NULL) AS unknown, sum(state = 'estimated') AS estimated,
        ${partsOf('cost')}, ${tokens.join(', ')}
      FROM calls WHERE started >= ? AND started < ? AND state NOT IN ('reserved', 'rejected') GROUP BY ${columnsOf(by)}`,
    values: [from, to],
  };
};
