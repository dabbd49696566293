// What a disk without room does to the ledger: nobody loses an answer, nothing that was acknowledged is lost, budgets refuse.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { CapUnknown } from '../../src/cost/call-store.ts';
import { ledgerIn } from '../../src/cost/ledger.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { tokens } from '../support/scripted-provider.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const facts = { session: 's', conversation: 'c', turn: 't', feature: 'chat', workspace: '', provider: 'openai', model: 'gpt-4o' }; // prettier-ignore
const bound = Money.parse('0.01');
const caps = [{ name: 'day', limit: Money.parse('100'), filter: {} }];

test('a full disk: calls go on in memory and are counted, budgets refuse, and all is written once there is room', async t => {
  const path = join(await temporaryFolder(t), 'ledger.db');
  const db = openDatabase(path, schema);
  const ledger = ledgerIn(db, new FakeClock(), () => db.close());
  t.after(() => ledger.dispose());
  const troubles: string[] = [];
  ledger.onTrouble(trouble => troubles.push(trouble));
  // SQLite's own SQLITE_FULL, as from a disk: no page more than there are now.
  const limit = (pages: number): void => void db.get(`PRAGMA max_page_count = ${pages}`);
  const inFile = (): number => Number(db.get("SELECT count(*) AS n FROM calls WHERE state = 'reported'")!['n']);
  limit(1);
  let made = 0;
  while (!troubles.includes('full')) {
    const call = await ledger.reserveSoon({ ...facts, bound });
    call.settle(tokens(1000, 0));
    await call.settled;
    made++;
    assert.ok(made < 10_000, 'the disk was never full');
  }
  for (; made % 10 !== 0; made++) ledger.reserve({ ...facts, bound }).settle(tokens(1000, 0));
  assert.ok(inFile() < made);
  assert.equal(ledger.total({}).calls, made);
  assert.equal(ledger.total({}).money.pico, 2_500_000_000n * BigInt(made));
  await assert.rejects(async () => {
    // Small rows may still find room; sooner or later there is none.
    for (let at = 0; at < 100; at++) await ledger.reserveSoon({ ...facts, workspace: 'w'.repeat(2000), bound, caps });
  }, CapUnknown);
  limit(1_000_000);
  assert.equal(ledger.total({}).calls, made);
  assert.equal(inFile(), made);
  assert.equal(db.get('PRAGMA integrity_check')!['integrity_check'], 'ok');
});

test(
  'a process whose files may not grow keeps every call that it acknowledged',
  { skip: process.platform === 'win32' },
  async t => {
    const path = join(await temporaryFolder(t), 'ledger.db');
    openDatabase(path, schema).close();
    const source = (file: string): string => JSON.stringify(new URL(`../../src/${file}`, import.meta.url).href);
    const code = `import { openLedger } from ${source('cost/ledger.ts')};
    const ledger = openLedger(${JSON.stringify(path)});
    const troubles = new Set();
    ledger.onTrouble(trouble => troubles.add(trouble));
    let acknowledged = 0;
    for (let at = 0; at < 150; at++) {
      const call = await ledger.reserveSoon({ ...${JSON.stringify(facts)}, bound: undefined });
      call.settle({ inputTokens: 1000, outputTokens: 0, totalTokens: 1000, raw: 'x'.repeat(3000) });
      if (await call.settled) acknowledged++;
    }
    process.stdout.write(JSON.stringify({ acknowledged, calls: ledger.total({}).calls, troubles: [...troubles] }));`;
    // 300 KiB for each file; a shell that ignores the signal has writes fail instead, as a disk's do.
    const shell = `trap '' XFSZ; ulimit -f 300; exec "$0" --no-warnings --input-type=module -e "$1"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', shell, process.execPath, code], { encoding: 'utf8' });
    const { acknowledged, calls, troubles } = JSON.parse(stdout || `"${stderr}"`) as { acknowledged: number; calls: number; troubles: string[] }; // prettier-ignore
    assert.equal(calls, 150);
    assert.ok(acknowledged > 0 && acknowledged < 150, String(acknowledged));
    assert.ok(troubles.length > 0);
    const db = openDatabase(path, schema);
    t.after(() => db.close());
    assert.ok(Number(db.get("SELECT count(*) AS n FROM calls WHERE state = 'reported'")!['n']) >= acknowledged);
    assert.equal(db.get('PRAGMA integrity_check')!['integrity_check'], 'ok');
  },
);
