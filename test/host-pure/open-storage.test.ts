import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { Money } from '../../src/core/money.ts';
import { type CallFilter, type Cap, CapUnknown } from '../../src/cost/call-store.ts';
import { openStorage, type Storage } from '../../src/host/open-storage.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { logInto } from '../chat/open-chat.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { tearPage } from '../support/tear-page.ts';

const call = {
  session: 's',
  conversation: 'c',
  turn: 't',
  feature: 'chat',
  workspace: '',
  provider: 'openai',
  model: 'gpt-4o',
  bound: undefined,
};
const usage = { inputTokens: 1000, outputTokens: 0, totalTokens: 1000 };

test('costs and conversations share one database, in a folder that is made where it is missing', async test => {
  const folder = join(await temporaryFolder(test), 'not', 'yet');
  const first = openStorage(folder, new FakeClock(), logInto([]));
  first.onNotice(notice => assert.fail(notice));
  first.ledger.reserve(call).settle(usage);
  first.history.saveTurn(
    { id: 'c', title: 'T', turns: [] },
    { id: 't', feature: 'chat', question: { text: 'Q', images: [], contexts: [] }, entries: [], messages: [] },
    { workspace: '', now: 1 },
  );
  first.ledger.dispose();
  const again = openStorage(folder, new FakeClock(), logInto([]));
  test.after(() => again.ledger.dispose());
  assert.equal(again.ledger.total({}).money.toString(), '0.002500');
  assert.equal(again.history.load('c')?.title, 'T');
});

const told = ({ onNotice }: Storage): string[] => {
  const notices: string[] = [];
  onNotice(notice => notices.push(notice));
  return notices;
};

test('where no database can be opened the window keeps its own books, and says why once', async test => {
  const folder = await temporaryFolder(test, { file: '' });
  const newer = await temporaryFolder(test);
  openDatabase(join(newer, 'pennyloom.db'), [...schema, 'CREATE TABLE later (x INTEGER)']).close();
  for (const place of [join(folder, 'file', 'below'), newer]) {
    const logged: string[] = [];
    const storage = openStorage(place, new FakeClock(), logInto(logged));
    const notices = told(storage);
    assert.equal(notices.length, 1);
    assert.match(notices[0]!, /keeps costs and conversations in this window only/);
    assert.equal(logged.length, 1);
    const { ledger, history } = storage;
    ledger.reserve(call).settle(usage);
    assert.equal(ledger.total({}).money.toString(), '0.002500');
    history.saveImages('t', [{ id: 'i', mediaType: 'image/png', bytes: Buffer.from('x') }]);
    assert.equal(history.loadImage('t', 'i'), 'data:image/png;base64,eA==');
    // What was spent before nobody knows; what this session spends is known.
    const limit = Money.parse('5');
    const cap = (filter: CallFilter): Cap[] => [{ name: 'day', limit, filter }];
    assert.throws(() => ledger.reserve({ ...call, bound: Money.zero, caps: cap({ since: 0 }) }), CapUnknown);
    ledger.reserve({ ...call, bound: Money.zero, caps: cap({ session: 's' }) });
  }
});

test('a database that is damaged is set aside, what can be read goes on in a new one, and that is said', async test => {
  const folder = await temporaryFolder(test);
  const path = join(folder, 'pennyloom.db');
  const first = openStorage(folder, new FakeClock(), logInto([]));
  for (let at = 0; at < 400; at++) first.ledger.reserve(call).settle(usage);
  first.ledger.dispose();
  await tearPage(path, 'calls');
  // It opens; the damage is met by whoever reads there.
  const second = openStorage(folder, new FakeClock(), logInto([]));
  assert.equal(second.ledger.total({ turn: 't' }).calls, 0);
  assert.match(told(second).join(), /^Pennyloom's database is damaged\. .* reload this one to have it mended\.$/);
  second.ledger.dispose();
  const third = openStorage(folder, new FakeClock(), logInto([]));
  test.after(() => third.ledger.dispose());
  const [notice] = told(third);
  const rows = Number(/with the (\d+) rows/.exec(notice!)?.[1]);
  const { calls, money } = third.ledger.total({});
  assert.ok(rows > 350 && rows < 400, notice);
  assert.equal(calls, rows);
  assert.equal(money.pico, 2_500_000_000n * BigInt(rows));
  assert.equal((await readdir(folder)).filter(name => /^pennyloom\.db\.damaged-[\dT.Z-]+$/.test(name)).length, 1);
  assert.ok(existsSync(path));
});

test('while another window has a damaged database open, nothing is moved', async test => {
  const folder = await temporaryFolder(test);
  const alive = openStorage(folder, new FakeClock(), logInto([]));
  test.after(() => alive.ledger.dispose());
  alive.ledger.reserve(call);
  await writeFile(join(folder, 'pennyloom.db'), 'this is no database '.repeat(500));
  await rm(join(folder, 'pennyloom.db-wal'));
  assert.match(told(openStorage(folder, new FakeClock(), logInto([]))).join(), /close all other windows and reload/);
  assert.ok((await readdir(folder)).every(name => !name.includes('.damaged-')));
});

test('a file that is no database is set aside too; a log that was cut off costs only what was cut', async test => {
  const folder = await temporaryFolder(test, { 'pennyloom.db': 'this is no database '.repeat(500) });
  const path = join(folder, 'pennyloom.db');
  const mended = openStorage(folder, new FakeClock(), logInto([]));
  assert.match(told(mended).join(), /begun anew with the 0 rows/);
  mended.ledger.reserve(call).settle(usage);
  // As a crash leaves it: the log not yet in the file, and its end missing.
  await cp(path, join(folder, 'copy', 'pennyloom.db'));
  await writeFile(join(folder, 'copy', 'pennyloom.db-wal'), (await readFile(`${path}-wal`)).subarray(0, -1000));
  mended.ledger.dispose();
  const crashed = openStorage(join(folder, 'copy'), new FakeClock(), logInto([]));
  test.after(() => crashed.ledger.dispose());
  assert.deepEqual(told(crashed), []);
  crashed.ledger.reserve(call).settle(usage);
  assert.ok(crashed.ledger.total({}).calls >= 1);
});
