/**
 * One writer of calls in a process of its own: `node ledger-writer.ts <way> <folder>`. Each call is written twice, as it is reserved and
 * as it is settled, and each time only what is on the disk counts as written.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Money } from '../../src/core/money.ts';
import { orderedId } from '../../src/core/ordered-id.ts';
import { openLedger } from '../../src/cost/ledger.ts';

export type Way = 'floor' | 'ours' | 'SQLite by hand' | 'JSONL';
export interface WriteOrder {
  readonly calls: number;
  /** How many are under way at the same time. */
  readonly atOnce: number;
}
export type WriteReply =
  { readonly ready: true } | { readonly failed: string } | { readonly written: readonly string[] };

/** Writes so many calls; returns the ids of those that are on the disk. */
type Write = (order: WriteOrder) => Promise<readonly string[]>;

const facts = { session: 'window-1', feature: 'chat', workspace: 'sample', provider: 'openai', model: 'gpt-5.4' };
const raw = {
  prompt_tokens: 1234, completion_tokens: 250, total_tokens: 1484,
  prompt_tokens_details: { cached_tokens: 1024, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
}; // prettier-ignore
const usage = { inputTokens: 1234, outputTokens: 250, totalTokens: 1484, cachedInputTokens: 1024, raw };
const bound = Money.parse('0.05');

const ways: { readonly [way in Way]: (folder: string) => Write } = {
  ours(folder) {
    const ledger = openLedger(join(folder, 'ledger.db'));
    return async ({ calls, atOnce }) => {
      const written: string[] = [];
      let left = calls;
      const lane = async (): Promise<void> => {
        while (left-- > 0) {
          const turn = orderedId(Date.now());
          const call = await ledger.reserveSoon({ ...facts, conversation: 'c', turn, bound });
          call.settle(usage);
          if (await call.settled) written.push(call.id);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, lane));
      return written;
    };
  },
  floor(folder) {
    const file = openSync(join(folder, 'floor'), 'w');
    for (let at = 0; at < 64; at++) writeSync(file, Buffer.alloc(1024 * 1024));
    fdatasyncSync(file);
    let end = 0;
    return twice(text => {
      end += writeSync(file, text, end);
      fdatasyncSync(file);
    });
  },
  JSONL(folder) {
    const file = openSync(join(folder, 'calls.jsonl'), 'a');
    process.once('exit', () => closeSync(file));
    return twice(text => {
      writeSync(file, text);
      fdatasyncSync(file);
    });
  },
  'SQLite by hand'(folder) {
    const db = new DatabaseSync(join(folder, 'by-hand.db'));
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    db.exec('CREATE TABLE IF NOT EXISTS calls (id TEXT PRIMARY KEY, started INTEGER, state TEXT, row TEXT)');
    const insert = db.prepare("INSERT INTO calls VALUES (?, ?, 'reserved', ?)");
    const update = db.prepare("UPDATE calls SET state = 'reported', row = ? WHERE id = ?");
    return twice((text, id, settled) => void (settled ? update.run(text, id) : insert.run(id, Date.now(), text)));
  },
};

/** One call after another, its facts and then its end as a line of JSON: the same bytes whoever writes them. */
function twice(write: (text: string, id: string, settled: boolean) => void): Write {
  return ({ calls }) => {
    const written: string[] = [];
    for (let at = 0; at < calls; at++) {
      const id = crypto.randomUUID();
      const turn = crypto.randomUUID();
      write(`${JSON.stringify({ id, ...facts, conversation: 'c', turn, started: Date.now(), bound })}\n`, id, false);
      write(`${JSON.stringify({ id, state: 'reported', settled: Date.now(), cost: bound, usage: raw })}\n`, id, true);
      written.push(id);
    }
    return Promise.resolve(written);
  };
}

const reply = (message: WriteReply): void => void process.send?.(message);

const [way = '', folder = ''] = process.argv.slice(2);
const write = ways[way as Way](folder);
process.on('message', (order: WriteOrder) => {
  write(order).then(
    written => reply({ written }),
    (error: unknown) => reply({ failed: String(error) }),
  );
});
process.once('disconnect', () => process.exit());
reply({ ready: true });
