/** A line in which something was found. */
export interface FoundLine {
  /** Relative to the folder that was searched, with '/'. */
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  /** Without its line ending; shortened around the match. */
  readonly text: string;
}

/** What a reader sees of one line at most, in characters. */
const MAX_LINE_TEXT = 300;
/** How much of that comes before the match. */
const LEAD = 80;

/**
 * Reads one line of `rg --json` (docs.rs/grep-printer, struct JSON, "wire format", read 2026-11).
 * @returns `undefined` for messages of no interest, what is not such a message, and paths that are no text.
 */
export function readRipgrepLine(json: string): FoundLine | 'summary' | undefined {
  // Most lines are matches; the others need no parsing to be told apart.
  if (json.startsWith('{"type":"begin"') || json.startsWith('{"type":"end"')) return undefined;
  const message = parse(json);
  if (message?.type === 'summary') return 'summary';
  if (message?.type !== 'match') return undefined;
  const { path, lines, line_number: line, submatches } = message.data ?? {};
  // Bytes in place of text: not UTF-8, so the model could not ask for it.
  if (typeof path?.text !== 'string' || typeof line !== 'number') return undefined;
  const bytes = lines?.text === undefined ? Buffer.from(lines?.bytes ?? '', 'base64') : undefined;
  const text = (bytes?.toString('utf8') ?? lines?.text ?? '').replace(/\r?\n$/, '');
  const startByte = submatches?.[0]?.start ?? 0;
  return { path: path.text.replace(/^\.\//, ''), line, text: shorten(text, startByte, bytes) };
}

/** Cuts a long line to the match and what is around it. `startByte` counts UTF-8 bytes, as ripgrep does. */
function shorten(text: string, startByte: number, original: Buffer | undefined): string {
  if (text.length <= MAX_LINE_TEXT) return text;
  const bytes = original ?? Buffer.from(text, 'utf8');
  return shortenAround(text, bytes.subarray(0, startByte).toString('utf8').length);
}

/** @param at where the match begins, in characters. */
export function shortenAround(text: string, at: number): string {
  if (text.length <= MAX_LINE_TEXT) return text;
  const start = Math.max(0, Math.min(at - LEAD, text.length - MAX_LINE_TEXT));
  const end = Math.min(text.length, start + MAX_LINE_TEXT);
  // Without the half of a character that a cut may leave at either end.
  const part = text.slice(start, end).replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '');
  return `${start > 0 ? '…' : ''}${part}${end < text.length ? '…' : ''}`;
}

interface RipgrepMessage {
  readonly type?: string;
  readonly data?: {
    readonly path?: { readonly text?: string };
    readonly lines?: { readonly text?: string; readonly bytes?: string };
    readonly line_number?: number;
    readonly submatches?: readonly { readonly start?: number }[];
  };
}

function parse(json: string): RipgrepMessage | undefined {
  try {
    return JSON.parse(json) as RipgrepMessage;
  } catch {
    return undefined;
  }
}
