// Windows killed in the middle of an answer, each at another byte of it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { openLedger } from '../../src/cost/ledger.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { formatCost } from '../../src/host/format-cost.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';
import { mulberry32 } from '../support/replay-dispatcher.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { billOf, startWindow } from './start-window.ts';

const windows = 4;
const streamsEach = 8;
/** Less than the answer below has as a stream. */
const bytes = 12_000;
/** More than comes before its first word. */
const headBytes = 1000;

test('killed at any byte of a stream: one row, never $0, and the server’s bill between what was seen of it and its bound', { timeout: 110_000 }, async t => {
  const seed = Number(process.env['PENNYLOOM_SEED'] ?? Date.now() % 1e9);
  t.diagnostic(`seed ${seed}`);
  const random = mulberry32(seed);
  const server = await openAiServerInProcess();
  t.after(() => server.stop());
  const database = join(await temporaryFolder(t), 'ledger.db');
  const orders = Array.from({ length: windows }, (_, window) =>
    Array.from({ length: streamsEach }, (__, stream) => `answer ${window}-${stream}`),
  );
  const names = orders.flat();
  const heard = new Set<string>();
  for (const name of names) {
    // The first and the last byte are as likely as some hundreds in the middle.
    const afterBytes = Math.max(0, Math.min(bytes, Math.floor((random() * 1.4 - 0.2) * bytes)));
    if (afterBytes >= headBytes) heard.add(name);
    await server.control.script({
      kind: 'reply',
      text: 'one word '.repeat(60),
      match: { contains: name },
      faults: { stall: { afterBytes } },
    });
  }
  const children = orders.map(own => startWindow({ database, endpoint: server.baseUrl, names: own }));
  while ((await server.control.status()).stalled < names.length) await setImmediate();
  const seen = openDatabase(database, schema);
  const isKept = (): boolean => seen.all('SELECT 1 FROM calls WHERE least > 0').length >= heard.size;
  while (!isKept()) await setImmediate();
  seen.close();
  await Promise.all(children.map(child => (child.kill('SIGKILL'), once(child, 'exit'))));
  // Until the server has noticed, and has made out its bill.
  for (const nth of names.keys()) await server.control.waitForRequest({ nth: nth + 1, state: 'done' });
  const ledger = openLedger(database);
  t.after(() => ledger.dispose());
  const db = openDatabase(database, schema);
  t.after(() => db.close());
  const requests = await server.control.requests();
  assert.equal(requests.length, names.length);
  let most = Money.zero;
  for (const name of names) {
    const rows = db.all('SELECT state, cost, bound FROM calls WHERE turn = ?', name);
    assert.deepEqual(rows.map(({ state, cost }) => [state, cost]), [['lost', null]], name); // prettier-ignore
    const bound = new Money(rows[0]!['bound'] as bigint);
    const { billed } = requests.find(({ body }) => JSON.stringify(body).includes(`${name}.`))!;
    const bill = billOf(billed!);
    assert.ok(bill.compare(Money.zero) >= 0 && bill.compare(bound) <= 0, `${name}: ${bill.toString()} of ${bound.toString()}`);
    const turn = ledger.total({ turn: name });
    assert.deepEqual([turn.calls, turn.unknownCalls, formatCost(turn)], [1, 1, 'unknown']);
    const { least, most: highest } = turn.interval!;
    assert.ok(highest!.equals(bound) && least.compare(bill) <= 0, `${name}: at least ${least.toString()}, billed ${bill.toString()}`);
    if (heard.has(name)) assert.ok(least.pico > 0n, `${name}: nothing is known of what arrived`);
    most = most.add(bound);
  }
  assert.ok(requests.some(({ billed }) => billed && billed.completionTokens > 0));
  const { committed, money, calls } = ledger.total({});
  assert.deepEqual([committed, money, calls], [most, Money.zero, names.length]);
}); // prettier-ignore
