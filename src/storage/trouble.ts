/**
 * What is wrong where a database fails. damaged: the file is not what was written. full: no room. not-writable: no right to, or a
 * read-only place. failing: the disk itself.
 */
export type Trouble = 'damaged' | 'full' | 'not-writable' | 'failing';

/** SQLite's primary result codes (https://sqlite.org/rescode.html, read 2026-11-28). */
const troubles: { readonly [code: number]: Trouble } = {
  3: 'not-writable', // PERM
  8: 'not-writable', // READONLY
  10: 'failing', // IOERR
  11: 'damaged', // CORRUPT
  13: 'full', // FULL
  14: 'not-writable', // CANTOPEN
  26: 'damaged', // NOTADB
};

/** SQLite's own primary result code of an error, or of what caused it. */
export function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  return codeOf(error.cause);
}

export const troubleOf = (error: unknown): Trouble | undefined => troubles[codeOf(error) ?? -1];
