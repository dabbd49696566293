import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Money } from '../../src/core/money.ts';
import { type CallFilter, type CallRow, type CallStore, CapReached } from '../../src/cost/call-store.ts';
import { MemoryCallStore } from '../../src/cost/memory-call-store.ts';
import { SqliteCallStore } from '../../src/cost/sqlite-call-store.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { tokens } from '../support/scripted-provider.ts';

test('memory and SQLite agree on every sequence of calls, caps and endings', () => {
  const filters = fc.constantFrom<CallFilter>(
    {},
    { session: 'a' },
    { conversation: 'b' },
    { turn: 'c' },
    { since: 5 },
    { session: 'b', since: 3 },
  );
  const letter = fc.constantFrom('a', 'b', 'c');
  const row = fc.record({
    session: letter,
    conversation: letter,
    turn: letter,
    feature: fc.constant('chat'),
    workspace: fc.constant(''),
    provider: fc.constantFrom('openai', 'Zed', 'azure-openai'),
    model: fc.constantFrom('gpt-4o', 'gpt-4.1', 'GPT-x', 'ångström'),
    started: fc.integer({ min: 0, max: 10 }),
    bound: fc.option(fc.bigInt({ min: 0n, max: 500n }), { nil: undefined }),
  });
  const state = fc.constantFrom('reported', 'estimated', 'unknown-price', 'lost', 'rejected');
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(
        fc.constant('insert' as const),
        row,
        fc.option(fc.tuple(filters, fc.bigInt({ min: 0n, max: 2000n })), { nil: undefined }),
      ),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(
        fc.constant('settle' as const),
        fc.nat(30),
        state,
        fc.option(fc.bigInt({ min: 0n, max: 500n }), { nil: undefined }),
        fc.nat(50),
      ),
    },
    fc.tuple(fc.constant('remove' as const), fc.nat(30)),
    fc.tuple(fc.constant('keepLeast' as const), fc.nat(30), fc.bigInt({ min: 0n, max: 500n })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), filters, (steps, filter) => {
      const db = openDatabase(':memory:', schema);
      const stores: CallStore[] = [new SqliteCallStore(db), new MemoryCallStore()];
      let next = 0;
      for (const one of steps) {
        const id = one[0] === 'insert' ? `call-${next++}` : `call-${one[1]}`;
        const results = stores.map(store => attempt(() => apply(store, id, one)));
        assert.deepEqual(results[0], results[1]);
      }
      assert.deepEqual(plain(stores[0]!, filter), plain(stores[1]!, filter));
      assert.deepEqual(prices(stores[0]!), prices(stores[1]!));
      assert.deepEqual(unreported(stores[0]!), unreported(stores[1]!));
      db.close();
    }),
    { numRuns: 300 },
  );

  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  function apply(store: CallStore, id: string, one: Step): void {
    if (one[0] === 'remove') return store.remove(id);
    if (one[0] === 'keepLeast') return store.keepLeast(id, new Money(one[2]));
    if (one[0] === 'insert') {
      const { bound, ...rest } = one[1];
      const inserted: CallRow = { ...rest, id, bound: bound === undefined ? undefined : new Money(bound) };
      const caps = one[2] ? [{ name: 'cap', filter: one[2][0], limit: new Money(one[2][1]) }] : [];
      return store.insert(inserted, caps);
    }
    const [, , how, cost, count] = one;
    store.settle(id, {
      state: how,
      settled: 20,
      cost: cost === undefined ? undefined : new Money(cost),
      least: how === 'estimated' && count % 2 ? new Money(BigInt(count)) : undefined,
      usage:
        how === 'lost' || how === 'rejected' ? undefined : { ...tokens(count, count + 1), cachedInputTokens: count },
      priceSource: 'list',
      priceDate: count % 2 === 0 ? `2026-0${1 + (count % 9)}-01` : undefined,
      tier: count % 3 === 0 ? 'flex' : undefined,
      flags: count % 4 === 0 ? ['long-context'] : [],
    });
  }

  function attempt(work: () => void): string {
    try {
      work();
      return 'done';
    } catch (error) {
      return error instanceof CapReached ? `${error.cap.name} ${error.spent.pico}` : String(error);
    }
  }

  function unreported(store: CallStore): string[] {
    return store
      .unreported('c')
      .map(({ least, most, cost }) => [least, most, cost].map(money => String(money?.pico)).join(' '))
      .sort();
  }

  /** Those that begin together have no order of their own. */
  function prices(store: CallStore): string[] {
    return store
      .prices('c')
      .map(use => JSON.stringify(use))
      .sort();
  }

  function plain(store: CallStore, filter: CallFilter): unknown {
    return store.totals(filter).map(({ money, ...total }) => ({ ...total, pico: money.pico }));
  }
});
