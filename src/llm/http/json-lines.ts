const maxLineBytesDefault = 32 * 1024 * 1024;

/**
 * Reads newline-delimited JSON (application/x-ndjson, what Ollama streams) from bytes however they are split. Empty lines are skipped,
 * CRLF and a leading byte-order mark understood; a last line without its newline is delivered at the end.
 */
export class JsonLines {
  #onLine: (line: string) => void;
  #maxLineBytes: number;
  /** The unfinished last line. As bytes: a character may be split too. */
  #pieces: Buffer[] = [];
  #length = 0;
  #started = false;

  /** @param maxLineBytes bytes a line may have before the stream counts as broken. */
  constructor(onLine: (line: string) => void, maxLineBytes = maxLineBytesDefault) {
    this.#onLine = onLine;
    this.#maxLineBytes = maxLineBytes;
  }

  /** @throws RangeError when a line grows past the limit. */
  push(bytes: Buffer): void {
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      this.#keep(bytes.subarray(start, end));
      this.#deliver();
      start = end + 1;
    }
    // A copy: the next bytes may come into the same memory.
    if (start < bytes.length) this.#keep(Buffer.from(bytes.subarray(start)));
  }

  /** The stream is over. */
  end(): void {
    this.#deliver();
  }

  #keep(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length > this.#maxLineBytes) throw new RangeError(`a line longer than ${this.#maxLineBytes} bytes`);
  }

  #deliver(): void {
    const line = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    this.#pieces.length = 0;
    this.#length = 0;
    let text = line.toString('utf8');
    if (!this.#started && text) {
      this.#started = true;
      if (text.startsWith('\uFEFF')) text = text.slice(1);
    }
    if (text.trim() !== '') this.#onLine(text);
  }
}
