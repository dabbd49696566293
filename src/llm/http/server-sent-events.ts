/** One event of a stream: its `data` lines joined by "\n", and its type where one was named. */
export type EventListener = (data: string, type: string) => void;

/** Recognises events without taking them apart; for streams that say nearly the same thing thousands of times. */
export interface EventShortcut {
  /**
   * @param bytes as latin1: one character is one byte. Unix line ends only.
   * @param from where an event begins.
   * @returns where the next event begins, when the whole event and its blank line were recognised and delivered; otherwise -1.
   */
  take(bytes: string, from: number): number;
}

const maxEventBytesDefault = 32 * 1024 * 1024;

/**
 * Reads server-sent events from bytes however they are split: inside a line, a character, a CRLF. All three line endings, comments,
 * multi-line data and a leading byte-order mark are understood; `id` and `retry` are not used by any vendor and are skipped.
 * Spec: HTML Living Standard §9.2.6 "Interpreting an event stream", with one deviation: an event that the end of the stream cuts
 * short of its blank line is delivered, because some hosts end their last event that way; whether it is whole is for JSON to say.
 *
 * Lines are found in the bytes as latin1, and only what is delivered is decoded from UTF-8: a line end is never part of a character,
 * so nothing has to be remembered between chunks, and one "é" does not turn 64 KiB into a two-byte string (bench S1).
 */
export class ServerSentEvents {
  #onEvent: EventListener;
  #maxEventBytes: number;
  #shortcut: EventShortcut | undefined;
  #started = false;
  /** The unfinished last line, in pieces: joining once per line keeps a long line split into single bytes linear. */
  #pieces: string[] = [];
  #length = 0;
  /** The last chunk ended in CR: an LF at the start of the next belongs to it. */
  #afterCarriageReturn = false;
  #data: string | undefined;
  #type = '';

  /** @param maxEventBytes bytes an event may have before the stream counts as broken. */
  constructor(onEvent: EventListener, maxEventBytes = maxEventBytesDefault, shortcut?: EventShortcut) {
    this.#onEvent = onEvent;
    this.#maxEventBytes = maxEventBytes;
    this.#shortcut = shortcut;
  }

  /** @throws RangeError when an event grows past the limit. */
  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const text = bytes.toString('latin1');
    const from = this.#started ? this.#afterLineEnd(text) : this.#start(text);
    if (text.includes('\r', from)) this.#anyEnding(text, from);
    else this.#lineFeeds(text, from, bytes);
  }

  /** Where the stream begins: after its byte-order mark, unless that is cut in pieces. */
  #start(text: string): number {
    if (this.#length === 0 && text.charCodeAt(0) !== 0xef) this.#started = true;
    return 0;
  }

  #afterLineEnd(text: string): number {
    if (!this.#afterCarriageReturn) return 0;
    this.#afterCarriageReturn = false;
    return text.charCodeAt(0) === 10 ? 1 : 0;
  }

  /** The stream is over: delivers what is complete but for its blank line. */
  end(): void {
    if (this.#length > 0) this.#line(this.#takePieces(''));
    this.#dispatch();
  }

  #lineFeeds(text: string, from: number, bytes: Buffer): void {
    let start = this.#takeRecognised(text, from);
    for (let end = text.indexOf('\n', start); end !== -1; end = text.indexOf('\n', start)) {
      if (this.#length > 0 || !this.#started) this.#line(this.#takePieces(text.slice(start, end)));
      else if (end === start) this.#dispatch();
      else if (isData(text, start)) end = this.#dataLine(text, start, end, bytes);
      else this.#line(text.slice(start, end));
      start = this.#takeRecognised(text, end + 1);
    }
    this.#keep(text, start);
  }

  /** A line of data, and the blank one that nearly always follows. @returns where the last of what it took ends. */
  #dataLine(text: string, start: number, end: number, bytes: Buffer): number {
    this.#addData(bytes.toString('utf8', valueStart(text, start), end));
    if (text.charCodeAt(end + 1) !== 10) return end;
    this.#dispatch();
    return end + 1;
  }

  /** Lets the shortcut have as many events as it knows, where one begins at `start`; returns where the first unknown one begins. */
  #takeRecognised(text: string, start: number): number {
    if (!this.#shortcut || this.#length > 0 || this.#data !== undefined || this.#type !== '') return start;
    let at = start;
    for (let next = at; next !== -1; next = this.#shortcut.take(text, at)) at = next;
    return at;
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
    this.#checkLength();
  }

  #takePieces(last: string): string {
    if (this.#length === 0) return last;
    this.#pieces.push(last);
    const line = this.#pieces.join('');
    this.#pieces.length = 0;
    this.#length = 0;
    return line;
  }

  /** @param line one line as latin1. */
  #line(line: string): void {
    let from = 0;
    if (!this.#started) {
      this.#started = true;
      if (line.startsWith('\u00ef\u00bb\u00bf')) from = 3; // the byte-order mark
    }
    if (from === line.length) return this.#dispatch();
    if (isData(line, from)) {
      this.#addData(decode(line, valueStart(line, from)));
    } else if (line.startsWith('event:', from)) {
      this.#type = decode(line, from + (line.charCodeAt(from + 6) === 32 ? 7 : 6));
    } else if (line.length === from + 4 && line.startsWith('data', from)) {
      this.#addData('');
    } else if (line.length === from + 5 && line.startsWith('event', from)) {
      this.#type = '';
    }
  }

  #addData(value: string): void {
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    this.#checkLength();
  }

  #checkLength(): void {
    if (this.#length + (this.#data?.length ?? 0) > this.#maxEventBytes)
      throw new RangeError(`an event longer than ${this.#maxEventBytes} bytes`);
  }

  #dispatch(): void {
    const data = this.#data;
    const type = this.#type;
    this.#data = undefined;
    this.#type = '';
    if (data !== undefined) this.#onEvent(data, type);
  }
}

const isData = (line: string, from: number): boolean => line.startsWith('data:', from);
const valueStart = (line: string, from: number): number => from + (line.charCodeAt(from + 5) === 32 ? 6 : 5);
const decode = (line: string, from: number): string => Buffer.from(line.slice(from), 'latin1').toString('utf8');
