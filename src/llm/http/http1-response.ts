import { fieldLines } from './header-field.ts';
import type { HttpHeaders, ResponseHead, ResponseReader } from './http-call.ts';

/** What a connection died of, by a code as Node's own errors have one. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: 'ERR_SOCKET_CLOSED' | 'ERR_NOT_HTTP' | 'ERR_CONNECT_TIMEOUT' | 'ERR_PROXY_REFUSED';

  constructor(code: HttpError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Of a head, or of a chunk's line or trailers. OpenAI's heads have 1 to 2 KiB. */
const maxHeadBytes = 64 * 1024;

/**
 * Reads HTTP/1.1 responses from bytes however they are split, one after the other: RFC 9112, as the client has it to read. The head is
 * searched and not taken apart: an answer's first word waits for that, and of some 20 headers four are asked for (bench S2).
 * Not understood, because never asked for: other transfer codings than "chunked", upgrades, HTTP/0.9.
 */
export class Http1Response {
  #reader: Pick<ResponseReader, 'onHead' | 'onBytes'> | undefined;
  #state: 'head' | 'sized' | 'chunk-line' | 'chunk' | 'chunk-end' | 'trailers' | 'until-close' | 'complete' =
    'complete';
  /** Of a head or a line that has come in part. */
  #text = '';
  /** Bytes of the body, or of this chunk, still to come. */
  #left = 0;
  #afterReturn = false;
  /** Milliseconds the server keeps the connection open after this response; 0 where it does not, undefined where it does not say. */
  keepAliveMs: number | undefined;

  /** Of a request that has just been sent. */
  begin(reader: Pick<ResponseReader, 'onHead' | 'onBytes'>): void {
    this.#reader = reader;
    this.#state = 'head';
    this.#text = '';
    this.#afterReturn = false;
    this.keepAliveMs = undefined;
  }

  /** Nobody wants the rest. May be called while the reader is being told something. */
  leave(): void {
    this.#reader = undefined;
  }

  get isComplete(): boolean {
    return this.#state === 'complete';
  }

  /** @returns how many bytes were the response's. @throws HttpError ERR_NOT_HTTP */
  push(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length && this.#reader && this.#state !== 'complete') at = this.#step(bytes, at);
    return at;
  }

  #step(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#head(bytes, at);
      case 'chunk-line':
        return this.#plainChunkLine(bytes, at) || this.#line(bytes, at);
      case 'trailers':
        return this.#line(bytes, at);
      case 'chunk-end':
        return this.#chunkEnd(bytes, at);
      default:
        return this.#body(bytes, at);
    }
  }

  /** The connection has ended. @returns what is wrong with that: undefined where the response ends with it. */
  end(): HttpError | undefined {
    if (this.#state === 'until-close') this.#state = 'complete';
    return this.isComplete ? undefined : new HttpError('ERR_SOCKET_CLOSED', 'the other side closed the connection');
  }

  #head(bytes: Buffer, at: number): number {
    const before = this.#text.length;
    const end = before === 0 ? bytes.indexOf('\r\n\r\n', at, 'latin1') : -1;
    if (end !== -1) {
      this.#judge(bytes.toString('latin1', at, end + 2));
      return end + 4;
    }
    this.#text += bytes.toString('latin1', at);
    const late = this.#text.indexOf('\r\n\r\n', Math.max(0, before - 3));
    if (late === -1) {
      if (!couldBeHead(this.#text)) throw notHttp('no HTTP/1.1');
      this.#checkLength(this.#text);
      return bytes.length;
    }
    const text = this.#text.slice(0, late + 2);
    this.#text = '';
    this.#judge(text);
    return at + late + 4 - before;
  }

  /** @param text all lines of a head, each with its end. */
  #judge(text: string): void {
    this.#checkLength(text);
    const status = statusLine.exec(text);
    if (!status) throw notHttp('no status line of HTTP/1.1');
    if (!fieldLines.test(text.slice(status[0].length))) throw notHttp('a header that is none');
    const head = new Head(Number(status[2]), text);
    // 100 Continue and 103 Early Hints are not the answer.
    if (head.status < 200) {
      if (head.status === 101) throw notHttp('an upgrade that nobody asked for');
      return;
    }
    this.keepAliveMs = keepAliveMs(head, status[1] === '1');
    this.#state = this.#bodyOf(head);
    this.#reader!.onHead(head);
  }

  /** How the body is delimited: RFC 9112 §6.3. */
  #bodyOf(head: Head): 'sized' | 'chunk-line' | 'until-close' | 'complete' {
    const coding = head.field(transferEncoding);
    const length = head.field(contentLength);
    if (head.status === 204 || head.status === 304) return 'complete';
    if (coding !== undefined) {
      if (coding !== 'chunked') throw notHttp('a transfer coding other than "chunked"');
      if (length !== undefined) throw notHttp('both a length and a transfer coding');
      return 'chunk-line';
    }
    if (length === undefined) {
      this.keepAliveMs = 0;
      return 'until-close';
    }
    this.#left = lengthIn(length);
    return this.#left === 0 ? 'complete' : 'sized';
  }

  #body(bytes: Buffer, at: number): number {
    const end = this.#state === 'until-close' ? bytes.length : Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    if (this.#left === 0 && this.#state !== 'until-close')
      this.#state = this.#state === 'chunk' ? 'chunk-end' : 'complete';
    this.#reader!.onBytes(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
    return end;
  }

  /** Reads up to the end of a line, which may come later. */
  #line(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(10, at);
    this.#text += bytes.toString('latin1', at, end === -1 ? undefined : end);
    this.#checkLength(this.#text);
    if (end === -1) return bytes.length;
    const line = this.#text;
    this.#text = '';
    if (!line.endsWith('\r')) throw notHttp('a line without its CR');
    if (this.#state === 'chunk-line') this.#chunkLine(line.slice(0, -1));
    else if (line === '\r') this.#state = 'complete';
    return end + 1;
  }

  /** A size alone, as it nearly always comes: not worth a string for each word (bench S3). @returns where it ends; 0 where it is anything else. */
  #plainChunkLine(bytes: Buffer, from: number): number {
    if (this.#text !== '') return 0;
    let size = 0;
    let at = from;
    for (const end = Math.min(bytes.length, from + 7); at < end; at++) {
      const digit = hexDigit(bytes[at]!);
      if (digit === -1) break;
      size = size * 16 + digit;
    }
    if (size === 0 || bytes[at] !== 13 || bytes[at + 1] !== 10) return 0;
    this.#left = size;
    this.#state = 'chunk';
    return at + 2;
  }

  /** RFC 9112 §7.1. */
  #chunkLine(line: string): void {
    const size = chunkSize.exec(line);
    if (!size) throw notHttp('a chunk without its size');
    this.#left = Number.parseInt(size[1]!, 16);
    this.#state = this.#left === 0 ? 'trailers' : 'chunk';
  }

  #chunkEnd(bytes: Buffer, at: number): number {
    if (bytes[at] !== (this.#afterReturn ? 10 : 13)) throw notHttp('a chunk longer than its size');
    this.#state = this.#afterReturn ? 'chunk-line' : 'chunk-end';
    this.#afterReturn = !this.#afterReturn;
    return at + 1;
  }

  #checkLength(text: string): void {
    if (text.length > maxHeadBytes) throw notHttp(`headers of more than ${maxHeadBytes / 1024} KiB`);
  }
}

/** @returns -1 for what is none. */
function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

const notHttp = (what: string): HttpError => new HttpError('ERR_NOT_HTTP', what);

const statusLine = /^HTTP\/1\.([01]) (\d{3})(?: [^\r\n]*)?\r\n/;
/** 52 bits are exact in a number. Extensions may follow. */
const chunkSize = /^([0-9a-f]{1,13})[ \t]*(?:;.*)?$/i;

/** Whatever is no HTTP is told at once, and not after a minute of silence: TLS where there should be none, a greeting of SSH. */
function couldBeHead(text: string): boolean {
  const begin = 'HTTP/1.';
  return begin.startsWith(text.slice(0, begin.length)) && !text.includes('\n\n');
}

/** @throws HttpError ERR_NOT_HTTP for what is none, or several that differ. */
function lengthIn(field: string): number {
  const [first = '', ...more] = field.split(/[ \t]*,[ \t]*/);
  if (!/^\d{1,15}$/.test(first) || more.some(other => other !== first)) throw notHttp('a length that is none');
  return Number(first);
}

/** See `keepAliveMs` of the response. */
function keepAliveMs(head: Head, isNew: boolean): number | undefined {
  const connection = head.field(connectionField) ?? '';
  const stays = !/\bclose\b/.test(connection) && (isNew || /\bkeep-alive\b/.test(connection));
  if (!stays) return 0;
  const seconds = /(?:^|[ ,;])timeout=(\d{1,6})/.exec(head.field(keepAlive) ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** A field's name as it is looked for. */
const needle = (name: string): string => `\r\n${name}:`;
const transferEncoding = needle('transfer-encoding');
const contentLength = needle('content-length');
const contentType = needle('content-type');
const connectionField = needle('connection');
const keepAlive = needle('keep-alive');

class Head implements ResponseHead {
  readonly status: number;
  readonly #text: string;
  readonly #lower: string;
  #headers: HttpHeaders | undefined;

  constructor(status: number, text: string) {
    this.status = status;
    this.#text = text;
    this.#lower = text.toLowerCase();
  }

  get contentType(): string {
    return this.field(contentType) ?? '';
  }

  /** In lower case; what came more than once is one (RFC 9110 §5.3). */
  field(needle: string): string | undefined {
    let value: string | undefined;
    for (let at = this.#lower.indexOf(needle); at !== -1; at = this.#lower.indexOf(needle, at + 1)) {
      const from = at + needle.length;
      const one = this.#lower.slice(from, this.#lower.indexOf('\r\n', from)).trim();
      value = value === undefined ? one : `${value}, ${one}`;
    }
    return value;
  }

  get headers(): HttpHeaders {
    return (this.#headers ??= headersIn(this.#text));
  }
}

function headersIn(text: string): HttpHeaders {
  const headers: { [name: string]: string } = Object.create(null) as {};
  // The first line is the status, and after the last end of a line nothing follows.
  for (const line of text.split('\r\n').slice(1, -1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    // Not `trim`: a value in UTF-8 may end with the byte 0xa0.
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}
