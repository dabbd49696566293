/**
 * One line of comma-separated values (RFC 4180), with its line end. Spreadsheets run what begins like a formula, and model ids and names
 * of workspaces can be anybody's: such a cell gets an apostrophe before it, which they take for "this is text"
 * (OWASP, "CSV Injection", read 2026-11; the wide signs are its own).
 */
export const csvLine = (cells: readonly (string | number | undefined)[]): string =>
  `${cells.map(cell => quoted(harmless(cell === undefined ? '' : String(cell)))).join(',')}\r\n`;

const harmless = (cell: string): string => (/^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell);

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
