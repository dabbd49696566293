// A window that makes one call after another, several at once, until it has so many: `node ledger-worker.ts DATABASE JOURNAL CALLS`.
// What was acknowledged it writes into a journal of its own, and tells by a byte; it may be killed at any moment and started again.
// What the ledger put off, because others had the database for long, stands there by its id alone: written later, or lost by a kill.
import { appendFileSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { Money } from '../../src/core/money.ts';
import { costOf } from '../../src/cost/cost-of.ts';
import { openLedger } from '../../src/cost/ledger.ts';

const [, , database = '', journal = '', calls = ''] = process.argv;
const lanes = 16;
const model = 'gpt-4o';
const facts = {
  session: journal,
  conversation: 'c',
  turn: 't',
  feature: 'chat',
  workspace: '',
  provider: 'openai',
  model,
};

const already = existsSync(journal) ? readFileSync(journal, 'utf8').split('\n') : [];
let acknowledged = already.filter(line => line.includes(' ')).length;
if (already.length === 0) appendFileSync(journal, '');
const file = openSync(journal, 'a');
const ledger = openLedger(database);

async function lane(): Promise<void> {
  while (acknowledged < Number(calls)) {
    const inputTokens = 1 + Math.floor(Math.random() * 9999);
    const usage = { inputTokens, outputTokens: 1, totalTokens: inputTokens + 1, raw: { prompt_tokens: inputTokens } };
    const call = await ledger.reserveSoon({ ...facts, bound: Money.parse('0.5') });
    call.settle(usage);
    const isWritten = await call.settled;
    // One write, so that a kill leaves the whole line or nothing of it.
    writeSync(
      file,
      isWritten ? `${call.id} ${costOf({ provider: 'openai', model, usage }).money!.pico}\n` : `${call.id}\n`,
    );
    if (!isWritten) continue;
    acknowledged++;
    process.stdout.write('.');
  }
}

await Promise.all(Array.from({ length: lanes }, lane));
ledger.dispose();
