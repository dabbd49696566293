import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { Money } from '../../src/core/money.ts';
import type { CallFilter, CallRow, ModelTotal } from '../../src/cost/call-store.ts';
import { dearestFirst } from '../../src/cost/call-store.ts';
import { SqliteCallStore } from '../../src/cost/sqlite-call-store.ts';
import { spansMs } from '../../src/storage/call-sums.ts';
import { rollUp } from '../../src/storage/rolled-sums.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { tokens } from '../support/scripted-provider.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const [quarterMs, hourMs, dayMs] = spansMs;

/** The largest amount one call can have: SQLite's integers end there. */
const largest = 2n ** 63n - 1n;

/** Moments on, before and after the edges of every bucket. */
const moment = fc
  .tuple(fc.nat(50), fc.constantFrom(quarterMs, hourMs, dayMs), fc.constantFrom(-1, 0, 1, 1_800_000))
  .map(([count, span, off]) => Math.max(0, count * span + off));
const amount = fc.option(fc.oneof(fc.bigInt({ min: 0n, max: 5_000_000n }), fc.bigInt({ min: 0n, max: largest })), {
  nil: null,
});
const model = fc.constantFrom('gpt-4o', 'gpt-4.1', 'o3');
const feature = fc.constantFrom('chat', 'explain');
const workspace = fc.constantFrom('', 'shop');
const date = fc.constantFrom(null, '2026-01-01', '2026-02-02');
const state = fc.constantFrom('reserved', 'reported', 'estimated', 'unknown-price', 'lost', 'rejected');
const id = fc.nat(11).map(number => `call-${number}`);

const change = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('insert' as const), id, model, feature, workspace, started: moment, state, cost: amount, bound: amount, date }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), id, cost: amount, date, count: fc.nat(1000) }) },
  fc.record({ do: fc.constant('price again' as const), model, cost: amount, date }),
  fc.record({ do: fc.constant('move' as const), id, started: moment, model }),
  fc.record({ do: fc.constant('delete' as const), id }),
  fc.record({ do: fc.constant('delete before' as const), started: moment }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('roll up' as const), until: moment }) },
); // prettier-ignore

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function apply(db: Database, one: Change): void {
  switch (one.do) {
    case 'insert':
      return db.run(
        `INSERT INTO calls (id, session, conversation, turn, feature, workspace, provider, model, started, state, cost, bound, price_date, input)
         VALUES (?, 's', 'c', 't', ?, ?, 'openai', ?, ?, ?, ?, ?, ?, 7) ON CONFLICT DO NOTHING`,
        one.id, one.feature, one.workspace, one.model, one.started, one.state, one.cost, one.bound, one.date,
      ); // prettier-ignore
    case 'settle':
      return new SqliteCallStore(db).settle(one.id, {
        state: 'reported',
        settled: 1,
        cost: one.cost === null ? undefined : new Money(one.cost),
        usage: tokens(one.count, 3),
        priceSource: 'list',
        priceDate: one.date ?? undefined,
      });
    case 'price again':
      return db.run('UPDATE calls SET cost = ?, price_date = ? WHERE model = ?', one.cost, one.date, one.model);
    case 'move':
      return db.run('UPDATE calls SET started = ?, model = ? WHERE id = ?', one.started, one.model, one.id);
    case 'delete':
      return new SqliteCallStore(db).remove(one.id);
    case 'delete before':
      return db.run('DELETE FROM calls WHERE started < ?', one.started);
    case 'roll up':
      for (const sql of rollUp) db.run(sql, one.until);
  }
}

/** Every row read and added up here, without a limit. */
function fullScan(db: Database, since: number, only: CallFilter): { totals: ModelTotal[]; committed: Money } {
  const rows = db
    .all('SELECT * FROM calls WHERE started >= ? AND state <> ?', since, 'rejected')
    .filter(row => (only.feature ?? row['feature']) === row['feature'])
    .filter(row => (only.workspace ?? row['workspace']) === row['workspace']);
  const money = (cost: unknown): Money => new Money((cost as bigint | null) ?? 0n);
  const settled = rows.filter(row => row['state'] !== 'reserved');
  const totals = [...Map.groupBy(settled, row => String(row['model']))].map(([name, calls]): ModelTotal => {
    const sum = (column: string): number => calls.reduce((all, row) => all + Number(row[column] ?? 0), 0);
    return {
      provider: 'openai',
      model: name,
      calls: calls.length,
      money: Money.sum(calls.map(row => money(row['cost']))),
      unknownCalls: calls.filter(row => row['cost'] === null).length,
      estimatedCalls: calls.filter(row => row['state'] === 'estimated').length,
      inputTokens: sum('input'),
      cachedTokens: sum('cached'),
      outputTokens: sum('output'),
      reasoningTokens: sum('reasoning'),
      priceDate: calls.map(row => row['price_date'] as string | null).filter(known => known !== null).sort().at(-1),
    };
  }); // prettier-ignore
  return {
    totals: totals.sort(dearestFirst),
    committed: Money.sum(rows.map(row => money(row['cost'] ?? row['bound']))),
  };
}

function assertExact(db: Database, since: number | undefined): void {
  const store = new SqliteCallStore(db);
  for (const only of [{}, { feature: 'explain' }, { workspace: 'shop' }, { feature: 'chat', workspace: '' }]) {
    const filter: CallFilter = since === undefined ? only : { ...only, since };
    const { totals, committed } = fullScan(db, since ?? 0, only);
    assert.deepEqual(store.totals(filter), totals);
    assert.equal(store.committed(filter).pico, committed.pico);
  }
}

test('sums kept equal sums counted, to the last picodollar, whatever is settled, priced again, moved or deleted', () => {
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 30 }),
      fc.array(fc.option(moment, { nil: undefined }), { minLength: 3, maxLength: 3 }),
      (changes, moments) => {
        const db = openDatabase(':memory:', schema);
        for (const one of changes) apply(db, one);
        for (const since of moments) assertExact(db, since);
        db.close();
      },
    ),
    { numRuns: 400 },
  );
});

test('a database of the version before is added up as it is brought up to date', async t => {
  const path = join(await temporaryFolder(t), 'calls.db');
  const before = openDatabase(path, schema.slice(0, 1));
  for (const one of fc.sample(change, { numRuns: 300, seed: 7 })) if (one.do === 'insert') apply(before, one);
  before.close();
  const db = openDatabase(path, schema);
  t.after(() => db.close());
  for (const since of [undefined, 0, 1, quarterMs, hourMs, 5 * hourMs + 1, dayMs, 20 * dayMs - 1])
    assertExact(db, since);
});

test('sums go on where SQLite’s own integers end', t => {
  const db = openDatabase(':memory:', schema);
  t.after(() => db.close());
  const store = new SqliteCallStore(db);
  const row: Omit<CallRow, 'id'> = {
    session: 's', conversation: 'c', turn: 't', feature: 'chat', workspace: '', provider: 'openai', model: 'o3',
    started: 0, bound: new Money(largest),
  }; // prettier-ignore
  for (let call = 0; call < 5; call++) store.insert({ ...row, id: `call-${call}` }, []);
  assert.equal(store.committed({}).pico, 5n * largest);
  for (let call = 0; call < 5; call++)
    store.settle(`call-${call}`, {
      state: 'reported', settled: 1, cost: new Money(largest - 1n), usage: undefined, priceSource: undefined, priceDate: undefined,
    }); // prettier-ignore
  for (const filter of [{}, { since: 0 }, { session: 's' }]) {
    assert.equal(store.totals(filter)[0]!.money.pico, 5n * (largest - 1n));
    assert.equal(store.committed(filter).pico, 5n * (largest - 1n));
  }
});
