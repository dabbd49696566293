import fc from 'fast-check';
import { Money } from '../../src/core/money.ts';
import type { CallArchive, CallQuery, CallRecord, NewCost } from '../../src/cost/call-archive.ts';
import type { CallRow, CallSettlement } from '../../src/cost/call-store.ts';
import { MemoryCallArchive } from '../../src/cost/memory-call-archive.ts';
import { MemoryCallStore } from '../../src/cost/memory-call-store.ts';
import { SqliteCallArchive } from '../../src/cost/sqlite-call-archive.ts';
import { SqliteCallStore } from '../../src/cost/sqlite-call-store.ts';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { afterAll, rollUp } from '../../src/storage/rolled-sums.ts';
import { schema } from '../../src/storage/schema.ts';

export interface RandomCall {
  readonly row: CallRow;
  readonly settlement: CallSettlement | undefined;
}

const hourMs = 3_600_000;
const letter = fc.constantFrom('a', 'b', 'c');
const amount = fc.oneof(
  { weight: 3, arbitrary: fc.bigInt({ min: 0n, max: 9_000_000_000_000n }) },
  fc.bigInt({ min: 0n, max: 5n }),
);
/** On, before and after edges of quarters, hours and days; often the same. */
export const moment = fc
  .tuple(fc.nat(60), fc.constantFrom(hourMs / 4, hourMs, 24 * hourMs), fc.constantFrom(-1, 0, 1, 1_800_000))
  .map(([count, span, off]) => Math.max(0, count * span + off));

const counts = fc
  .record({
    inputTokens: fc.oneof(fc.nat(300), fc.constantFrom(271_999, 272_000, 272_001, 900_000)),
    outputTokens: fc.nat(200),
    cached: fc.option(fc.nat(100), { nil: undefined }),
    written: fc.option(fc.nat(100), { nil: undefined }),
    reasoning: fc.option(fc.nat(50), { nil: undefined }),
    raw: fc.boolean(),
  })
  .map(({ inputTokens, outputTokens, cached, written, reasoning, raw }) => ({
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    ...(cached !== undefined && { cachedInputTokens: cached }),
    ...(written !== undefined && { cacheWriteTokens: written }),
    ...(reasoning !== undefined && { reasoningTokens: reasoning }),
    ...(raw && { raw: { prompt_tokens: inputTokens, completion_tokens: outputTokens } }),
  }));

const settlement = fc.oneof(
  fc.record({
    state: fc.constantFrom('reported' as const, 'estimated' as const, 'unknown-price' as const),
    settled: moment,
    cost: fc.option(amount, { nil: undefined }),
    least: fc.option(amount, { nil: undefined }),
    usage: counts,
    priceSource: fc.constantFrom(undefined, 'list'),
    priceDate: fc.constantFrom(undefined, '2026-01-01', '2026-02-02'),
    tier: fc.constantFrom(undefined, 'batch', 'default'),
    flags: fc.constantFrom([], ['long-context' as const], ['local' as const, 'unconfirmed' as const]),
  }),
  fc.record({
    state: fc.constantFrom('lost' as const, 'rejected' as const),
    settled: moment,
    cost: fc.constant(undefined),
    usage: fc.constant(undefined),
    priceSource: fc.constant(undefined),
    priceDate: fc.constant(undefined),
  }),
);

const row = fc.record({
  session: letter,
  conversation: fc.constantFrom('', 'a', 'b', 'c'),
  turn: letter,
  feature: fc.constantFrom('chat', 'explain', 'test'),
  workspace: fc.constantFrom('', 'Shop', 'shop_2', '100%'),
  provider: fc.constantFrom('openai', 'azure-openai'),
  model: fc.constantFrom('gpt-4o', 'gpt-4.1', 'gpt-5.4', 'house-7', '=1+1'),
  started: moment,
  bound: fc.option(amount, { nil: undefined }),
});

export const randomCalls: fc.Arbitrary<RandomCall[]> = fc
  .array(fc.tuple(row, fc.option(settlement, { nil: undefined, freq: 8 })), { maxLength: 40 })
  .map(calls =>
    calls.map(([{ bound, ...facts }, ended], at) => ({
      row: { ...facts, id: `call-${at}`, bound: bound === undefined ? undefined : new Money(bound) },
      settlement: ended && {
        ...ended,
        cost: ended.cost === undefined ? undefined : new Money(ended.cost),
        least: ended.state !== 'estimated' || ended.least === undefined ? undefined : new Money(ended.least),
      },
    })),
  );

/** What conversations are called; the last has no title. */
const titles: { readonly [conversation: string]: string } = { a: 'The Loop', b: 'Ångström 100% sure' };

/** All that an archive gives, in the portions it gives them. */
export async function portionsOf(archive: CallArchive, query: CallQuery): Promise<(readonly CallRecord[])[]> {
  const portions: (readonly CallRecord[])[] = [];
  for await (const calls of archive.read(query)) portions.push(calls);
  return portions;
}

/** Replaces them all. @returns how many were replaced. */
export async function repriced(archive: CallArchive, costs: readonly NewCost[]): Promise<number> {
  let replaced = 0;
  for await (const so of archive.reprice(costs)) replaced = so.replaced;
  return replaced;
}

/** As the ledger does from time to time: what has begun by now is in kept sums, the rest is added up by each question. */
function rollUpAll(db: Database): void {
  const until = db.get(afterAll)!['moment'] as bigint;
  for (const sql of rollUp) db.run(sql, until);
}

/** The same calls in a database and in memory, where each question is answered by reading them all. */
export function bothArchives(calls: readonly RandomCall[]): {
  readonly db: Database;
  readonly kept: SqliteCallArchive;
  readonly counted: MemoryCallArchive;
  readonly stores: readonly [SqliteCallStore, MemoryCallStore];
} {
  const db = openDatabase(':memory:', schema);
  for (const [id, title] of Object.entries(titles))
    db.run('INSERT INTO conversations (id, title, workspace, created, updated) VALUES (?, ?, ?, 0, 0)', id, title, '');
  const stores = [new SqliteCallStore(db), new MemoryCallStore()] as const;
  for (const [at, { row: facts, settlement: ended }] of calls.entries()) {
    for (const store of stores) {
      store.insert(facts, []);
      if (ended) store.settle(facts.id, ended);
    }
    if (at === Math.floor(calls.length / 2)) rollUpAll(db);
  }
  return {
    db,
    kept: new SqliteCallArchive(db),
    counted: new MemoryCallArchive(stores[1], conversation => titles[conversation]),
    stores,
  };
}
