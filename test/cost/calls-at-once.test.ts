import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { type CallFacts, CapReached, type PartFailure } from '../../src/cost/call-store.ts';
import { Ledger, ledgerIn, type Reservation } from '../../src/cost/ledger.ts';
import { MemoryCallStore } from '../../src/cost/memory-call-store.ts';
import { SqliteCallStore } from '../../src/cost/sqlite-call-store.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { tokens } from '../support/scripted-provider.ts';

const facts: CallFacts = {
  session: 's1', conversation: 'c1', turn: 't1', feature: 'chat', workspace: 'sample', provider: 'openai', model: 'gpt-4o',
}; // prettier-ignore
const dollars = (text: string): Money => Money.parse(text);
const sixteen = Array.from({ length: 16 }, (_, at) => at);

/** Counts its steps, and fails while it is told to. */
class CountedStore extends MemoryCallStore {
  steps = 0;
  failing = false;

  override together(parts: readonly (() => void)[]): (PartFailure | undefined)[] {
    this.steps++;
    if (this.failing) throw new Error('database is locked');
    return super.together(parts);
  }
}

function countedLedger(): { store: CountedStore; ledger: Ledger } {
  const store = new CountedStore();
  let id = 0;
  return { store, ledger: new Ledger(store, new FakeClock(), () => `call-${id++}`) };
}

test('sixteen calls at once are reserved in one step and settled in one', async () => {
  const { store, ledger } = countedLedger();
  const calls = await Promise.all(sixteen.map(() => ledger.reserveSoon({ ...facts, bound: dollars('1') })));
  assert.equal(store.steps, 1);
  for (const call of calls) call.settle(tokens(1000, 0));
  assert.deepEqual(
    await Promise.all(calls.map(({ settled }) => settled)),
    sixteen.map(() => true),
  );
  assert.equal(store.steps, 2);
  assert.equal(ledger.total({}).calls, 16);
});

test('what was settled counts at once, before it is written with others', async () => {
  const { ledger } = countedLedger();
  const [first] = await Promise.all(sixteen.map(() => ledger.reserveSoon({ ...facts, bound: dollars('1') })));
  first!.settle(tokens(1000, 0));
  assert.equal(ledger.total({}).calls, 1);
});

test('each call is held against its cap with those before it counted, and one refused refuses no other', async t => {
  const db = openDatabase(':memory:', schema);
  t.after(() => db.close());
  const ledger = ledgerIn(db, new FakeClock());
  const caps = [{ name: 'day', limit: dollars('1'), filter: {} }];
  const bounds = ['0.6', '0.5', '0.3', '0.2', '0.1'];
  const results = await Promise.allSettled(
    bounds.map(bound => ledger.reserveSoon({ ...facts, bound: dollars(bound), caps })),
  );
  assert.deepEqual(
    results.map(result => (result.status === 'fulfilled' ? 'reserved' : (result.reason as CapReached).name)),
    ['reserved', 'CapReached', 'reserved', 'CapReached', 'reserved'],
  );
  assert.ok(ledger.total({}).committed.equals(dollars('1')));
});

test('what ends makes room for what begins in the same step', async () => {
  const { store, ledger } = countedLedger();
  const caps = [{ name: 'day', limit: dollars('1'), filter: {} }];
  const running = await Promise.all([
    ledger.reserveSoon({ ...facts, bound: dollars('0.5'), caps }),
    ledger.reserveSoon({ ...facts, bound: dollars('0.5'), caps }),
  ]);
  running[0].settle('rejected');
  await ledger.reserveSoon({ ...facts, bound: dollars('0.5'), caps });
  assert.equal(store.steps, 2);
});

test('where the step fails nobody is reserved, and what ended is written later', async () => {
  const { store, ledger } = countedLedger();
  const running = await Promise.all(sixteen.map(() => ledger.reserveSoon({ ...facts, bound: dollars('1') })));
  store.failing = true;
  for (const call of running) call.settle(tokens(1000, 0));
  await assert.rejects(ledger.reserveSoon({ ...facts, bound: dollars('1') }), /locked/);
  assert.equal(await running[0]!.settled, false);
  assert.equal(ledger.total({}).calls, 16);
  store.failing = false;
  assert.equal(ledger.total({}).calls, 16);
  assert.equal(ledger.total({}).running, undefined);
});

test('in SQLite a part that fails takes no other with it, and the whole is one transaction', t => {
  const db = openDatabase(':memory:', schema);
  t.after(() => db.close());
  const store = new SqliteCallStore(db);
  const insert = (id: string) => () => store.insert({ ...facts, id, started: 0, bound: dollars('1') }, []);
  const failures = store.together([insert('a'), insert('a'), insert('b')]);
  assert.match(String(failures[1]!.reason), /UNIQUE/);
  assert.deepEqual([failures[0], failures[2]], [undefined, undefined]);
  assert.ok(store.committed({}).equals(dollars('2')));
  assert.throws(() =>
    store.together([
      insert('c'),
      () => {
        db.run('ROLLBACK');
        throw new Error('disk full');
      },
    ]),
  );
  assert.ok(store.committed({}).equals(dollars('2')));
});

test('what was acknowledged is in the file for every other window', async t => {
  const path = join(await temporaryFolder(t), 'ledger.db');
  const [ours, theirs] = [openDatabase(path, schema), openDatabase(path, schema)];
  t.after(() => [ours, theirs].forEach(db => db.close()));
  const ledger = ledgerIn(ours, new FakeClock());
  const states = (): string[] => theirs.all('SELECT state FROM calls').map(row => String(row['state']));
  const calls: Reservation[] = await Promise.all(
    sixteen.map(() => ledger.reserveSoon({ ...facts, bound: dollars('1') })),
  );
  assert.deepEqual(states(), sixteen.map(() => 'reserved')); // prettier-ignore
  for (const call of calls) call.settle('lost');
  await calls.at(-1)!.settled;
  assert.deepEqual(states(), sixteen.map(() => 'lost')); // prettier-ignore
});

test('a ledger that is closed writes what was waiting', async t => {
  const path = join(await temporaryFolder(t), 'ledger.db');
  const db = openDatabase(path, schema);
  const ledger = ledgerIn(db, new FakeClock(), () => db.close());
  const [one, other] = await Promise.all([
    ledger.reserveSoon({ ...facts, bound: dollars('1') }),
    ledger.reserveSoon({ ...facts, bound: dollars('1') }),
  ]);
  one.settle('lost');
  ledger.dispose();
  assert.equal(await one.settled, true);
  const after = openDatabase(path, schema);
  t.after(() => after.close());
  assert.deepEqual(
    after.all('SELECT id, state FROM calls ORDER BY state').map(row => [row['id'], row['state']]),
    [[one.id, 'lost'], [other.id, 'reserved']],
  ); // prettier-ignore
});
