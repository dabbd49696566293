import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Money } from '../../src/core/money.ts';
import type { CallFacts, CallFilter, CallStore } from '../../src/cost/call-store.ts';
import { CapReached } from '../../src/cost/call-store.ts';
import { costOf } from '../../src/cost/cost-of.ts';
import { Ledger, ledgerIn, openLedger, type Reservation } from '../../src/cost/ledger.ts';
import { MemoryCallStore } from '../../src/cost/memory-call-store.ts';
import type { Outcome } from '../../src/cost/settlement.ts';
import { openDatabase, StorageUnavailable } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { tokens } from '../support/scripted-provider.ts';

const facts: CallFacts = {
  session: 's1',
  conversation: 'c1',
  turn: 't1',
  feature: 'chat',
  workspace: 'sample',
  provider: 'openai',
  model: 'gpt-4o',
};
const dollars = (text: string): Money => Money.parse(text);

function ledgers(clock = new FakeClock()): { readonly name: string; readonly ledger: Ledger; close(): void }[] {
  const db = openDatabase(':memory:', schema);
  let id = 0;
  return [
    { name: 'SQLite', ledger: ledgerIn(db, clock), close: () => db.close() },
    { name: 'memory', ledger: new Ledger(new MemoryCallStore(), clock, () => `call-${id++}`), close() {} },
  ];
}

for (const { name, ledger, close } of ledgers()) {
  test(`${name}: a call is reserved, then settled at exactly what its tokens cost`, t => {
    t.after(close);
    const usage = tokens(1000, 200);
    const cost = costOf({ provider: 'openai', model: 'gpt-4o', usage, at: new FakeClock().now() }).money!;
    const call = ledger.reserve({ ...facts, bound: dollars('1') });
    assert.deepEqual(
      { ...ledger.total({}), models: [] },
      {
        models: [],
        money: Money.zero,
        committed: dollars('1'),
        calls: 0,
        unknownCalls: 0,
        estimatedCalls: 0,
        running: Money.zero,
      },
    );
    call.observe(dollars('0.001'));
    assert.equal(ledger.total({}).running!.toString(), '0.001000');
    call.settle(usage);
    const total = ledger.total({});
    assert.ok(total.money.equals(cost));
    assert.ok(total.committed.equals(cost));
    assert.equal(total.calls, 1);
    assert.equal(total.running, undefined);
    assert.equal(total.models[0]!.inputTokens, 1000);
    assert.equal(total.models[0]!.outputTokens, 200);
    // Once settled, nothing changes it any more.
    call.settle('lost');
    call.observe(dollars('9'));
    assert.ok(ledger.total({}).money.equals(cost));
    assert.equal(ledger.total({}).unknownCalls, 0);
  });
}

const endings: readonly [string, Outcome, { calls: number; unknown: number; estimated: number; costs: boolean }][] = [
  ['usage', tokens(1000, 10), { calls: 1, unknown: 0, estimated: 0, costs: true }],
  ['an estimate', { estimated: tokens(1000, 10) }, { calls: 1, unknown: 0, estimated: 1, costs: true }],
  ['lost', 'lost', { calls: 1, unknown: 1, estimated: 0, costs: false }],
  ['rejected', 'rejected', { calls: 0, unknown: 0, estimated: 0, costs: false }],
  ['not sent', 'not-sent', { calls: 0, unknown: 0, estimated: 0, costs: false }],
];
for (const [what, outcome, expected] of endings)
  test(`a call that ends as ${what} counts as such, in both stores`, t => {
    for (const { ledger, close } of ledgers()) {
      t.after(close);
      ledger.reserve({ ...facts, bound: dollars('1') }).settle(outcome);
      const { calls, unknownCalls, estimatedCalls, money, running } = ledger.total({});
      assert.deepEqual({ calls, unknown: unknownCalls, estimated: estimatedCalls, costs: money.pico > 0n }, expected);
      assert.equal(running, undefined);
    }
  });

test('a model without a price is counted as unknown, its tokens kept, never as $0', t => {
  for (const { ledger, close } of ledgers()) {
    t.after(close);
    ledger.reserve({ ...facts, model: 'nobody-knows', bound: undefined }).settle(tokens(5, 6));
    const { unknownCalls, money, models } = ledger.total({});
    assert.equal(unknownCalls, 1);
    assert.ok(money.equals(Money.zero));
    assert.equal(models[0]!.outputTokens, 6);
  }
});

test('totals by session, conversation, turn and time hold what they say', async t => {
  const clock = new FakeClock();
  for (const { ledger, close } of ledgers(clock)) {
    t.after(close);
    const add = (more: Partial<CallFacts>): void =>
      ledger.reserve({ ...facts, ...more, bound: dollars('1') }).settle(tokens(1000, 0));
    add({});
    add({ turn: 't2' });
    add({ session: 's2', conversation: 'c2', turn: 't3' });
    await clock.advance(1000);
    const since = clock.now();
    add({ turn: 't4' });
    const calls = (filter: CallFilter): number => ledger.total(filter).calls;
    assert.equal(calls({}), 4);
    assert.equal(calls({ session: 's1' }), 3);
    assert.equal(calls({ conversation: 'c2' }), 1);
    assert.equal(calls({ turn: 't2' }), 1);
    assert.equal(calls({ since }), 1);
    assert.equal(calls({ since: since + 1 }), 0);
    assert.equal(calls({ session: 's2', turn: 't1' }), 0);
  }
});

test('a million small calls lose nothing: sums are whole picodollars', () => {
  const ledger = ledgers()[1]!.ledger;
  const each = costOf({
    provider: 'openai',
    model: 'gpt-4o-mini',
    usage: tokens(1, 1),
    at: new FakeClock().now(),
  }).money!;
  for (let call = 0; call < 10_000; call++)
    ledger.reserve({ ...facts, model: 'gpt-4o-mini', bound: undefined }).settle(tokens(1, 1));
  assert.equal(ledger.total({}).money.pico, each.pico * 10_000n);
});

test('everything that changes a total is told', () => {
  const ledger = ledgers()[1]!.ledger;
  let told = 0;
  const heard = ledger.onDidChange(() => told++);
  const call = ledger.reserve({ ...facts, bound: undefined });
  call.observe(dollars('1'));
  call.settle('lost');
  assert.equal(told, 3);
  heard.dispose();
  ledger.reserve({ ...facts, bound: undefined }).settle('not-sent');
  assert.equal(told, 3);
});

test('a cap holds over bounds: what is settled, what runs and what is lost together never pass it', t => {
  for (const { ledger, close } of ledgers()) {
    t.after(close);
    const caps = [{ name: 'day', limit: dollars('1'), filter: {} }];
    const reserve = (bound: string): Reservation => ledger.reserve({ ...facts, bound: dollars(bound), caps });
    const first = reserve('0.6');
    assert.throws(() => reserve('0.400000000001'), CapReached);
    const second = reserve('0.4');
    assert.throws(() => reserve('0.000000000001'), CapReached);
    second.settle('not-sent');
    reserve('0.4').settle('rejected');
    reserve('0.4').settle('lost');
    assert.throws(() => reserve('0.01'), CapReached);
    first.settle(tokens(0, 0));
    reserve('0.6');
    assert.equal(ledger.total({}).calls, 2);
  }
});

test('under a cap a call whose bound nobody knows is refused', t => {
  for (const { ledger, close } of ledgers()) {
    t.after(close);
    const caps = [{ name: 'day', limit: dollars('1000'), filter: {} }];
    assert.throws(() => ledger.reserve({ ...facts, bound: undefined, caps }), CapReached);
    assert.equal(ledger.total({}).running, undefined);
  }
});

test('a ledger file that is broken or of a newer version is unavailable, not an empty ledger', async t => {
  const folder = await temporaryFolder(t);
  const broken = join(folder, 'broken.db');
  await writeFile(broken, 'no ledger');
  assert.throws(() => openLedger(broken), StorageUnavailable);
  const newer = join(folder, 'newer.db');
  openDatabase(newer, [...schema, 'CREATE TABLE later (x INTEGER)']).close();
  assert.throws(() => openLedger(newer), StorageUnavailable);
});

test('what is kept of a call: counts, the provider’s own object, tier and flags, the price’s source and date', t => {
  const db = openDatabase(':memory:', schema);
  t.after(() => db.close());
  const clock = new FakeClock();
  const raw = { prompt_tokens: 100, completion_tokens: 7, total_tokens: 107 };
  const usage = { ...tokens(100, 7), cachedInputTokens: 60, reasoningTokens: 3, raw };
  ledgerIn(db, clock)
    .reserve({ ...facts, bound: dollars('0.5') })
    .settle(usage, 'batch');
  const { id, price_source: source, price_date: date, cost, ...row } = db.get('SELECT * FROM calls')!;
  assert.match(String(id), /^[0-9a-f-]{36}$/);
  assert.ok(source && date && (cost as bigint) > 0n);
  assert.deepEqual(row, {
    ...facts,
    started: BigInt(clock.now()),
    settled: BigInt(clock.now()),
    state: 'reported',
    bound: 500_000_000_000n,
    input: 100n,
    cached: 60n,
    cache_write: null,
    output: 7n,
    reasoning: 3n,
    usage: JSON.stringify(raw),
    tier: 'batch',
    flags: JSON.stringify(['cached-rate-missing']),
    deleted: null,
    writer: null,
    least: null,
  });
});

/** A store that fails for a while, as a full disk or a long transaction of another window makes it. */
class FailingStore extends MemoryCallStore {
  failing = false;

  override settle(...settlement: Parameters<CallStore['settle']>): void {
    if (this.failing) throw new Error('database is locked');
    super.settle(...settlement);
  }
}

test('a settlement that cannot be written costs nobody an answer and is written later', () => {
  const store = new FailingStore();
  let id = 0;
  const clock = new FakeClock();
  const ledger = new Ledger(store, clock, () => `call-${id++}`);
  const caps = [{ name: 'day', limit: dollars('1'), filter: {} }];
  const call = ledger.reserve({ ...facts, bound: dollars('1'), caps });
  store.failing = true;
  call.settle(tokens(1000, 0));
  // Not on the disk, and counted all the same; the disk still holds its bound.
  assert.equal(ledger.total({}).calls, 1);
  assert.throws(() => ledger.reserve({ ...facts, bound: dollars('0.01'), caps }), CapReached);
  store.failing = false;
  assert.equal(ledger.total({}).calls, 1);
  ledger.reserve({ ...facts, bound: dollars('0.01'), caps });
});
