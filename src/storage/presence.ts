import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

/** Whoever is shown is kept: a lock that nobody refers to any more is let go by the garbage collector, in the middle of a call. */
const shown = new Set<Presence>();

/**
 * Tells a window that lives from one that is gone. A living one holds a lock of the operating system on a file of its own beside the
 * database, through SQLite, which knows how on every system. The lock ends with the process, however that ends: no heartbeat to miss
 * while a laptop sleeps, no process id to be given away again, no clock to be wrong.
 */
export class Presence {
  readonly #folder: string;
  readonly #id: string;
  #lock: DatabaseSync | undefined;

  /** @param database the file that the windows share. @param id another for every window that ever was. */
  constructor(database: string, id: string) {
    this.#folder = join(dirname(database), `${basename(database)}-windows`);
    this.#id = id;
  }

  /** From now on this window can be found, by the id that is returned. @throws what opening or locking a file throws. */
  show(): string {
    if (this.#lock) return this.#id;
    mkdirSync(this.#folder, { recursive: true });
    const lock = open(this.#fileOf(this.#id));
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      throw error;
    }
    this.#lock = lock;
    shown.add(this);
    return this.#id;
  }

  /** Whether a window is gone for good. In doubt it is not. */
  isGone(id: string): boolean {
    if (id === this.#id) return false;
    const file = this.#fileOf(id);
    try {
      if (!statSync(file, { throwIfNoEntry: false })) return true;
      const lock = open(file);
      try {
        lock.exec('BEGIN EXCLUSIVE; ROLLBACK');
      } finally {
        lock.close();
      }
      return true;
    } catch {
      return false;
    }
  }

  /** Whether any other window that ever held a call lives. */
  hasOthers(): boolean {
    const ids = existsSync(this.#folder) ? readdirSync(this.#folder).filter(name => !name.endsWith('-journal')) : [];
    return ids.some(id => id !== this.#id && !this.isGone(id));
  }

  /** Nobody needs to ask for it again. */
  forget(id: string): void {
    for (const file of [this.#fileOf(id), `${this.#fileOf(id)}-journal`]) rmSync(file, { force: true });
  }

  /** The window ends, and leaves nothing behind that it was holding. */
  end(): void {
    if (!this.#lock) return;
    this.#lock.close();
    this.#lock = undefined;
    shown.delete(this);
    this.forget(this.#id);
  }

  #fileOf(id: string): string {
    return join(this.#folder, id);
  }
}

function open(file: string): DatabaseSync {
  const { DatabaseSync: Sqlite } = process.getBuiltinModule('node:sqlite');
  return new Sqlite(file, { timeout: 0 });
}
