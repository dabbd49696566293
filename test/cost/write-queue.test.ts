import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { Ledger, openLedger } from '../../src/cost/ledger.ts';
import { MemoryCallStore } from '../../src/cost/memory-call-store.ts';
import { DatabaseBusy } from '../../src/storage/database.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { tokens } from '../support/scripted-provider.ts';

const facts = {
  session: 's', conversation: 'c', turn: 't', feature: 'chat', workspace: '', provider: 'openai', model: 'gpt-4o',
}; // prettier-ignore
const call = { ...facts, bound: Money.parse('1') };

/** Another window has it while `busy`. */
class BusyStore extends MemoryCallStore {
  busy = true;

  #check(): void {
    if (this.busy) throw new DatabaseBusy('locked');
  }
  override insert(...row: Parameters<MemoryCallStore['insert']>): void {
    this.#check();
    super.insert(...row);
  }
  override settle(...settlement: Parameters<MemoryCallStore['settle']>): void {
    this.#check();
    super.settle(...settlement);
  }
}

function busyLedger(): { store: BusyStore; clock: FakeClock; ledger: Ledger } {
  const store = new BusyStore();
  const clock = new FakeClock();
  let id = 0;
  return { store, clock, ledger: new Ledger(store, clock, () => `call-${id++}`) };
}

test('a call that another window holds up is reserved as soon as the database is free', async () => {
  const { store, clock, ledger } = busyLedger();
  let reserved = false;
  const reserving = ledger.reserveSoon(call).then(() => (reserved = true));
  await clock.advance(5000);
  assert.equal(reserved, false);
  store.busy = false;
  await clock.advance(50);
  await reserving;
  assert.ok(ledger.total({}).running);
});

test('after fifteen seconds it is refused, and not reserved later', async () => {
  const { store, clock, ledger } = busyLedger();
  const refused = assert.rejects(ledger.reserveSoon(call), DatabaseBusy);
  await clock.advance(15_100);
  await refused;
  store.busy = false;
  await clock.advance(1000);
  assert.ok(ledger.total({}).committed.equals(Money.zero));
});

test('an answer does not wait longer than two seconds to be written, and is written later, once', async () => {
  const { store, clock, ledger } = busyLedger();
  store.busy = false;
  const running = await ledger.reserveSoon(call);
  store.busy = true;
  running.settle(tokens(1000, 0));
  await clock.advance(2100);
  assert.equal(await running.settled, false);
  assert.equal(store.totals({}).length, 0);
  assert.equal(ledger.total({}).calls, 1);
  store.busy = false;
  assert.equal(ledger.total({}).calls, 1);
  assert.equal(ledger.total({}).calls, 1);
});

/** A process that has the database for itself until it is told to let go. */
async function holdDatabase(t: TestContext, path: string): Promise<() => Promise<void>> {
  const code = `const db = new (require('node:sqlite').DatabaseSync)(${JSON.stringify(path)});
    db.exec('BEGIN IMMEDIATE'); process.stdout.write('held'); process.stdin.on('data', () => process.exit());`;
  const child = spawn(process.execPath, ['--no-warnings', '-e', code], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return async () => {
    const gone = once(child, 'exit');
    child.stdin.write('go');
    await gone;
  };
}

test('a window that holds the real database for seconds holds up no answer, and nothing is lost', async t => {
  const path = join(await temporaryFolder(t), 'ledger.db');
  const clock = new FakeClock();
  const ledger = openLedger(path, clock);
  t.after(() => ledger.dispose());
  const running = await ledger.reserveSoon(call);
  const release = await holdDatabase(t, path);
  running.settle(tokens(1000, 0));
  const next = ledger.reserveSoon(call);
  // The statement has given up by itself once; both are waiting for the next try.
  await new Promise(resolve => setImmediate(resolve));
  assert.equal(ledger.total({}).calls, 0);
  await release();
  await clock.advance(1000);
  (await next).settle(tokens(1000, 0));
  assert.equal(await running.settled, true);
  assert.equal(ledger.total({}).calls, 2);
});
