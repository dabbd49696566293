import { setImmediate } from 'node:timers/promises';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Money } from '../core/money.ts';
import type { Database, Row } from '../storage/database.ts';
import type {
  CallArchive,
  CallPage,
  CallQuery,
  CallRecord,
  Deletion,
  Dimension,
  GroupSum,
  NewCost,
  PageQuery,
  Repriced,
  Span,
  UsageSum,
} from './call-archive.ts';
import { compareCalls, GroupSums } from './call-arithmetic.ts';
import { callSumOf, moneyIn, partsOf, recordOf, recordColumns, tokensIn, termsOf } from './call-rows.ts';
import { coveringSums, type SummedDimension } from './covering-sums.ts';

/** Calls that one portion of work looks at: some milliseconds. */
const portion = 2000;
/** Calls that are changed at a time: each is taken out of three sums and put into them again. */
const changesAtOnce = 250;
/** How long costs may be replaced before others get their turn, as far as the fewest that are worth a transaction allow. */
const changesMs = 6;
const fewestChanges = 16;

/** The calls in the database that all windows share. */
export class SqliteCallArchive implements CallArchive {
  readonly partial = false;
  #db: Database;
  #clock: Clock;

  constructor(db: Database, clock: Clock = systemClock) {
    this.#db = db;
    this.#clock = clock;
  }

  async sums(by: Dimension, spans: readonly Span[], signal?: AbortSignal): Promise<GroupSum[][]> {
    const all: GroupSum[][] = [];
    for (const span of spans) {
      if (all.length > 0) await setImmediate();
      signal?.throwIfAborted();
      const groups = new GroupSums();
      if (by !== 'conversation') for (const sum of this.#kept(by, span)) groups.add(sum);
      else
        for await (const { from, to } of this.#portions({ span }, true, signal))
          for (const row of this.#db.all(byConversation, from, to)) groups.add(groupSumOf(row));
      all.push(groups.dearestFirst());
    }
    return all;
  }

  async page(query: PageQuery, signal?: AbortSignal): Promise<CallPage> {
    const { order, descending, offset, limit } = query;
    const wanted = offset + limit + 1;
    const terms = termsOf(query);
    const column = { time: 'started', cost: 'cost', input: 'input', output: 'output' }[order];
    const way = descending ? 'DESC' : 'ASC';
    const sql = `SELECT ${recordColumns} FROM calls WHERE started >= ? AND started < ? AND ${terms.sql}
      ORDER BY ${order === 'time' ? '' : `${column} IS NULL, ${column} ${way}, `}started ${way}, id ${way} LIMIT ?`;
    const compare = compareCalls(order, descending);
    let found: CallRecord[] = [];
    for await (const { from, to } of this.#portions(query, descending, signal)) {
      found.push(...this.#db.all(sql, from, to, ...terms.values, wanted).map(recordOf));
      if (order === 'time') {
        if (found.length >= wanted) break;
      } else found = found.toSorted(compare).slice(0, wanted);
    }
    return { calls: found.slice(offset, offset + limit), more: found.length >= wanted };
  }

  find(id: string): CallRecord | undefined {
    const row = this.#db.get(`SELECT ${recordColumns} FROM calls WHERE id = ? AND deleted IS NULL`, id);
    return row && recordOf(row);
  }

  async *read(query: CallQuery, signal?: AbortSignal): AsyncGenerator<readonly CallRecord[]> {
    const terms = termsOf(query);
    const sql = `SELECT ${recordColumns} FROM calls WHERE started >= ? AND started < ? AND ${terms.sql} ORDER BY started, id`;
    for await (const { from, to } of this.#portions(query, false, signal, 128)) {
      const rows = this.#db.all(sql, from, to, ...terms.values);
      if (rows.length > 0) yield rows.map(recordOf);
    }
  }

  async usage(query: CallQuery, boundaries: readonly number[], signal?: AbortSignal): Promise<UsageSum[]> {
    const terms = termsOf(query);
    const above = boundaries.toReversed().map(tokens => `WHEN input > ${tokens} THEN ${tokens}`);
    const sql = `SELECT ${above.length > 0 ? `CASE ${above.join(' ')} ELSE 0 END` : '0'} AS above,
        count(*) AS calls, sum(cost IS NULL) AS unknown, sum(input) AS input, sum(coalesce(cached, 0)) AS cached,
        sum(coalesce(cache_write, 0)) AS cache_write, sum(output) AS output, ${partsOf('cost')}
      FROM calls
      WHERE started >= ? AND started < ? AND state NOT IN ('reserved', 'rejected') AND input IS NOT NULL AND output IS NOT NULL
        AND coalesce(cached, 0) + coalesce(cache_write, 0) <= input AND ${terms.sql}
      GROUP BY above`;
    const sums: UsageSum[] = [];
    for await (const { from, to } of this.#portions(query, false, signal))
      sums.push(...this.#db.all(sql, from, to, ...terms.values).map(usageSumOf));
    return sums;
  }

  titleOf(conversation: string): string | undefined {
    const row = this.#db.get('SELECT title FROM conversations WHERE id = ?', conversation);
    return row && String(row['title']);
  }

  begins(): number | undefined {
    const { first } = this.#db.get('SELECT min(started) AS first FROM calls')!;
    return first === null ? undefined : Number(first);
  }

  deleted({ from, to }: Span): { calls: number; money: Money } {
    const row = this.#db.get(
      `SELECT count(*) AS calls, ${partsOf('cost')} FROM calls WHERE deleted IS NOT NULL AND started >= ? AND started < ?`,
      from,
      to,
    )!;
    return { calls: Number(row['calls']), money: moneyIn(row) };
  }

  async *reprice(costs: readonly NewCost[]): AsyncGenerator<Repriced> {
    let replaced = 0;
    let size = fewestChanges;
    for (let done = 0; done < costs.length;) {
      if (done > 0) await setImmediate();
      const some = costs.slice(done, done + size);
      const began = this.#clock.monotonic();
      replaced += this.#db.transaction(() => some.filter(cost => this.#repriceOne(cost)).length);
      const tookMs = Math.max(this.#clock.monotonic() - began, 0.1);
      size = Math.min(changesAtOnce, Math.max(fewestChanges, Math.floor((some.length * changesMs) / tookMs)));
      done += some.length;
      yield { done, replaced };
    }
  }

  #repriceOne({ id, old, cost, least, state, usage, priceSource, priceDate, flags }: NewCost): boolean {
    const row = this.#db.get(
      `UPDATE calls SET cost = ?, least = ?, state = ?, input = ?, cached = ?, cache_write = ?, output = ?, reasoning = ?,
         price_source = ?, price_date = ?, flags = ? WHERE id = ? AND cost IS ? AND deleted IS NULL RETURNING id`,
      cost.pico,
      least?.pico ?? null,
      state,
      ...tokensIn(usage),
      priceSource ?? null,
      priceDate ?? null,
      flags.length > 0 ? JSON.stringify(flags) : null,
      id,
      old?.pico ?? null,
    );
    return row !== undefined;
  }

  async delete(query: CallQuery, keepFrom: number, now: number, signal?: AbortSignal): Promise<Deletion> {
    const { sql, values } = termsOf(query);
    const where = `started >= ? AND started < ? AND state <> 'reserved' AND ${sql}`;
    const counted = { removed: 0, reduced: 0 };
    for await (const { from, to } of this.#portions(query, false, signal, changesAtOnce)) {
      this.#db.transaction(() => {
        counted.removed += this.#db.all(
          `DELETE FROM calls WHERE ${where} AND started < ? RETURNING 1`,
          from, to, ...values, keepFrom,
        ).length; // prettier-ignore
        counted.reduced += this.#db.all(
          `UPDATE calls SET deleted = ?, conversation = '', turn = '', usage = NULL, tier = NULL, flags = NULL, settled = NULL,
             input = NULL, cached = NULL, cache_write = NULL, output = NULL, reasoning = NULL, price_source = NULL, least = NULL
           WHERE ${where} RETURNING 1`,
          now, from, to, ...values,
        ).length; // prettier-ignore
      });
    }
    await this.purge(keepFrom, signal);
    return counted;
  }

  async purge(keepFrom: number, signal?: AbortSignal): Promise<void> {
    const old = 'SELECT id FROM calls WHERE deleted IS NOT NULL AND started < ? LIMIT ?';
    const remove = (): number =>
      this.#db.all(`DELETE FROM calls WHERE id IN (${old}) RETURNING id`, keepFrom, changesAtOnce).length;
    while (remove() === changesAtOnce) {
      await setImmediate();
      signal?.throwIfAborted();
    }
  }

  version(): number {
    return Number(this.#db.get('PRAGMA data_version')!['data_version']);
  }

  *#kept(by: SummedDimension, span: Span): Generator<GroupSum> {
    for (const { sql, values } of coveringSums(by, span))
      for (const row of this.#db.all(sql, ...values)) yield groupSumOf(row);
  }

  /** The query's span in parts of about `size` calls each; between them others get their turn. */
  async *#portions(
    { span, session }: Pick<CallQuery, 'span' | 'session'>,
    newestFirst: boolean,
    signal: AbortSignal | undefined,
    size = portion,
  ): AsyncGenerator<Span> {
    let { from, to } = session === undefined ? span : this.#within(span, session);
    for (let first = true; from < to; first = false) {
      if (!first) await setImmediate();
      signal?.throwIfAborted();
      const edge = this.#db.get(
        newestFirst
          ? 'SELECT started AS edge FROM calls WHERE started >= ? AND started < ? ORDER BY started DESC LIMIT 1 OFFSET ?'
          : 'SELECT started + 1 AS edge FROM calls WHERE started >= ? AND started < ? ORDER BY started LIMIT 1 OFFSET ?',
        from,
        to,
        size,
      );
      const cut = edge ? Number(edge['edge']) : newestFirst ? from : to;
      yield newestFirst ? { from: cut, to } : { from, to: cut };
      if (newestFirst) to = cut;
      else from = cut;
    }
  }

  /** A session's calls are found by its index, and they lie close together. */
  #within({ from, to }: Span, session: string): Span {
    const row = this.#db.get(
      'SELECT min(started) AS first, max(started) AS last FROM calls WHERE session = ?',
      session,
    )!;
    if (row['first'] === null) return { from, to: from };
    return { from: Math.max(from, Number(row['first'])), to: Math.min(to, Number(row['last']) + 1) };
  }
}

const tokenSums = ['input', 'cached', 'output', 'reasoning'].map(name => `sum(coalesce(${name}, 0)) AS ${name}`);
const byConversation = `SELECT conversation AS key, count(*) AS calls, sum(cost IS NULL) AS unknown,
    sum(state = 'estimated') AS estimated, ${partsOf('cost')}, ${tokenSums.join(', ')}
  FROM calls WHERE started >= ? AND started < ? AND state NOT IN ('reserved', 'rejected') GROUP BY key`;

const groupSumOf = (row: Row): GroupSum => ({ key: String(row['key']), ...callSumOf(row) });

function usageSumOf(row: Row): UsageSum {
  const tokens = (name: string): bigint => row[name] as bigint;
  return {
    above: Number(row['above']),
    calls: Number(row['calls']),
    inputTokens: tokens('input'),
    cachedTokens: tokens('cached'),
    cacheWriteTokens: tokens('cache_write'),
    outputTokens: tokens('output'),
    money: moneyIn(row),
    unknownCalls: Number(row['unknown']),
  };
}
