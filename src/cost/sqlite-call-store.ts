import { Money } from '../core/money.ts';
import { picoPerPart, spansMs } from '../storage/call-sums.ts';
import type { Database, Row } from '../storage/database.ts';
import type { Presence } from '../storage/presence.ts';
import { afterAll, rollUp } from '../storage/rolled-sums.ts';
import { modelTotalOf, moneyIn } from './call-rows.ts';
import {
  type CallFilter,
  type CallRow,
  type CallSettlement,
  type CallStore,
  type Cap,
  CapReached,
  dearestFirst,
  type ModelTotal,
  type PartFailure,
  type PriceUse,
  type Unreported,
  priceUse,
} from './call-store.ts';

/** What was reserved before calls said by whom. No answer takes a day. */
const nobodysMs = 86_400_000;
/** Settlements of this window between two roll-ups: so many calls, times the windows, are added up anew by every query. */
const rollUpEvery = 128;

/** Calls in the database that all windows share. */
export class SqliteCallStore implements CallStore {
  #db: Database;
  #presence: Presence | undefined;
  #sinceRollUp = 0;

  /** @param presence how other windows know that this one lives, and what it holds is no concern of theirs. */
  constructor(db: Database, presence?: Presence) {
    this.#db = db;
    this.#presence = presence;
  }

  insert(row: CallRow, caps: readonly Cap[]): void {
    const writer = this.#writer();
    const add = (): void => {
      for (const cap of caps) {
        const spent = this.committed(cap.filter);
        if (!row.bound || spent.add(row.bound).compare(cap.limit) > 0) throw new CapReached(cap, spent, row.bound);
      }
      this.#db.run(
        `INSERT INTO calls (id, session, conversation, turn, feature, workspace, provider, model, started, state, bound, writer)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'reserved', ?, ?)`,
        row.id,
        row.session,
        row.conversation,
        row.turn,
        row.feature,
        row.workspace,
        row.provider,
        row.model,
        row.started,
        row.bound?.pico ?? null,
        writer,
      );
    };
    // One statement is a transaction by itself, and a part of one.
    if (caps.length === 0 || this.#db.inTransaction) add();
    else this.#db.transaction(add);
  }

  /** null where a disk without room has none for the mark: then the call is given up after a day, and not before. */
  #writer(): string | null {
    try {
      return this.#presence?.show() ?? null;
    } catch {
      return null;
    }
  }

  settle(id: string, settlement: CallSettlement): void {
    if (++this.#sinceRollUp < rollUpEvery) return this.#settle(id, settlement);
    this.#db.transaction(() => {
      this.#settle(id, settlement);
      this.#rollUp();
    });
  }

  #settle(
    id: string,
    { state, settled, cost, least, usage, priceSource, priceDate, tier, flags = [] }: CallSettlement,
  ): void {
    this.#db.run(
      `UPDATE calls SET state = ?, settled = ?, cost = ?, input = ?, cached = ?, cache_write = ?, output = ?, reasoning = ?,
         usage = ?, price_source = ?, price_date = ?, tier = ?, flags = ?, least = ?, writer = NULL WHERE id = ?`,
      state,
      settled,
      cost?.pico ?? null,
      usage?.inputTokens ?? null,
      usage?.cachedInputTokens ?? null,
      usage?.cacheWriteTokens ?? null,
      usage?.outputTokens ?? null,
      usage?.reasoningTokens ?? null,
      usage?.raw === undefined ? null : JSON.stringify(usage.raw),
      priceSource ?? null,
      priceDate ?? null,
      tier ?? null,
      flags.length > 0 ? JSON.stringify(flags) : null,
      least?.pico ?? null,
      id,
    );
  }

  keepLeast(id: string, least: Money): void {
    this.#db.run(`UPDATE calls SET least = ? WHERE id = ? AND state = 'reserved'`, least.pico, id);
  }

  remove(id: string): void {
    this.#db.run('DELETE FROM calls WHERE id = ?', id);
  }

  together(parts: readonly (() => void)[]): (PartFailure | undefined)[] {
    return this.#db.transaction(() =>
      parts.map(part => {
        try {
          part();
          return undefined;
        } catch (reason) {
          if (!this.#db.inTransaction) throw reason;
          return { reason };
        }
      }),
    );
  }

  /**
   * What windows that are gone left reserved is lost: it may have cost anything up to its bound. For when a window begins, together
   * with adding up what is still to be added up.
   * @returns how many calls were lost.
   */
  recover(now: number): number {
    const gone = this.#db
      .all(`SELECT writer, max(started) AS last FROM calls WHERE state = 'reserved' GROUP BY writer`)
      .filter(({ writer, last }) =>
        writer === null ? now - Number(last) > nobodysMs : this.#presence?.isGone(String(writer)),
      );
    if (gone.length === 0 && !this.#isRollUpDue()) return 0;
    const lost = this.#db.transaction(() => {
      this.#rollUp();
      return gone.flatMap(({ writer, last }) =>
        this.#db.all(
          `UPDATE calls SET state = 'lost', settled = ?, writer = NULL
           WHERE state = 'reserved' AND writer IS ? AND started <= ? RETURNING id`,
          now,
          writer as string | null,
          last as bigint,
        ),
      );
    });
    for (const { writer } of gone) if (writer !== null) this.#presence?.forget(String(writer));
    return lost.length;
  }

  #isRollUpDue(): boolean {
    const row = this.#db.get(
      `SELECT 1 AS due FROM calls WHERE started >= (SELECT moment FROM rolled_until) ORDER BY started LIMIT 1 OFFSET ?`,
      rollUpEvery,
    );
    return row !== undefined;
  }

  #rollUp(): void {
    this.#sinceRollUp = 0;
    const until = this.#db.get(afterAll)!['moment'] as bigint;
    for (const sql of rollUp) this.#db.run(sql, until);
  }

  totals(filter: CallFilter): ModelTotal[] {
    const { sql, values } = settledCalls(filter);
    return this.#db
      .all(
        `SELECT provider, model, sum(calls) AS calls, sum(unknown) AS unknown, sum(estimated) AS estimated,
           sum(micros) AS micros, sum(picos) AS picos, sum(input) AS input, sum(cached) AS cached,
           sum(output) AS output, sum(reasoning) AS reasoning,
           max(CASE WHEN calls > 0 THEN price_date END) AS price_date
         FROM (${sql}) GROUP BY provider, model HAVING sum(calls) > 0`,
        ...values,
      )
      .map(modelTotalOf)
      .sort(dearestFirst);
  }

  prices(turn: string): PriceUse[] {
    const text = (row: Row, name: string): string | null => row[name] as string | null;
    return this.#db
      .all(
        `SELECT provider, model, price_source, price_date, tier, flags, min(started) AS at FROM calls
         WHERE turn = ? AND state NOT IN ('reserved', 'rejected')
         GROUP BY provider, model, price_source, price_date, tier, flags ORDER BY at`,
        turn,
      )
      .map(row =>
        priceUse(
          {
            provider: String(row['provider']),
            model: String(row['model']),
            flags: JSON.parse(text(row, 'flags') ?? '[]') as string[],
            at: Number(row['at']),
          },
          { source: text(row, 'price_source'), dataDate: text(row, 'price_date'), tier: text(row, 'tier') },
        ),
      );
  }

  unreported(turn: string): Unreported[] {
    const money = (value: Row[string] | undefined): Money | undefined =>
      typeof value === 'bigint' ? new Money(value) : undefined;
    return this.#db
      .all(`SELECT least, bound, cost FROM calls WHERE turn = ? AND state IN ('estimated', 'lost')`, turn)
      .map(({ least, bound, cost }) => ({ least: money(least), most: money(bound), cost: money(cost) }));
  }

  committed(filter: CallFilter): Money {
    const settled = settledCalls(filter);
    const running = whereOf(filter);
    const row = this.#db.get(
      `SELECT coalesce(sum(micros), 0) AS micros, coalesce(sum(picos), 0) AS picos FROM (
         SELECT committed_micros AS micros, committed_picos AS picos FROM (${settled.sql})
         UNION ALL
         SELECT ${parts('coalesce(cost, bound)')} FROM calls WHERE state = 'reserved' AND ${running.where})`,
      ...settled.values,
      ...running.values,
    )!;
    return moneyIn(row);
  }
}

interface Query {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** An amount of a call in the two parts it is added up in; see `picoPerPart`. */
const parts = (amount: string, prefix = ''): string =>
  `coalesce(${amount}, 0) / ${picoPerPart} AS ${prefix}micros, coalesce(${amount}, 0) % ${picoPerPart} AS ${prefix}picos`;

/** Settled calls in the columns of `call_sums`: by the sums already made where they tell apart what is asked for, otherwise one by one. */
function settledCalls(filter: CallFilter): Query {
  const { since, feature, workspace, ...rest } = filter;
  if (Object.values(rest).some(value => value !== undefined)) return oneByOne(whereOf(filter));
  const group = whereOf({ ...(feature !== undefined && { feature }), ...(workspace !== undefined && { workspace }) });
  const sums = (span: number, where: string, values: readonly number[]): Query =>
    sumsOf(span, `${group.where} AND ${where}`, [...group.values, ...values]);
  if (since === undefined) return sums(spansMs.at(-1)!, 'TRUE', []);
  // From `since` up to where the shortest bucket begins call by call, in those to where the next longer one begins, and so on.
  const edges = spansMs.reduce((begun, span) => [...begun, Math.ceil(begun.at(-1)! / span) * span], [since]);
  const queries = spansMs.map((span, at) =>
    sums(span, 'bucket >= ? AND bucket < ?', [edges[at + 1]!, edges[at + 2] ?? Number.MAX_SAFE_INTEGER]),
  );
  const edge = {
    where: `${group.where} AND started >= ? AND started < ?`,
    values: [...group.values, since, edges[1]!],
  };
  queries.push(oneByOne(edge));
  return {
    sql: queries.map(({ sql }) => sql).join(' UNION ALL '),
    values: queries.flatMap(({ values }) => values),
  };
}

const sumsOf = (span: number, where: string, values: Query['values']): Query => ({
  sql: `SELECT provider, model, price_date, calls, unknown, estimated, micros, picos, committed_micros, committed_picos,
      input, cached, output, reasoning
    FROM call_sums WHERE span = ${span} AND ${where}`,
  values,
});

const oneByOne = ({ where, values }: ReturnType<typeof whereOf>): Query => ({
  sql: `SELECT provider, model, coalesce(price_date, '') AS price_date, 1 AS calls, cost IS NULL AS unknown,
      state = 'estimated' AS estimated, ${parts('cost')}, ${parts('coalesce(cost, bound)', 'committed_')},
      coalesce(input, 0) AS input, coalesce(cached, 0) AS cached, coalesce(output, 0) AS output,
      coalesce(reasoning, 0) AS reasoning
    FROM calls WHERE state <> 'reserved' AND state <> 'rejected' AND ${where}`,
  values,
});

function whereOf(filter: CallFilter): {
  readonly where: string;
  readonly values: readonly (string | number)[];
} {
  const terms: [string, string | number | undefined][] = [
    ['session = ?', filter.session],
    ['conversation = ?', filter.conversation],
    ['turn = ?', filter.turn],
    ['feature = ?', filter.feature],
    ['workspace = ?', filter.workspace],
    ['started >= ?', filter.since],
  ];
  const given = terms.filter((term): term is [string, string | number] => term[1] !== undefined);
  return { where: given.map(([sql]) => sql).join(' AND ') || '1', values: given.map(([, value]) => value) };
}
