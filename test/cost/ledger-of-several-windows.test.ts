import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { type CallFacts, CapReached } from '../../src/cost/call-store.ts';
import { openLedger } from '../../src/cost/ledger.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
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

test('a window that is killed leaves its call reserved: it holds its bound against every cap', async t => {
  const path = join(await temporaryFolder(t), 'ledger.db');
  const program = childProgram(
    path,
    `ledger.reserve({ ...facts, bound: Money.parse('0.9') });
     process.stdout.write('reserved');
     setInterval(() => {}, 1000);`,
  );
  const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const ledger = openLedger(path);
  const caps = [{ name: 'day', limit: dollars('1'), filter: {} }];
  assert.throws(() => ledger.reserve({ ...facts, bound: dollars('0.2'), caps }), CapReached);
  ledger.reserve({ ...facts, bound: dollars('0.1'), caps }).settle('not-sent');
  ledger.dispose();
  const db = openDatabase(path, schema);
  assert.deepEqual(
    db.all('SELECT state, bound, cost FROM calls').map(row => ({ ...row })),
    [{ state: 'reserved', bound: 900_000_000_000n, cost: null }],
  );
  db.close();
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
