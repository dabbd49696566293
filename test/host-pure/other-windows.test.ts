import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { ledgerIn } from '../../src/cost/ledger.ts';
import { SqliteCallArchive } from '../../src/cost/sqlite-call-archive.ts';
import { budgetState, standingsOf } from '../../src/host/budget-standing.ts';
import { OtherWindows } from '../../src/host/other-windows.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { tokens } from '../support/scripted-provider.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A window as far as costs go: a connection of its own to the database of all. */
function openWindow(t: TestContext, path: string, clock: FakeClock) {
  const db = openDatabase(path, schema);
  const ledger = ledgerIn(db, clock);
  const archive = new SqliteCallArchive(db);
  const state = { focused: true, seen: 0, broken: false };
  const version = (): number => {
    if (state.broken) throw new Error('the disk is gone');
    return archive.version();
  };
  const others = new OtherWindows({ version, clock, focused: () => state.focused });
  others.onDidWrite(() => state.seen++);
  t.after(() => {
    others.dispose();
    ledger.dispose();
    db.close();
  });
  /** Output of gpt-4o is $10 a million. */
  const spend = (outputTokens: number): void => {
    const facts = { session: path, conversation: 'c', turn: 't', feature: 'chat', workspace: '' };
    const call = { ...facts, provider: 'openai', model: 'gpt-4o', bound: Money.parse('9') };
    ledger.reserve(call).settle(tokens(0, outputTokens));
  };
  return { ledger, others, state, spend };
}

test('a call settled in one window is known in the other within two seconds; a window’s own are no news', async t => {
  const clock = new FakeClock();
  const path = join(await temporaryFolder(t), 'pennyloom.db');
  const [one, other] = [openWindow(t, path, clock), openWindow(t, path, clock)];
  const limit = Money.parse('1');
  const state = (): string =>
    budgetState(standingsOf([{ name: 'day', limit, filter: { since: 0 } }], filter => other.ledger.total(filter)));
  await clock.advance(10_000);
  assert.deepEqual([one.state.seen, other.state.seen, state()], [0, 0, 'free']);
  one.spend(85_000);
  await clock.advance(2000);
  assert.deepEqual([one.state.seen, other.state.seen, state()], [0, 1, 'near']);
  await clock.advance(60_000);
  assert.equal(other.state.seen, 1);
});

test('a window that nobody is at looks less often, and at once when somebody comes', async t => {
  const clock = new FakeClock();
  const path = join(await temporaryFolder(t), 'pennyloom.db');
  const [one, other] = [openWindow(t, path, clock), openWindow(t, path, clock)];
  other.state.focused = false;
  await clock.advance(2000);
  one.spend(1000);
  await clock.advance(14_999);
  assert.equal(other.state.seen, 0);
  other.others.look();
  assert.equal(other.state.seen, 1);
  one.spend(1000);
  await clock.advance(15_000);
  assert.equal(other.state.seen, 2);
});

test('a database that cannot be read for a while is looked at again, and a window that is gone at nothing', async t => {
  const clock = new FakeClock();
  const path = join(await temporaryFolder(t), 'pennyloom.db');
  const [one, other] = [openWindow(t, path, clock), openWindow(t, path, clock)];
  other.state.broken = true;
  one.spend(1000);
  await clock.advance(4000);
  assert.equal(other.state.seen, 0);
  other.state.broken = false;
  await clock.advance(2000);
  assert.equal(other.state.seen, 1);
  one.others.dispose();
  other.others.dispose();
  assert.equal(clock.pending, 0);
});
