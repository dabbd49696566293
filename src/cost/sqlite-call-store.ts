import { Money } from '../core/money.ts';
import type { Database, Row } from '../storage/database.ts';
import {
  type CallFilter,
  type CallRow,
  type CallSettlement,
  type CallStore,
  type Cap,
  CapReached,
  type ModelTotal,
} from './call-store.ts';

/** Calls in the database that all windows share. */
export class SqliteCallStore implements CallStore {
  #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  insert(row: CallRow, caps: readonly Cap[]): void {
    this.#db.transaction(() => {
      for (const cap of caps) {
        const spent = this.committed(cap.filter);
        if (!row.bound || spent.add(row.bound).compare(cap.limit) > 0) throw new CapReached(cap, spent);
      }
      this.#db.run(
        `INSERT INTO calls (id, session, conversation, turn, feature, workspace, provider, model, started, state, bound)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'reserved', ?)`,
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
      );
    });
  }

  settle(id: string, { state, settled, cost, usage, priceSource, priceDate }: CallSettlement): void {
    this.#db.run(
      `UPDATE calls SET state = ?, settled = ?, cost = ?, input = ?, cached = ?, cache_write = ?, output = ?, reasoning = ?,
         usage = ?, price_source = ?, price_date = ? WHERE id = ?`,
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
      id,
    );
  }

  remove(id: string): void {
    this.#db.run('DELETE FROM calls WHERE id = ?', id);
  }

  totals(filter: CallFilter): ModelTotal[] {
    const { where, values } = whereOf(filter);
    return this.#db
      .all(
        `SELECT provider, model, COUNT(*) AS calls, COALESCE(SUM(cost), 0) AS cost,
           SUM(cost IS NULL) AS unknown, SUM(state = 'estimated') AS estimated,
           COALESCE(SUM(input), 0) AS input, COALESCE(SUM(cached), 0) AS cached,
           COALESCE(SUM(output), 0) AS output, COALESCE(SUM(reasoning), 0) AS reasoning, MAX(price_date) AS price_date
         FROM calls WHERE state NOT IN ('reserved', 'rejected') AND ${where} GROUP BY provider, model ORDER BY cost DESC, model, provider`,
        ...values,
      )
      .map(toModelTotal);
  }

  committed(filter: CallFilter): Money {
    const { where, values } = whereOf(filter);
    const row = this.#db.get(
      `SELECT COALESCE(SUM(COALESCE(cost, bound)), 0) AS spent FROM calls WHERE state <> 'rejected' AND ${where}`,
      ...values,
    );
    return new Money(row!['spent'] as bigint);
  }
}

function whereOf(filter: CallFilter): { where: string; values: (string | number)[] } {
  const terms: [string, string | number | undefined][] = [
    ['session = ?', filter.session],
    ['conversation = ?', filter.conversation],
    ['turn = ?', filter.turn],
    ['started >= ?', filter.since],
  ];
  const given = terms.filter((term): term is [string, string | number] => term[1] !== undefined);
  return { where: given.map(([sql]) => sql).join(' AND ') || '1', values: given.map(([, value]) => value) };
}

function toModelTotal(row: Row): ModelTotal {
  const count = (name: string): number => Number(row[name]);
  return {
    provider: String(row['provider']),
    model: String(row['model']),
    calls: count('calls'),
    money: new Money(row['cost'] as bigint),
    unknownCalls: count('unknown'),
    estimatedCalls: count('estimated'),
    inputTokens: count('input'),
    cachedTokens: count('cached'),
    outputTokens: count('output'),
    reasoningTokens: count('reasoning'),
    priceDate: (row['price_date'] as string | null) ?? undefined,
  };
}
