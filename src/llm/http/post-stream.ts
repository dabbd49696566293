import type { Dispatcher } from 'undici';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** Headers by lower-case name. */
export type HttpHeaders = { readonly [name: string]: string | undefined };

export interface ResponseHead {
  readonly status: number;
  /** In lower case; "" where there is none. */
  readonly contentType: string;
  readonly headers: HttpHeaders;
}

/**
 * Who reads a response as it arrives: the head once, then bytes, then its end or what the connection died of (or the reason given to
 * `cancel`). Called in the middle of undici's work: must not throw, nor cancel before it has returned.
 */
export interface ResponseReader {
  onHead(head: ResponseHead): void;
  onBytes(chunk: Buffer): void;
  onEnd(): void;
  onError(error: Error): void;
}

/** A request on its way. */
export interface HttpCall {
  /** Closes the socket now, before or after the head. */
  cancel(reason: Error): void;
  /** The server is to wait: nobody takes what it sends. What was on its way may still come. */
  pause(): void;
  /** @returns whether it had been waiting. */
  resume(): boolean;
}

/**
 * Sends a request. Speaks to the dispatcher directly: its Readable and async iterator cost more than everything else we do with a
 * stream (measured: bench S1). Calls its reader and makes no promises: one for the head, and one for each word, were a tenth of what
 * these cost (bench S2, S3). Takes no AbortSignal: a listener per request is dear before the first word (bench S2).
 */
export function openHttp(dispatcher: Dispatcher, request: HttpRequest, reader: ResponseReader): HttpCall {
  const exchange = new Exchange(reader);
  const { origin, path } = targetOf(request.url);
  dispatcher.dispatch(
    {
      origin,
      path,
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      // Silence is judged by our own idle timer, which is exact and can be cancelled; undici's are coarse.
      headersTimeout: 0,
      bodyTimeout: 0,
    },
    exchange,
  );
  return exchange;
}

interface Target {
  readonly origin: string;
  readonly path: string;
}

const targets = new WeakMap<URL, Target>();

/** A provider asks the same URL each time, and taking a URL apart is not free. */
function targetOf(url: URL): Target {
  let target = targets.get(url);
  if (!target) targets.set(url, (target = { origin: url.origin, path: url.pathname + url.search }));
  return target;
}

/**
 * One request's life, as undici tells it to its own `request` and `stream`. The handler that its documentation shows is made of this
 * one, and gets every header as a string before its first byte, which for an answer's first word is a twentieth of the way (bench S2).
 */
class Exchange implements Dispatcher.DispatchHandler, HttpCall {
  readonly #reader: ResponseReader;
  #abort: ((reason: Error) => void) | undefined;
  #resume: (() => void) | undefined;
  #paused = false;
  #ended = false;
  #cancelled: Error | undefined;

  constructor(reader: ResponseReader) {
    this.#reader = reader;
  }

  onConnect(abort: (reason?: Error) => void): void {
    this.#abort = abort;
    if (this.#cancelled) abort(this.#cancelled);
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void): boolean {
    this.#resume = resume;
    // 100 Continue and 103 Early Hints are not the answer.
    if (status >= 200) this.#reader.onHead(new Head(status, raw));
    return !this.#paused;
  }

  onData(chunk: Buffer): boolean {
    this.#reader.onBytes(chunk);
    return !this.#paused;
  }

  onComplete(): void {
    this.#ended = true;
    this.#reader.onEnd();
  }

  onError(error: Error): void {
    // undici tells of a cancelled request too, which its reader has heard of already.
    if (this.#ended) return;
    this.#ended = true;
    this.#reader.onError(error);
  }

  cancel(reason: Error): void {
    if (this.#ended) return;
    this.#cancelled = reason;
    // undici tells a request that is still queued nothing; the reader is told at once either way.
    this.onError(reason);
    this.#abort?.(reason);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): boolean {
    if (!this.#paused) return false;
    this.#paused = false;
    this.#resume?.();
    return true;
  }
}

/** Headers are made strings when somebody asks for them: the first word has come by then. */
class Head implements ResponseHead {
  readonly status: number;
  readonly #raw: readonly Buffer[];
  #headers: HttpHeaders | undefined;

  /** @param raw names and values in turn. */
  constructor(status: number, raw: readonly Buffer[]) {
    this.status = status;
    this.#raw = raw;
  }

  get contentType(): string {
    for (let at = 0; at < this.#raw.length; at += 2)
      if (this.#raw[at]!.length === contentType.length && nameAt(this.#raw, at) === contentType)
        return this.#raw[at + 1]!.toString('latin1').trim().toLowerCase();
    return '';
  }

  get headers(): HttpHeaders {
    return (this.#headers ??= headersIn(this.#raw));
  }
}

const contentType = 'content-type';
const nameAt = (raw: readonly Buffer[], at: number): string => raw[at]!.toString('latin1').toLowerCase();

/** What came more than once is one (RFC 9110 §5.3). */
function headersIn(raw: readonly Buffer[]): HttpHeaders {
  const headers: { [name: string]: string } = Object.create(null) as {};
  for (let at = 0; at < raw.length; at += 2) {
    const name = nameAt(raw, at);
    const value = raw[at + 1]!.toString('latin1');
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}

/** A body that is wanted whole. */
export class WholeBody {
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  /** @param maxBytes what is longer is cut. */
  constructor(maxBytes = 32 * 1024 * 1024) {
    this.#maxBytes = maxBytes;
  }

  /** @returns whether it may grow: beyond that the socket is to be closed. */
  push(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    return this.#size <= this.#maxBytes;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).subarray(0, this.#maxBytes).toString('utf8');
  }
}

export interface WholeResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly text: string;
}

/**
 * Sends a request whose answer is small, and reads it whole.
 * @param onCall is given the means to cancel it.
 * @throws the connection's error as undici reports it, or the reason given to `cancel`.
 */
export function askHttp(
  dispatcher: Dispatcher,
  request: HttpRequest,
  onCall: (call: HttpCall) => void,
): Promise<WholeResponse> {
  return new Promise((resolve, reject) => {
    const body = new WholeBody();
    let head: ResponseHead | undefined;
    const whole = (): void => resolve({ status: head!.status, headers: head!.headers, text: body.text });
    const call = openHttp(dispatcher, request, {
      onHead: given => (head = given),
      onBytes(chunk) {
        if (body.push(chunk)) return;
        whole();
        queueMicrotask(() => call.cancel(new Error('the answer is too long')));
      },
      onEnd: whole,
      onError: reject,
    });
    onCall(call);
  });
}
