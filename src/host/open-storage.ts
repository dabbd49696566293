import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ForgetfulHistory, type History, SqliteHistory } from '../chat/history.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { CallArchive } from '../cost/call-archive.ts';
import { Ledger, ledgerIn } from '../cost/ledger.ts';
import { MemoryCallArchive } from '../cost/memory-call-archive.ts';
import { MemoryCallStore } from '../cost/memory-call-store.ts';
import { SqliteCallArchive } from '../cost/sqlite-call-archive.ts';
import { markDamaged, openOrMend } from '../storage/mend.ts';
import { TokenLearner } from '../cost/token-learner.ts';
import { schema } from '../storage/schema.ts';
import { type Trouble, troubleOf } from '../storage/trouble.ts';
import { mendedNotice, storageNotice } from './storage-notice.ts';

export interface Storage {
  readonly ledger: Ledger;
  readonly history: History;
  readonly archive: CallArchive;
  /** How models count, by their answers in all windows. */
  readonly learner: TokenLearner;
  /** Why nothing is kept beyond this window; undefined where everything is. */
  readonly unavailable?: string;
  /** What a person is to be told, each thing once; what came up before, too. */
  onNotice(listener: (notice: string) => void): void;
}

/** The database for all windows; where it cannot be opened, memory, so that the chat works and says what is missing. */
export function openStorage(folder: string, clock: Clock, log: Log): Storage {
  const path = join(folder, 'pennyloom.db');
  const notices = new Notices(log);
  const onNotice: Storage['onNotice'] = listener => notices.listen(listener);
  try {
    mkdirSync(folder, { recursive: true });
    const { db, mended } = openOrMend(path, schema, clock.now());
    if (mended) notices.add(mendedNotice(mended));
    const ledger = ledgerIn(db, clock, () => db.close());
    const onTrouble = (trouble: Trouble): void => {
      if (trouble === 'damaged') markDamaged(path);
      notices.add(storageNotice(trouble, folder));
    };
    ledger.onTrouble(onTrouble);
    return {
      ledger,
      history: new SqliteHistory(db, onTrouble),
      archive: new SqliteCallArchive(db),
      learner: new TokenLearner(db, write => ledger.writeAlong(write)),
      onNotice,
    };
  } catch (error) {
    notices.add(storageNotice(troubleOf(error), folder, error));
    const store = new MemoryCallStore({ forgetful: true });
    const ledger = new Ledger(store, clock, () => crypto.randomUUID());
    const unavailable = error instanceof Error ? error.message : String(error);
    return {
      ledger,
      history: new ForgetfulHistory(),
      archive: new MemoryCallArchive(store),
      learner: new TokenLearner(undefined, () => {}),
      unavailable,
      onNotice,
    };
  }
}

/** What was said once is not said again, and is not lost where nobody listens yet. */
class Notices {
  #log: Log;
  #said = new Set<string>();
  #listener: ((notice: string) => void) | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  add(notice: string): void {
    if (this.#said.has(notice)) return;
    this.#said.add(notice);
    this.#log.error(notice);
    this.#listener?.(notice);
  }

  listen(listener: (notice: string) => void): void {
    this.#listener = listener;
    for (const notice of this.#said) listener(notice);
  }
}
