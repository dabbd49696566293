import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Money } from '../../src/core/money.ts';
import {
  always,
  type CallArchive,
  type CallQuery,
  callOrders,
  type CallRecord,
  dimensions,
  type NewCost,
} from '../../src/cost/call-archive.ts';
import { CapReached } from '../../src/cost/call-store.ts';
import { Ledger, ledgerIn } from '../../src/cost/ledger.ts';
import { MemoryCallArchive } from '../../src/cost/memory-call-archive.ts';
import { MemoryCallStore } from '../../src/cost/memory-call-store.ts';
import { SqliteCallArchive } from '../../src/cost/sqlite-call-archive.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { tokens } from '../support/scripted-provider.ts';
import { bothArchives, moment, portionsOf, randomCalls, repriced } from './random-calls.ts';

const span = fc.tuple(moment, moment).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const spans = fc.oneof(span, fc.constant(always));
const query: fc.Arbitrary<CallQuery> = fc.record({
  span: spans,
  session: fc.constantFrom(undefined, undefined, 'a', 'gone'),
  group: fc.option(
    fc.record({
      by: fc.constantFrom(...dimensions),
      key: fc.constantFrom('openai/gpt-4o', 'openai', 'chat', 'Shop', 'a', ''),
    }),
    { nil: undefined },
  ),
  search: fc.constantFrom(undefined, '', 'GPT', 'shop', '%', '_', '0%', 'LOOP', 'å', 'report', '\\'),
});

/** Money as digits, so that a difference is told in them. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}` : inner)));

const readAll = async (archive: CallArchive, which: CallQuery): Promise<CallRecord[]> =>
  (await portionsOf(archive, which)).flat();

test('sums by day and by anything equal a full scan to the last picodollar', async () => {
  await fc.assert(
    fc.asyncProperty(randomCalls, fc.array(spans, { maxLength: 4 }), async (calls, days) => {
      const { db, kept, counted } = bothArchives(calls);
      for (const by of dimensions)
        assert.deepEqual(plain(await kept.sums(by, days)), plain(await counted.sums(by, days)), by);
      db.close();
    }),
    { numRuns: 150 },
  );
});

test('pages in every order, searched and filtered, are what sorting all of them gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      randomCalls,
      query,
      fc.record({
        order: fc.constantFrom(...callOrders),
        descending: fc.boolean(),
        offset: fc.nat(20),
        limit: fc.integer({ min: 1, max: 20 }),
      }),
      async (calls, which, how) => {
        const { db, kept, counted } = bothArchives(calls);
        const page = { ...which, ...how };
        assert.deepEqual(plain(await kept.page(page)), plain(await counted.page(page)));
        assert.deepEqual(plain(await readAll(kept, which)), plain(await readAll(counted, which)));
        db.close();
      },
    ),
    { numRuns: 300 },
  );
});

test('usage by length of input equals usage added up call by call', async () => {
  await fc.assert(
    fc.asyncProperty(randomCalls, query, async (calls, which) => {
      const { db, kept, counted } = bothArchives(calls);
      const sums = async (archive: CallArchive): Promise<unknown> =>
        plain((await archive.usage(which, [200, 272_000])).sort((a, b) => a.above - b.above));
      assert.deepEqual(await sums(kept), await sums(counted));
      db.close();
    }),
    { numRuns: 200 },
  );
});

test('deleting takes no money from a budget that still runs, and leaves nothing to be seen', async () => {
  await fc.assert(
    fc.asyncProperty(randomCalls, query, moment, moment, async (calls, which, keepFrom, since) => {
      const { db, kept, counted, stores } = bothArchives(calls);
      const filters = [{ since: Math.max(since, keepFrom) }, { since: keepFrom, session: 'a' }];
      const before = filters.map(filter => stores[0].committed(filter).pico);
      const doomed = (await readAll(kept, which)).filter(({ state }) => state !== 'reserved');
      const deletions = [await kept.delete(which, keepFrom, 99), await counted.delete(which, keepFrom, 99)];
      assert.deepEqual(deletions[0], deletions[1]);
      assert.equal(deletions[0]!.removed + deletions[0]!.reduced, doomed.length);
      for (const store of stores)
        assert.deepEqual(filters.map(filter => store.committed(filter).pico), before);
      for (const archive of [kept, counted]) {
        assert.deepEqual((await readAll(archive, which)).filter(({ state }) => state !== 'reserved'), []);
        for (const { id } of doomed) assert.equal(archive.find(id), undefined);
      }
      assert.deepEqual(plain(await kept.sums('conversation', [always])), plain(await counted.sums('conversation', [always])));
      assert.deepEqual(plain(kept.deleted(always)), plain(counted.deleted(always)));
      // Of what is kept for budgets nothing tells what it was about.
      for (const row of db.all('SELECT * FROM calls WHERE deleted IS NOT NULL')) {
        assert.ok(Number(row['started']) >= keepFrom);
        const said = ['conversation', 'turn'].map(name => row[name]);
        const counts = ['usage', 'input', 'cached', 'cache_write', 'output', 'reasoning', 'settled', 'tier', 'flags'];
        assert.deepEqual([...said, ...counts.map(name => row[name])], ['', '', ...counts.map(() => null)]);
      }
      db.close();
    }),
    { numRuns: 300 },
  ); // prettier-ignore
});

test('what was kept for budgets is gone once they no longer count it', async () => {
  await fc.assert(
    fc.asyncProperty(randomCalls, moment, async (calls, later) => {
      const { db, kept, counted } = bothArchives(calls);
      for (const archive of [kept, counted]) {
        await archive.delete({ span: always }, 0, 1);
        await archive.purge(later);
      }
      assert.equal(kept.deleted({ from: 0, to: later }).calls, 0);
      assert.deepEqual(plain(await kept.sums('model', [always])), plain(await counted.sums('model', [always])));
      db.close();
    }),
    { numRuns: 100 },
  );
});

test('a used-up day stays used up when everything is deleted', async () => {
  const clock = new FakeClock();
  const facts = { session: 's', conversation: 'c', turn: 't', feature: 'chat', workspace: 'shop', provider: 'openai', model: 'gpt-4o' };
  const caps = [{ name: 'day', limit: Money.parse('1'), filter: { since: clock.now() } }];
  const db = openDatabase(':memory:', schema);
  const memory = new MemoryCallStore();
  let id = 0;
  for (const [ledger, archive] of [
    [ledgerIn(db, clock), new SqliteCallArchive(db)],
    [new Ledger(memory, clock, () => `call-${id++}`), new MemoryCallArchive(memory)],
  ] as const) {
    // A known cost, and one that nobody knows and that counts at its bound.
    ledger.reserve({ ...facts, bound: Money.parse('0.6'), caps }).settle(tokens(100_000, 20_000));
    ledger.reserve({ ...facts, bound: Money.parse('0.5'), caps }).settle('lost');
    const before = ledger.total({ since: clock.now() }).committed;
    assert.deepEqual(await archive.delete({ span: always }, clock.now() - 32 * 86_400_000, clock.now()), { removed: 0, reduced: 2 });
    assert.ok(ledger.total({ since: clock.now() }).committed.equals(before));
    assert.throws(() => ledger.reserve({ ...facts, bound: Money.parse('0.1'), caps }), CapReached);
  }
  db.close();
}); // prettier-ignore

test('calls that are under way are not deleted', async () => {
  const { kept, stores } = bothArchives([]);
  const facts = { session: 's', conversation: 'c', turn: 't', feature: 'chat', workspace: '', provider: 'openai', model: 'o3' };
  stores[0].insert({ ...facts, id: 'running', started: 5, bound: new Money(7n) }, []);
  assert.deepEqual(await kept.delete({ span: always }, 10, 10), { removed: 0, reduced: 0 });
  assert.equal(kept.find('running')?.state, 'reserved');
}); // prettier-ignore

test('new costs are put in place of the ones they were worked out from, and of no others', async () => {
  await fc.assert(
    fc.asyncProperty(randomCalls, fc.infiniteStream(fc.bigInt({ min: 0n, max: 99n })), async (calls, amounts) => {
      const { db, kept, counted } = bothArchives(calls);
      const old = await readAll(kept, { span: always });
      const costs = old.flatMap(({ id, cost, usage, state }, at): NewCost[] => {
        if (!usage || state === 'reserved') return [];
        const stale = at % 4 === 0;
        const flags = ['family-price'];
        const to = { cost: new Money(amounts.next().value), least: at % 3 ? undefined : new Money(1n), state: 'estimated' as const, priceSource: 'new', priceDate: undefined };
        return [{ id, old: stale ? new Money(-1n) : cost, usage, flags, ...to }];
      });
      const replaced = [await repriced(kept, costs), await repriced(counted, costs)];
      assert.equal(replaced[0], replaced[1]);
      assert.equal(replaced[0], costs.filter(({ old: from }) => from?.pico !== -1n).length);
      assert.deepEqual(plain(await readAll(kept, { span: always })), plain(await readAll(counted, { span: always })));
      assert.deepEqual(plain(await kept.sums('model', [always])), plain(await counted.sums('model', [always])));
      db.close();
    }),
    { numRuns: 100 },
  ); // prettier-ignore
});

test('a question that nobody waits for any more ends between two portions', async () => {
  const { db, kept } = bothArchives([]);
  db.transaction(() => {
    for (let at = 0; at < 9000; at++)
      db.run(
        `INSERT INTO calls (id, session, conversation, turn, feature, workspace, provider, model, started, state, cost)
         VALUES (?, 's', 'c', 't', 'chat', '', 'openai', 'o3', ?, 'reported', 1)`,
        `call-${at}`,
        at,
      );
  });
  const controller = new AbortController();
  const sums = kept.sums('conversation', [always], controller.signal);
  controller.abort(new Error('another question'));
  await assert.rejects(sums, /another question/);
  const [all] = await kept.sums('conversation', [always]);
  assert.equal(all![0]!.calls, 9000);
  assert.equal((await readAll(kept, { span: always })).length, 9000);
});
