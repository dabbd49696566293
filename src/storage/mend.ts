import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { type Database, type Migration, openDatabase, StorageUnavailable } from './database.ts';
import { Presence } from './presence.ts';
import { salvage, setAside } from './salvage.ts';
import { troubleOf } from './trouble.ts';

export interface Mended {
  /** Where the damaged file is now. */
  readonly aside: string;
  readonly savedRows: number;
}

/**
 * Opens a database; one that is damaged is set aside, and what can be read of it goes on in a fresh one, unless another window still
 * writes into it. @throws StorageUnavailable
 */
export function openOrMend(
  path: string,
  migrations: readonly Migration[],
  now: number,
): { readonly db: Database; readonly mended?: Mended } {
  const sound = openSound(path, migrations);
  if (sound) return { db: sound };
  if (new Presence(path, '').hasOthers())
    throw new StorageUnavailable(
      'the database is damaged; close all other windows and reload this one to have it mended',
    );
  try {
    const aside = setAside(path, now);
    rmSync(markOf(path), { force: true });
    const db = openDatabase(path, migrations);
    return { db, mended: { aside, savedRows: salvage(aside, db) } };
  } catch (cause) {
    if (cause instanceof StorageUnavailable) throw cause;
    throw new StorageUnavailable(`${path} is damaged, and cannot be set aside`, { cause });
  }
}

/** undefined where it is damaged. */
function openSound(path: string, migrations: readonly Migration[]): Database | undefined {
  let db: Database | undefined;
  try {
    db = openDatabase(path, migrations);
    if (!existsSync(markOf(path))) return db;
    if (db.get('PRAGMA quick_check(1)')?.['quick_check'] === 'ok') {
      rmSync(markOf(path), { force: true });
      return db;
    }
  } catch (error) {
    if (troubleOf(error) !== 'damaged') throw error;
  }
  db?.close();
  return undefined;
}

/** For a window that meets damage: looking for it means reading the whole file, which is not for every start but for the next one. */
export function markDamaged(path: string): void {
  try {
    writeFileSync(markOf(path), '');
  } catch {
    // Then it is met again.
  }
}

const markOf = (path: string): string => `${path}-damaged`;
