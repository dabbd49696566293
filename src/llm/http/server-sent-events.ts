import { StringDecoder } from 'node:string_decoder';

/** One event of a stream: its `data` lines joined by "\n", and its type where one was named. */
export type EventListener = (data: string, type: string) => void;

/**
 * Reads server-sent events from bytes however they are split: inside a line, a character, a CRLF. All three line endings, comments,
 * multi-line data and a leading byte-order mark are understood; `id` and `retry` are not used by any vendor and are skipped.
 * Spec: HTML Living Standard §9.2.6 "Interpreting an event stream", with one deviation: an event that the end of the stream cuts
 * short of its blank line is delivered, because some hosts end their last event that way; whether it is whole is for JSON to say.
 */
export class ServerSentEvents {
  #onEvent: EventListener;
  #maxEventLength: number;
  #decoder = new StringDecoder('utf8');
  #started = false;
  /** The unfinished last line, in pieces: joining once per line keeps a long line split into single bytes linear. */
  #pieces: string[] = [];
  #length = 0;
  /** The last chunk ended in CR: an LF at the start of the next belongs to it. */
  #afterCarriageReturn = false;
  #data: string | undefined;
  #type = '';

  /** @param maxEventLength characters an event may have before the stream counts as broken. */
  constructor(onEvent: EventListener, maxEventLength = 32 * 1024 * 1024) {
    this.#onEvent = onEvent;
    this.#maxEventLength = maxEventLength;
  }

  /** @throws RangeError when an event grows past the limit. */
  push(bytes: Buffer): void {
    this.#text(this.#decoder.write(bytes));
  }

  /** The stream is over: delivers what is complete but for its blank line. */
  end(): void {
    this.#text(this.#decoder.end());
    if (this.#length > 0) this.#line(this.#takePieces(''));
    this.#dispatch();
  }

  #text(text: string): void {
    if (text === '') return;
    let from = 0;
    if (!this.#started) {
      this.#started = true;
      if (text.charCodeAt(0) === 0xfeff) from = 1;
    }
    if (this.#afterCarriageReturn) {
      this.#afterCarriageReturn = false;
      if (text.charCodeAt(from) === 10) from++;
    }
    if (text.includes('\r', from)) this.#anyEnding(text, from);
    else this.#lineFeeds(text, from);
  }

  #lineFeeds(text: string, from: number): void {
    let start = from;
    for (let end = text.indexOf('\n', start); end !== -1; end = text.indexOf('\n', start)) {
      this.#line(this.#length === 0 ? text.slice(start, end) : this.#takePieces(text.slice(start, end)));
      start = end + 1;
    }
    this.#keep(text, start);
  }

  #anyEnding(text: string, from: number): void {
    let start = from;
    const ending = /\r\n?|\n/g;
    ending.lastIndex = from;
    for (let match = ending.exec(text); match; match = ending.exec(text)) {
      this.#line(this.#takePieces(text.slice(start, match.index)));
      start = ending.lastIndex;
      if (match[0] === '\r' && start === text.length) this.#afterCarriageReturn = true;
    }
    this.#keep(text, start);
  }

  #keep(text: string, start: number): void {
    if (start >= text.length) return;
    this.#pieces.push(start === 0 ? text : text.slice(start));
    this.#length += text.length - start;
    if (this.#length + (this.#data?.length ?? 0) > this.#maxEventLength)
      throw new RangeError(`an event longer than ${this.#maxEventLength} characters`);
  }

  #takePieces(last: string): string {
    if (this.#length === 0) return last;
    this.#pieces.push(last);
    const line = this.#pieces.join('');
    this.#pieces.length = 0;
    this.#length = 0;
    return line;
  }

  #line(line: string): void {
    if (line === '') return this.#dispatch();
    if (line.startsWith('data:')) {
      const value = line.slice(line.charCodeAt(5) === 32 ? 6 : 5);
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    } else if (line.startsWith('event:')) {
      this.#type = line.slice(line.charCodeAt(6) === 32 ? 7 : 6);
    } else if (line === 'data') {
      this.#data = this.#data === undefined ? '' : `${this.#data}\n`;
    }
  }

  #dispatch(): void {
    const data = this.#data;
    const type = this.#type;
    this.#data = undefined;
    this.#type = '';
    if (data !== undefined) this.#onEvent(data, type);
  }
}
