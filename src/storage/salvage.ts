import { existsSync, renameSync } from 'node:fs';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Database } from './database.ts';

/**
 * Puts a damaged database out of the way, under its own name with the moment behind it. Nothing is deleted: what cannot be read here
 * may be read by somebody else. @returns where it is now. @throws what renaming throws.
 */
export function setAside(path: string, now: number): string {
  const aside = `${path}.damaged-${new Date(now).toISOString().replaceAll(':', '-')}`;
  renameSync(path, aside);
  for (const end of ['-wal', '-shm']) if (existsSync(path + end)) renameSync(path + end, aside + end);
  return aside;
}

/** In the order in which rows refer to each other, each with what its rows lie by and the indexes that know where they are. */
const tables = [
  { name: 'calls', by: 'id', indexes: ['calls_by_time', 'calls_by_session', 'calls_by_turn'] },
  { name: 'conversations', by: 'id', indexes: ['sqlite_autoindex_conversations_1'] },
  { name: 'turns', by: 'id', indexes: ['sqlite_autoindex_turns_1'] },
  { name: 'images', by: 'rowid', indexes: [] },
] as const;
type Table = (typeof tables)[number];

/**
 * Brings what can still be read of a damaged database into a fresh one, row by row: from the beginning up to what is damaged, from the
 * end back to it, and what lies between two damages by the indexes. @returns how many rows were saved.
 */
export function salvage(from: string, into: Database): number {
  const { DatabaseSync: Sqlite } = process.getBuiltinModule('node:sqlite');
  let damaged: DatabaseSync | undefined;
  try {
    damaged = new Sqlite(from);
    const source = damaged;
    return into.transaction(() => tables.reduce((sum, table) => sum + saveRows(source, into, table), 0));
  } catch {
    // Not even its first page can be read.
    return 0;
  } finally {
    damaged?.close();
  }
}

function saveRows(from: DatabaseSync, into: Database, table: Table): number {
  const { name, by, indexes } = table;
  const known = new Set(into.all(`SELECT name FROM pragma_table_info('${name}')`).map(row => String(row['name'])));
  const columns = readable(() => from.prepare(`SELECT name FROM pragma_table_info('${name}')`).iterate())
    .map(row => String(row['name']))
    .filter(column => known.has(column));
  if (columns.length === 0) return 0;
  const insert = `INSERT OR IGNORE INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) RETURNING 1`;
  const save = (row: Row): number => {
    try {
      return into.transaction(() => into.all(insert, ...columns.map(column => row[column]!)).length);
    } catch {
      // What it belongs to is lost.
      return 0;
    }
  };
  const select = `SELECT ${columns.join(', ')} FROM ${name}`;
  const scan = (sql: string, ...values: SQLInputValue[]): Row[] =>
    readable(() => {
      const statement = from.prepare(sql);
      statement.setReadBigInts(true);
      return statement.iterate(...values) as Iterable<Row>;
    });
  let saved = 0;
  for (const order of ['ASC', 'DESC'])
    for (const row of scan(`${select} NOT INDEXED ORDER BY ${by} ${order}`)) saved += save(row);
  for (const index of indexes)
    for (const { key } of scan(`SELECT ${by} AS key FROM ${name} INDEXED BY ${index}`))
      for (const row of scan(`${select} WHERE ${by} = ?`, key!)) saved += save(row);
  return saved;
}

type Row = Record<string, SQLInputValue>;

/** The rows up to the first that cannot be read. */
function readable<T>(rows: () => Iterable<T>): T[] {
  const read: T[] = [];
  try {
    for (const row of rows()) read.push(row);
  } catch {
    // The end of what is readable this way.
  }
  return read;
}
