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
  resume(): void;
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

type Controller = Dispatcher.DispatchController;

/** One request's life, as undici tells it. */
class Exchange implements Dispatcher.DispatchHandler, HttpCall {
  readonly #reader: ResponseReader;
  #controller: Controller | undefined;
  #paused = false;
  #ended = false;
  #cancelled: Error | undefined;

  constructor(reader: ResponseReader) {
    this.#reader = reader;
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#cancelled) controller.abort(this.#cancelled);
  }

  onResponseStart(
    _controller: Controller,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return; // 100 Continue and 103 Early Hints are not the answer
    this.#reader.onHead({ status, headers: joined(headers) });
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.#reader.onBytes(chunk);
  }

  onResponseEnd(): void {
    this.#ended = true;
    this.#reader.onEnd();
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    // undici tells of a cancelled request too, which its reader has heard of already.
    if (this.#ended) return;
    this.#ended = true;
    this.#reader.onError(error);
  }

  cancel(reason: Error): void {
    if (this.#ended) return;
    this.#cancelled = reason;
    // undici tells a request that is still queued nothing; the reader is told at once either way.
    this.onResponseError(undefined, reason);
    this.#controller?.abort(reason);
  }

  pause(): void {
    if (this.#paused || this.#ended) return;
    this.#paused = true;
    this.#controller?.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#controller?.resume();
  }
}

/** Headers that came more than once, as one (RFC 9110 §5.3). Nearly always there are none, and nothing is copied. */
function joined(headers: Record<string, string | string[] | undefined>): HttpHeaders {
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = value.join(', ');
  }
  return headers as HttpHeaders;
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

export interface WholeResponse extends ResponseHead {
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
    const whole = (): void => resolve({ ...head!, text: body.text });
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
