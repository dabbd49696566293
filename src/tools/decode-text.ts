export type DecodedText =
  | {
      readonly kind: 'text';
      /** Without a byte order mark; line endings as they are. */
      readonly text: string;
      readonly encoding: 'UTF-8' | 'UTF-16LE' | 'UTF-16BE';
      /** Whether bytes that are no text in that encoding show as U+FFFD. */
      readonly damaged: boolean;
    }
  | { readonly kind: 'binary'; /** "PNG image"; "binary" where nothing better is known. */ readonly type: string };

/** How far we look for a NUL, as git and VS Code do. */
const PROBE_BYTES = 8_192;

/**
 * Tells text from other data and decodes it.
 * @param cut whether `bytes` end before the file does: then half a character at the end is no damage.
 */
export function decodeText(bytes: Uint8Array, cut = false): DecodedText {
  const type = knownBinary(bytes);
  if (type !== undefined) return { kind: 'binary', type };
  const encoding = encodingOf(bytes);
  if (encoding === undefined) return { kind: 'binary', type: 'binary data' };
  const text = new TextDecoder(encoding).decode(bytes, { stream: cut });
  return { kind: 'text', text, encoding, damaged: text.includes('\uFFFD') && !isSound(bytes, encoding, cut) };
}

/** A file may hold U+FFFD in good order. */
function isSound(bytes: Uint8Array, encoding: string, cut: boolean): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: cut });
    return true;
  } catch {
    return false;
  }
}

/** `undefined` for what holds NULs in an order that makes no text. */
function encodingOf(bytes: Uint8Array): 'UTF-8' | 'UTF-16LE' | 'UTF-16BE' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'UTF-16LE';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'UTF-16BE';
  const probe = bytes.subarray(0, PROBE_BYTES);
  if (!probe.includes(0)) return 'UTF-8';
  // UTF-16 without a mark, as Windows tools write it: plain letters have their zero always on the same side.
  const zeros = { even: 0, odd: 0 };
  for (let at = 0; at < probe.length; at++) if (probe[at] === 0) zeros[at % 2 === 0 ? 'even' : 'odd']++;
  const many = probe.length / 4;
  if (zeros.even === 0 && zeros.odd >= many) return 'UTF-16LE';
  if (zeros.odd === 0 && zeros.even >= many) return 'UTF-16BE';
  return undefined;
}

/** First bytes, as Latin-1. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ['\x89PNG\r\n\x1a\n', 'PNG image'],
  ['\xff\xd8\xff', 'JPEG image'],
  ['GIF87a', 'GIF image'],
  ['GIF89a', 'GIF image'],
  ['%PDF-', 'PDF document'],
  ['PK\x03\x04', 'ZIP archive (also Office documents, jar, vsix)'],
  ['\x1f\x8b', 'gzip archive'],
  ['\x7fELF', 'ELF program'],
  ['\0asm', 'WebAssembly module'],
  ['SQLite format 3\0', 'SQLite database'],
  ['\xfd7zXZ\0', 'xz archive'],
  ['\x28\xb5\x2f\xfd', 'Zstandard archive'],
];

function knownBinary(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(16, bytes.length)).toString('latin1');
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'WEBP image';
  return SIGNATURES.find(([signature]) => start.startsWith(signature))?.[1];
}
