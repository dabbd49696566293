import type { EventShortcut } from '../../http/server-sent-events.ts';

/**
 * Most of a stream is one chunk repeated with another word in it: same id, same model, same everything but `delta.content` and, at
 * OpenAI, the random letters of `obfuscation` (at Mistral, of `p`; seen 2026-08). Once one such chunk has been parsed as JSON, the next is recognised by comparing the
 * bytes around the word, which is many times cheaper than parsing it (bench S1).
 *
 * Exact, not a guess: a chunk is learned only after other words put in its holes came out of JSON.parse as `delta.content` and
 * `obfuscation`. Equal bytes around a complete JSON string can then only parse to the same value with another word. Whatever differs
 * in any other byte is parsed in full.
 */
export class TextChunkTemplate implements EventShortcut {
  #onText: (text: string) => void;
  #head: string | undefined;
  #tail = '';
  /** Follows the obfuscation; undefined where there is none. */
  #afterNoise: string | undefined;
  #learnedInVain = 0;

  constructor(onText: (text: string) => void) {
    this.#onText = onText;
  }

  take(bytes: string, from: number): number {
    const head = this.#head;
    if (head === undefined || !standsAt(bytes, from, head)) return -1;
    const word = from + head.length;
    const wordEnd = closingQuote(bytes, word);
    if (wordEnd === -1 || !standsAt(bytes, wordEnd, this.#tail)) return -1;
    const afterWord = wordEnd + this.#tail.length;
    let end = afterWord;
    if (this.#afterNoise !== undefined) {
      end = closingQuote(bytes, end);
      if (end === -1 || !standsAt(bytes, end, this.#afterNoise)) return -1;
      // An escape in the noise could be a broken one, which only JSON.parse may judge.
      if (bytes.slice(afterWord, end).includes('\\')) return -1;
      end += this.#afterNoise.length;
    }
    const text = stringBody(bytes, word, wordEnd);
    if (text === undefined) return -1;
    this.#learnedInVain = 0;
    if (text !== '') this.#onText(text);
    return end;
  }

  /** What was learned no longer holds: a chunk said something else. */
  forget(): void {
    this.#head = undefined;
  }

  /** Learns from a chunk that held nothing to deliver but `text`. */
  learn(data: string, text: string): void {
    this.#head = undefined;
    // A stream whose chunks never repeat should not pay for learning them.
    if (this.#learnedInVain === maxLearnedInVain) return;
    this.#learnedInVain++;
    const word = hole(data, contentKey);
    if (!word) return;
    const noise = hole(data, noiseKey, word.end);
    const head = data.slice(0, word.start);
    const between = data.slice(word.end, noise?.start);
    const rest = noise && data.slice(noise.end);
    if (!isProven(head, between, rest) || JSON.parse(`"${data.slice(word.start, word.end)}"`) !== text) return;
    const end = '\n\n';
    this.#head = asBytes(`data: ${head}`);
    this.#tail = asBytes(rest === undefined ? between + end : between);
    this.#afterNoise = rest === undefined ? undefined : asBytes(rest + end);
  }
}

const maxLearnedInVain = 16;
const contentKey = /"content"\s*:\s*"/g;
const noiseKey = /"(?:obfuscation|p)"\s*:\s*"/g;

interface Hole {
  readonly start: number;
  readonly end: number;
}

/** The string value after `key`, without its quotes. */
function hole(data: string, key: RegExp, from = 0): Hole | undefined {
  key.lastIndex = from;
  if (!key.test(data)) return undefined;
  const start = key.lastIndex;
  const end = closingQuote(data, start);
  return end === -1 ? undefined : { start, end };
}

/** Whether the holes are what they look like, and not something of the same name elsewhere in the chunk. */
function isProven(head: string, between: string, rest: string | undefined): boolean {
  const [word, noise] = ['another word', 'more noise'];
  try {
    const chunk = JSON.parse(rest === undefined ? head + word + between : head + word + between + noise + rest) as {
      choices?: { delta?: { content?: unknown } }[];
      obfuscation?: unknown;
      p?: unknown;
    };
    return (
      chunk.choices?.[0]?.delta?.content === word &&
      (rest === undefined || chunk.obfuscation === noise || chunk.p === noise)
    );
  } catch {
    return false;
  }
}

/** UTF-8 as latin1. Nearly always the text is ASCII and both are the same. */
const asBytes = (text: string): string =>
  Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString('latin1');

/** Whether `text` stands there. A slice is compared eight characters at a time, by startsWith one by one (ten times slower; bench S3). */
const standsAt = (bytes: string, from: number, text: string): boolean => bytes.slice(from, from + text.length) === text;

/**
 * Where the JSON string ends whose first character is at `from`; -1 where it does not, or holds what no JSON string may. Found by what
 * is built in wherever it can be: a loop over characters is slow until it has been compiled, some hundred answers later (bench S2).
 */
function closingQuote(text: string, from: number): number {
  const end = text.indexOf('"', from);
  return end === -1 || !special.test(text.slice(from, end)) ? end : closingQuoteAfterEscapes(text, from);
}

/** What a JSON string writes as an escape, or begins one with: what is below the space, and the backslash. */
const special = /[^\x20-\x5b\x5d-\uffff]/;
/** What is not to be taken as it stands. */
const notPlain = /[^\x20-\x5b\x5d-\x7f]/;

function closingQuoteAfterEscapes(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 34) return at;
    if (char < 32) return -1;
    if (char === 92) at++;
  }
  return -1;
}

/** Short strings are copied by `slice`; from this length on it would keep the whole chunk of bytes alive for as long as the text. */
const slicedFrom = 13;

/** The value of the JSON string at [start, end), given as bytes, or undefined where its escapes are broken. */
function stringBody(bytes: string, start: number, end: number): string | undefined {
  const body = bytes.slice(start, end);
  if (!notPlain.test(body)) return end - start < slicedFrom ? body : decode(body);
  if (!body.includes('\\')) return decode(body);
  try {
    return JSON.parse(decode(bytes.slice(start - 1, end + 1))) as string;
  } catch {
    return undefined;
  }
}

const decode = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
