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
import { openDatabase } from '../storage/database.ts';
import { schema } from '../storage/schema.ts';

export interface Storage {
  readonly ledger: Ledger;
  readonly history: History;
  readonly archive: CallArchive;
  /** Why nothing is kept beyond this window; undefined where everything is. */
  readonly unavailable?: string;
}

/** The database for all windows; where it cannot be opened, memory, so that the chat works and says what is missing. */
export function openStorage(folder: string, clock: Clock, log: Log): Storage {
  try {
    mkdirSync(folder, { recursive: true });
    const db = openDatabase(join(folder, 'pennyloom.db'), schema);
    return {
      ledger: ledgerIn(db, clock, () => db.close()),
      history: new SqliteHistory(db),
      archive: new SqliteCallArchive(db),
    };
  } catch (error) {
    const unavailable = error instanceof Error ? error.message : String(error);
    log.error(`Nothing is kept beyond this window: ${unavailable}`);
    const store = new MemoryCallStore();
    return {
      ledger: new Ledger(store, clock, () => crypto.randomUUID()),
      history: new ForgetfulHistory(),
      archive: new MemoryCallArchive(store),
      unavailable,
    };
  }
}
