import type { DatabaseSync, StatementSync, SQLInputValue } from 'node:sqlite';
import { codeOf } from './trouble.ts';

/** One schema change, applied once and for good; its place in the list is its version. */
export type Migration = string;

/** A row as SQLite gives it; integers come as bigint, because money does not fit a double. */
export type Row = Record<string, string | bigint | number | Uint8Array | null>;

/** The part of SQLite that the rest of the code uses; statements are prepared once and kept. */
export interface Database {
  /** Its file; undefined where it is only in memory. */
  readonly path: string | undefined;
  run(sql: string, ...values: SQLInputValue[]): void;
  get(sql: string, ...values: SQLInputValue[]): Row | undefined;
  all(sql: string, ...values: SQLInputValue[]): Row[];
  /** Everything in `work` happens or nothing does; other windows wait (BEGIN IMMEDIATE). Inside another one, a part of it. */
  transaction<T>(work: () => T): T;
  /** A transaction is open. SQLite ends one by itself where the disk is full or broken. */
  readonly inTransaction: boolean;
  close(): void;
}

/** Why nothing can be kept; the chat goes on without. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}

/** Another window has the database, and kept it for longer than a statement waits. */
export class DatabaseBusy extends Error {
  override readonly name = 'DatabaseBusy';
}

/** How long a statement waits for another window's transaction before it fails. It holds up everything while it does. */
const busyTimeoutMs = 1000;
/** `sqlite3.h`; the lowest byte of what may be an extended code. */
const SQLITE_BUSY = 5;

/**
 * Opens (or makes) a database for all windows: WAL, so that readers never wait for a writer; every commit flushed, so that what was
 * acknowledged survives a power cut.
 * @throws StorageUnavailable where this host has no SQLite, or the file cannot be opened, read or brought up to date.
 */
export function openDatabase(path: string, migrations: readonly Migration[]): Database {
  // Looked up at run time: hosts have shipped without it (electron/electron#47706), and then the import itself would fail.
  const sqlite = process.getBuiltinModule?.('node:sqlite');
  if (!sqlite) throw new StorageUnavailable('this VS Code has no SQLite built in');
  let db: DatabaseSync | undefined;
  try {
    db = new sqlite.DatabaseSync(path);
    db.exec(
      `PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON`,
    );
    const opened = new SqliteDatabase(db, path === ':memory:' ? undefined : path);
    migrate(db, opened, migrations);
    return opened;
  } catch (error) {
    db?.close();
    if (error instanceof StorageUnavailable) throw error;
    throw new StorageUnavailable(`${path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function migrate(db: DatabaseSync, opened: Database, migrations: readonly Migration[]): void {
  const version = (): number => (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  const refuseNewer = (): void => {
    if (version() > migrations.length)
      throw new StorageUnavailable('the database was written by a newer Pennyloom; update this one');
  };
  refuseNewer();
  if (version() === migrations.length) return;
  opened.transaction(() => {
    // Read again inside the transaction: another window, perhaps of a newer version, may have migrated while we waited.
    refuseNewer();
    for (const sql of migrations.slice(version())) db.exec(sql);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

/** Statements that begin and end a whole, whatever the whole is: a transaction, or a part of one. */
interface Brackets {
  readonly begin: string;
  readonly end: string;
  readonly undo: readonly string[];
}
const whole: Brackets = { begin: 'BEGIN IMMEDIATE', end: 'COMMIT', undo: ['ROLLBACK'] };
/** A part that may fail alone. */
const part: Brackets = { begin: 'SAVEPOINT part', end: 'RELEASE part', undo: ['ROLLBACK TO part', 'RELEASE part'] };

function inBrackets<T>({ begin, end, undo }: Brackets, db: Pick<Database, 'run' | 'inTransaction'>, work: () => T): T {
  db.run(begin);
  try {
    const result = work();
    db.run(end);
    return result;
  } catch (error) {
    // SQLite has already rolled back by itself where the disk is full or broken; the first error is the one that tells why.
    if (db.inTransaction) for (const sql of undo) db.run(sql);
    throw error;
  }
}

class SqliteDatabase implements Database {
  readonly path: string | undefined;
  #db: DatabaseSync;
  #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync, path: string | undefined) {
    this.#db = db;
    this.path = path;
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.#try(() => this.#prepare(sql).run(...values));
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#try(() => this.#prepare(sql).get(...values));
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#try(() => this.#prepare(sql).all(...values));
  }

  get inTransaction(): boolean {
    return this.#db.isTransaction;
  }

  transaction<T>(work: () => T): T {
    return inBrackets(this.inTransaction ? part : whole, this, work);
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw codeOf(error) === SQLITE_BUSY
        ? new DatabaseBusy('the database is locked by another window', { cause: error })
        : error;
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      statement.setReadBigInts(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
