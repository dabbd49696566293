import type { Mended } from '../storage/mend.ts';
import type { Trouble } from '../storage/trouble.ts';

/** What a person is told when costs and conversations cannot be kept, and what mends it. @param error where nothing could be opened. */
export function storageNotice(trouble: Trouble | undefined, folder: string, error?: unknown): string {
  const kept =
    error === undefined
      ? 'Pennyloom goes on, and writes down what this window costs as soon as it can.'
      : 'Pennyloom goes on, and keeps costs and conversations in this window only.';
  const meanwhile = `${kept} Requests under a budget are refused meanwhile.`;
  switch (trouble) {
    case 'full':
      return `The disk is full. ${meanwhile} Make room on it.`;
    case 'not-writable':
      return `${folder} cannot be written. ${meanwhile} Allow writing there, and reload the window.`;
    case 'damaged':
      return `Pennyloom's database is damaged. ${meanwhile} Close all other windows and reload this one to have it mended.`;
    case 'failing':
      return `The disk does not take what is written to ${folder}. ${meanwhile} Look for room on it, and whether it is in order.`;
    case undefined:
      return `Pennyloom's database cannot be opened: ${error instanceof Error ? error.message : String(error)}. ${meanwhile}`;
  }
}

export const mendedNotice = ({ aside, savedRows }: Mended): string =>
  `Pennyloom's database was damaged and has been begun anew with the ${savedRows} rows that could be read. The damaged file is kept as ${aside}. Sums of the past may be too low.`;
