/**
 * Byte-pair merging of one long piece in n log n: tokens in a linked list, candidate pairs in a binary heap by rank, then by place. A pair
 * that changed after it was queued is recognised when it comes up and dropped.
 */
export class MergeQueue {
  #bytes: string;
  #rankOf: (part: string) => number | undefined;
  /** Where the token that begins here ends; -1 for a place that begins none any more. */
  #end: Int32Array;
  /** Where the token before begins; -1 for the first. */
  #before: Int32Array;
  /** rank × size + start: one number orders by rank, then by place. The end is kept beside it. */
  #keys: number[] = [];
  #ends: number[] = [];
  #count: number;

  /** @param rankOf the rank of a token by its bytes (latin1); undefined where there is none. */
  constructor(bytes: string, rankOf: (part: string) => number | undefined) {
    this.#bytes = bytes;
    this.#rankOf = rankOf;
    const { length } = bytes;
    this.#end = new Int32Array(length);
    this.#before = new Int32Array(length);
    this.#count = length;
    for (let at = 0; at < length; at++) {
      this.#end[at] = at + 1;
      this.#before[at] = at - 1;
    }
    for (let at = 0; at + 1 < length; at++) this.#offer(at);
  }

  /** Merges all there is to merge; the number of tokens that remain. */
  tokens(): number {
    const { length } = this.#bytes;
    while (this.#keys.length > 0) {
      const start = this.#keys[0]! % length;
      const end = this.#ends[0]!;
      this.#pop();
      const middle = this.#end[start]!;
      // One of the two is not what it was when the pair was queued.
      if (middle === -1 || middle >= length || this.#end[middle] !== end) continue;
      this.#end[start] = end;
      this.#end[middle] = -1;
      if (end < length) this.#before[end] = start;
      this.#count--;
      if (end < length) this.#offer(start);
      const before = this.#before[start]!;
      if (before !== -1) this.#offer(before);
    }
    return this.#count;
  }

  /** Queues the token that begins at `start` with the one after it, where the two make a token. */
  #offer(start: number): void {
    const end = this.#end[this.#end[start]!]!;
    const rank = this.#rankOf(this.#bytes.slice(start, end));
    if (rank !== undefined) this.#push(rank * this.#bytes.length + start, end);
  }

  #push(key: number, end: number): void {
    let at = this.#keys.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#keys[parent]! <= key) break;
      this.#keys[at] = this.#keys[parent]!;
      this.#ends[at] = this.#ends[parent]!;
      at = parent;
    }
    this.#keys[at] = key;
    this.#ends[at] = end;
  }

  #pop(): void {
    const key = this.#keys.pop()!;
    const end = this.#ends.pop()!;
    const size = this.#keys.length;
    if (size === 0) return;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && this.#keys[child + 1]! < this.#keys[child]!) child++;
      if (this.#keys[child]! >= key) break;
      this.#keys[at] = this.#keys[child]!;
      this.#ends[at] = this.#ends[child]!;
      at = child;
    }
    this.#keys[at] = key;
    this.#ends[at] = end;
  }
}
