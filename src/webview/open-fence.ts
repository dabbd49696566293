import { closingFence, linesPerChunk } from './markdown-renderer.ts';

/**
 * A code block whose closing line has not arrived. Its text is only ever appended, never parsed again: a long file streams in linear
 * time. Lines go into elements of `linesPerChunk`, exactly as a whole block is rendered.
 */
export class OpenFence {
  readonly #code: Element;
  readonly #closing: RegExp;
  readonly #mayClose: RegExp;
  /** The current line, as far as it is held back because it may still become the closing one. */
  #held = '';
  /** Whether a part of the current line was already written. */
  #lineStarted = false;
  #chunk: Text | undefined;
  #chunkLines = 0;
  #waiting = '';

  /** `code`: the element to fill; `markup`: the opening run of backticks or tildes. */
  constructor(code: Element, markup: string) {
    this.#code = code;
    this.#closing = closingFence(markup);
    this.#mayClose = /^ {0,3}(?:`*|~*)[ \t]*$/;
    code.replaceChildren();
  }

  /** Writes the lines in `text`. Returns how much of `text` was used once the closing line came, else undefined. */
  append(text: string): number | undefined {
    let at = 0;
    for (let newline = text.indexOf('\n'); newline !== -1; newline = text.indexOf('\n', at)) {
      const line = this.#held + text.slice(at, newline);
      if (!this.#lineStarted && this.#closing.test(line)) {
        this.#held = '';
        this.#flush();
        return newline + 1;
      }
      this.#write(`${line}\n`, true);
      at = newline + 1;
    }
    const rest = this.#held + text.slice(at);
    if (this.#lineStarted || !this.#mayClose.test(rest)) this.#write(rest, false);
    else this.#held = rest;
    this.#flush();
    return undefined;
  }

  #write(text: string, endsLine: boolean): void {
    this.#held = '';
    this.#waiting += text;
    this.#lineStarted = !endsLine && (this.#lineStarted || text !== '');
    if (!endsLine) return;
    this.#chunkLines += 1;
    if (this.#chunkLines < linesPerChunk) return;
    this.#flush();
    this.#chunk = undefined;
    this.#chunkLines = 0;
  }

  #flush(): void {
    if (!this.#waiting) return;
    if (!this.#chunk) {
      const span = document.createElement('span');
      span.className = 'code-chunk';
      this.#chunk = document.createTextNode('');
      span.append(this.#chunk);
      this.#code.append(span);
    }
    this.#chunk.appendData(this.#waiting);
    this.#waiting = '';
  }
}
