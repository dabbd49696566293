// Eight windows on one ledger, each killed again and again and started anew, until each has a thousand calls acknowledged.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Money } from '../../src/core/money.ts';
import { openLedger } from '../../src/cost/ledger.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { mulberry32 } from '../support/replay-dispatcher.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const processes = 8;
const callsEach = 1000;
const killsEach = 3;
/** As many as the worker has under way. */
const callsAtOnce = 16;
const program = fileURLToPath(new URL('ledger-worker.ts', import.meta.url));

/** @param after kills it when it has so many more calls acknowledged. @returns whether it came to its end before. */
async function runWorker(args: readonly string[], after: number): Promise<boolean> {
  const child = spawn(process.execPath, ['--no-warnings', program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
  let told = 0;
  let errors = '';
  child.stdout.on('data', (part: Buffer) => {
    told += part.length;
    if (told >= after) child.kill('SIGKILL');
  });
  child.stderr.on('data', (part: Buffer) => (errors += part.toString()));
  const [code, signal] = await exit;
  if (signal === 'SIGKILL') return false;
  assert.equal(code, 0, errors);
  return true;
}

async function runUntilDone(args: readonly string[], random: () => number): Promise<number> {
  let kills = 0;
  const limit = (): number => (kills < killsEach ? 1 + Math.floor((random() * callsEach) / killsEach) : Infinity);
  while (!(await runWorker(args, limit()))) kills++;
  return kills;
}

test('eight processes, a thousand calls each, killed at random: none acknowledged is lost, none doubled, the sum exact', { timeout: 110_000 }, async t => {
  const seed = Number(process.env['PENNYLOOM_SEED'] ?? Date.now() % 1e9);
  t.diagnostic(`seed ${seed}`);
  const folder = await temporaryFolder(t);
  const database = join(folder, 'ledger.db');
  openLedger(database).dispose();
  const journals = Array.from({ length: processes }, (_, at) => join(folder, `journal-${at}`));
  const kills = await Promise.all(
    journals.map((journal, at) => runUntilDone([database, journal, String(callsEach)], mulberry32(seed + at))),
  );
  assert.ok(kills.every(count => count > 0), `kills ${kills.join(', ')}`); // prettier-ignore

  const start = performance.now();
  const ledger = openLedger(database);
  const total = ledger.total({});
  const recoveryMs = performance.now() - start;
  ledger.dispose();
  assert.ok(recoveryMs < 1000, `recovery took ${recoveryMs} ms`);
  t.diagnostic(`${kills.join(', ')} kills, recovery ${recoveryMs.toFixed(0)} ms`);

  await assertExact(t, database, journals, total.money, kills.reduce((sum, count) => sum + count, 0));
}); // prettier-ignore

async function assertExact(
  t: TestContext,
  database: string,
  journals: readonly string[],
  money: Money,
  kills: number,
): Promise<void> {
  const db = openDatabase(database, schema);
  t.after(() => db.close());
  assert.equal(db.get('PRAGMA integrity_check')!['integrity_check'], 'ok');
  const rows = new Map(
    db.all('SELECT id, state, cost FROM calls').map(row => [String(row['id']), row]), // prettier-ignore
  );
  const journalled = (await Promise.all(journals.map(journal => readFile(journal, 'utf8')))).join('');
  const told = journalled.trimEnd().split('\n').map(line => line.split(' ') as [id: string, pico?: string]); // prettier-ignore
  const acknowledged = told.filter((call): call is [id: string, pico: string] => call[1] !== undefined);
  const putOff = told.length - acknowledged.length;
  t.diagnostic(`${putOff} put off while others had the database`);
  assert.ok(acknowledged.length >= processes * callsEach);
  assert.equal(new Set(acknowledged.map(([id]) => id)).size, acknowledged.length);
  let sum = 0n;
  for (const [id, pico] of acknowledged) {
    const row = rows.get(id);
    assert.deepEqual([row?.['state'], row?.['cost']], ['reported', BigInt(pico)], id);
    sum += BigInt(pico);
    rows.delete(id);
  }
  // What is left was put off, or under way when its process was killed: settled without having been told, or lost.
  assert.ok(rows.size <= kills * callsAtOnce + putOff, `${rows.size} calls are left by ${kills} kills`);
  for (const { state, cost } of rows.values()) {
    assert.ok(state === 'reported' || (state === 'lost' && cost === null), String(state));
    sum += (cost as bigint | null) ?? 0n;
  }
  assert.equal(money.pico, sum);
}
