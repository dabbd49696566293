import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { type CallFacts, CapReached } from '../../src/cost/call-store.ts';
import { ledgerIn, openLedger } from '../../src/cost/ledger.ts';
import { SqliteCallStore } from '../../src/cost/sqlite-call-store.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

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

test('two windows on one file never reserve more than the cap together', async t => {
  const path = join(await temporaryFolder(t), 'ledger.db');
  const windows = [openLedger(path), openLedger(path)];
  const caps = [{ name: 'day', limit: dollars('1'), filter: {} }];
  let reserved = 0;
  let refused = 0;
  for (let round = 0; round < 60; round++)
    try {
      windows[round % 2]!.reserve({ ...facts, bound: dollars('0.03'), caps });
      reserved++;
    } catch (error) {
      assert.ok(error instanceof CapReached);
      assert.ok(error.spent.add(dollars('0.03')).compare(dollars('1')) > 0);
      refused++;
    }
  assert.equal(reserved, 33);
  assert.equal(refused, 27);
  for (const ledger of windows) ledger.dispose();
});

test('windows that race in processes of their own never pass the cap', async t => {
  const path = join(await temporaryFolder(t), 'ledger.db');
  openLedger(path).dispose();
  const program = childProgram(
    path,
    `let reserved = 0;
     for (let i = 0; i < 40; i++) try { ledger.reserve({ ...facts, bound: Money.parse('0.03'), caps: [{ name: 'day', limit: Money.parse('1'), filter: {} }] }); reserved++; } catch (error) { if (error.name !== 'CapReached') throw error; }
     process.stdout.write(String(reserved));`,
  );
  const counts = await Promise.all(
    [1, 2, 3].map(async () => {
      const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
      let out = '';
      child.stdout.on('data', (part: Buffer) => (out += part.toString()));
      await once(child, 'close');
      return Number(out);
    }),
  );
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    33,
  );
});

/** Nothing refers to the ledger any more, and the garbage collector has been: the window lives all the same. */
const keepRunning = `
  ledger.reserve({ ...facts, bound: Money.parse('0.9') });
  setInterval(() => {}, 1000);
  setImmediate(() => {
    globalThis.gc();
    setImmediate(() => { globalThis.gc(); process.stdout.write('reserved'); });
  });`;

async function startWindow(t: TestContext, path: string): Promise<{ kill(): Promise<void> }> {
  const child = spawn(process.execPath, ['--expose-gc', ...childProgram(path, keepRunning)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = async (): Promise<void> => {
    if (!child.kill('SIGKILL')) return;
    await once(child, 'exit');
  };
  t.after(kill);
  await once(child.stdout, 'data');
  return { kill };
}

const rowsIn = (path: string): unknown[] => {
  const db = openDatabase(path, schema);
  const rows = db.all('SELECT state, bound, cost, writer IS NULL AS free FROM calls').map(row => ({ ...row }));
  db.close();
  return rows;
};

test('a window that is killed leaves a lost call: at least nothing, at most its bound, which it holds against every cap', async t => {
  const path = join(await temporaryFolder(t), 'ledger.db');
  const window = await startWindow(t, path);
  await window.kill();
  const ledger = openLedger(path);
  const caps = [{ name: 'day', limit: dollars('1'), filter: {} }];
  assert.throws(() => ledger.reserve({ ...facts, bound: dollars('0.2'), caps }), CapReached);
  ledger.reserve({ ...facts, bound: dollars('0.1'), caps }).settle('not-sent');
  const { calls, unknownCalls, money, committed } = ledger.total({});
  assert.deepEqual([calls, unknownCalls, money, committed], [1, 1, Money.zero, dollars('0.9')]);
  ledger.dispose();
  assert.deepEqual(rowsIn(path), [{ state: 'lost', bound: 900_000_000_000n, cost: null, free: 1n }]);
  assert.deepEqual(await readdir(`${path}-windows`), []);
});

test('the call of a window that lives is never touched, whoever begins meanwhile', async t => {
  const path = join(await temporaryFolder(t), 'ledger.db');
  const window = await startWindow(t, path);
  const reserved = { state: 'reserved', bound: 900_000_000_000n, cost: null, free: 0n };
  for (let round = 0; round < 3; round++) {
    const ledger = openLedger(path);
    ledger.reserve({ ...facts, bound: dollars('0.1') }).settle('not-sent');
    assert.equal(ledger.total({}).calls, 0);
    ledger.dispose();
    assert.deepEqual(rowsIn(path), [reserved]);
  }
  await window.kill();
  openLedger(path).dispose();
  assert.deepEqual(rowsIn(path), [{ ...reserved, state: 'lost', free: 1n }]);
});

test('a window of the same process is told apart too, and what it holds when it ends in the middle is lost', async t => {
  const path = join(await temporaryFolder(t), 'ledger.db');
  const [one, other] = [openLedger(path), openLedger(path)];
  const running = one.reserve({ ...facts, bound: dollars('0.5') });
  openLedger(path).dispose();
  assert.equal(other.total({}).calls, 0);
  running.settle({ inputTokens: 1000, outputTokens: 0, totalTokens: 1000 });
  one.reserve({ ...facts, bound: dollars('0.9') });
  one.dispose();
  other.dispose();
  openLedger(path).dispose();
  assert.deepEqual(
    (rowsIn(path) as { state: string }[]).map(({ state }) => state),
    ['reported', 'lost'],
  );
});

test('a call reserved before calls said by whom is lost after a day, not before', async t => {
  const path = join(await temporaryFolder(t), 'ledger.db');
  const db = openDatabase(path, schema);
  t.after(() => db.close());
  const clock = new FakeClock();
  new SqliteCallStore(db).insert({ ...facts, id: 'old', started: clock.now(), bound: dollars('1') }, []);
  const stateAfter = async (ms: number): Promise<unknown> => {
    await clock.advance(ms);
    ledgerIn(db, clock).dispose();
    return db.get('SELECT state FROM calls')!['state'];
  };
  assert.equal(await stateAfter(86_400_000), 'reserved');
  assert.equal(await stateAfter(1), 'lost');
});

function childProgram(path: string, body: string): string[] {
  const source = (file: string): string => JSON.stringify(new URL(`../../src/${file}`, import.meta.url).href);
  const code = `import { openLedger } from ${source('cost/ledger.ts')};
    import { Money } from ${source('core/money.ts')};
    const ledger = openLedger(${JSON.stringify(path)});
    const facts = ${JSON.stringify(facts)};
    ${body}`;
  return ['--no-warnings', '--input-type=module', '-e', code];
}

test('where a window cannot leave its mark it works all the same', async t => {
  const folder = await temporaryFolder(t, { 'ledger.db-windows': 'in the way of the folder' });
  const ledger = openLedger(join(folder, 'ledger.db'));
  t.after(() => ledger.dispose());
  ledger.reserve({ ...facts, bound: dollars('0.5') }).settle({ inputTokens: 1000, outputTokens: 0, totalTokens: 1000 });
  assert.equal(ledger.total({}).calls, 1);
});
