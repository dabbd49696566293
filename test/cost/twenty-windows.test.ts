// Twenty windows, each a process, ask as often as one budget for all of them allows.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { openLedger } from '../../src/cost/ledger.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { billOf, startWindow } from './start-window.ts';

const windows = 20;
const cap = '0.10';

test('twenty windows against a cap of $0.10: the server’s own total never passes it, and nearly reaches it', { timeout: 110_000 }, async t => {
  const server = await openAiServerInProcess();
  t.after(() => server.stop());
  const database = join(await temporaryFolder(t), 'ledger.db');
  openLedger(database).dispose();
  // Some attempts come to nothing, so that retries are among what has to fit; fewer than what makes one window give up.
  await server.control.script(
    ...Array.from({ length: 4 }, () => ({ kind: 'error', status: 503, message: 'overloaded' }) as const),
  );
  const children = Array.from({ length: windows }, (_, at) =>
    startWindow({ database, endpoint: server.baseUrl, names: [`window-${at}`], budget: cap }),
  );
  const codes = await Promise.all(children.map(async child => (await once(child, 'exit'))[0] as number | null));
  assert.deepEqual(codes, children.map(() => 0)); // prettier-ignore

  const requests = await server.control.requests();
  const billed = Money.sum(requests.flatMap(request => (request.billed ? billOf(request.billed) : [])));
  const ledger = openLedger(database);
  t.after(() => ledger.dispose());
  const total = ledger.total({});
  assert.ok(billed.compare(Money.parse(cap)) <= 0, `the server billed ${billed.toString()}`);
  assert.ok(billed.compare(Money.parse('0.09')) > 0, `work ended at ${billed.toString()}`);
  assert.ok(total.money.equals(billed), `the ledger says ${total.money.toString()}`);
  assert.equal(total.running, undefined);
  assert.equal(total.calls, requests.filter(request => request.billed).length);
  t.diagnostic(`${total.calls} calls, ${billed.toString()} of ${cap}`);
}); // prettier-ignore
