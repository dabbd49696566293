import ranks from 'gpt-tokenizer/bpeRanks/o200k_base';
import { O200K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/encodingParams/constants';
import { MergeQueue } from './merge-queue.ts';

/**
 * Exact token counts in o200k_base, the encoding of OpenAI's models from gpt-4o on; ranks and splitting pattern are gpt-tokenizer's, the
 * merging is ours, because theirs takes quadratic time on a long run without a boundary (bench S12).
 */
export class O200kCounter {
  /** Rank by bytes, told as latin1: one character is one byte. */
  #ranks = new Map<string, number>();
  /** Rank by the text itself: most pieces are one token, and need no bytes. */
  #words = new Set<string>();
  /** Counts of pieces that are several tokens. */
  #known = new Map<string, number>();

  constructor() {
    for (const [rank, token] of (ranks as readonly (string | readonly number[])[]).entries()) {
      if (token === undefined) continue;
      if (typeof token !== 'string') this.#ranks.set(String.fromCharCode(...token), rank);
      else {
        this.#words.add(token);
        this.#ranks.set(isAscii(token) ? token : Buffer.from(token).toString('latin1'), rank);
      }
    }
  }

  /** Text that spells a special token is text, as vendors count the contents of messages. */
  count(text: string): number {
    let total = 0;
    const pieces = new RegExp(O200K_TOKEN_SPLIT_REGEX);
    for (let match = pieces.exec(text); match; match = pieces.exec(text)) {
      const [piece] = match;
      total += this.#words.has(piece) ? 1 : this.#several(piece);
    }
    return total;
  }

  #several(piece: string): number {
    const known = this.#known.get(piece);
    if (known !== undefined) return known;
    const bytes = isAscii(piece) ? piece : Buffer.from(piece).toString('latin1');
    const count = bytes.length > shortPiece ? this.#mergeLong(bytes) : this.#mergeShort(bytes);
    if (piece.length <= keptPiece) {
      if (this.#known.size >= keptPieces) this.#known.clear();
      this.#known.set(piece, count);
    }
    return count;
  }

  /** Merges the pair of the lowest rank, the leftmost of equals, until none is left: a scan for each, cheapest for a few bytes. */
  #mergeShort(bytes: string): number {
    const starts = Array.from({ length: bytes.length + 1 }, (_, at) => at);
    const pair = (at: number): number =>
      at + 2 < starts.length ? (this.#ranks.get(bytes.slice(starts[at], starts[at + 2])) ?? Infinity) : Infinity;
    const pairs = starts.map((_, at) => pair(at));
    for (;;) {
      let lowest = 0;
      for (let at = 1; at < pairs.length; at++) if (pairs[at]! < pairs[lowest]!) lowest = at;
      if (pairs[lowest] === Infinity) return starts.length - 1;
      starts.splice(lowest + 1, 1);
      pairs.splice(lowest + 1, 1);
      pairs[lowest] = pair(lowest);
      if (lowest > 0) pairs[lowest - 1] = pair(lowest - 1);
    }
  }

  #mergeLong(bytes: string): number {
    return new MergeQueue(bytes, part => this.#ranks.get(part)).tokens();
  }
}

/** Bytes up to which scanning beats a queue. */
const shortPiece = 48;
/** UTF-16 units of a piece whose count is worth keeping, and how many are kept: a few megabytes at most. */
const keptPiece = 64;
const keptPieces = 50_000;

// oxlint-disable-next-line no-control-regex -- the range is the point
const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);
