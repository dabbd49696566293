import type { Dispatcher } from 'undici';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** Headers by lower-case name. */
export type HttpHeaders = { readonly [name: string]: string | undefined };

/** A response whose body is still arriving. Whoever gets one reads it to the end or calls `cancel`. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** All bytes have arrived, or none will any more; some may wait to be read. */
  readonly isOver: boolean;
  /** The next bytes; undefined at the end. @throws what the connection died of, or the reason given to `cancel`. */
  read(): Promise<Buffer | undefined>;
  /** As `read`, without a promise: `reader` is told once, now or when something arrives, perhaps in the middle of undici's work. */
  readTo(reader: ChunkReader): void;
  /** Closes the socket now. */
  cancel(reason: Error): void;
}

export interface ChunkReader {
  /** undefined at the end. Must not throw, nor cancel the response before it has returned. */
  resolve(chunk: Buffer | undefined): void;
  reject(error: Error): void;
}

/** Bytes that may wait unread before the socket is paused. Two TLS records' worth keeps a busy stream from stopping and starting. */
const highWaterMark = 256 * 1024;

/** A request on its way. */
export interface HttpCall {
  /** Resolves at the response's head. Rejects with the connection's error as undici reports it, or the reason given to `cancel`. */
  readonly response: Promise<HttpResponse>;
  /** Closes the socket now, before or after the head. */
  cancel(reason: Error): void;
}

/**
 * Sends a request. Speaks to the dispatcher directly: its Readable and async iterator cost more than everything else we do with a
 * stream (measured: bench S1). Takes no AbortSignal: a listener per request is dear before the first word (bench S2).
 */
export function openHttp(dispatcher: Dispatcher, request: HttpRequest): HttpCall {
  const exchange = new Exchange();
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

/** One request's life: undici's handler on one side, a pull reader on the other. */
class Exchange implements Dispatcher.DispatchHandler, HttpCall, HttpResponse {
  readonly response: Promise<HttpResponse>;
  status = 0;
  headers: HttpHeaders = {};
  #controller: Controller | undefined;
  #head!: (response: HttpResponse) => void;
  #fail!: (error: Error) => void;
  #chunks: Buffer[] = [];
  #waiting = 0;
  #paused = false;
  #ended = false;
  #error: Error | undefined;
  #reader: ChunkReader | undefined;

  constructor() {
    this.response = new Promise((resolve, reject) => {
      this.#head = resolve;
      this.#fail = reject;
    });
  }

  get isOver(): boolean {
    return this.#ended;
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#error) controller.abort(this.#error);
  }

  onResponseStart(
    _controller: Controller,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return; // 100 Continue and 103 Early Hints are not the answer
    this.status = status;
    this.headers = joined(headers);
    this.#head(this);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    const reader = this.#reader;
    if (reader) {
      this.#reader = undefined;
      reader.resolve(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
    if (this.#waiting >= highWaterMark && !this.#paused) {
      this.#paused = true;
      controller.pause();
    }
  }

  onResponseEnd(): void {
    this.#ended = true;
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.resolve(undefined);
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.#ended = true;
    this.#error ??= error;
    this.#fail(this.#error); // settles the head's promise where there was none yet; ignored otherwise
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.reject(this.#error);
  }

  read(): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => this.readTo({ resolve, reject }));
  }

  readTo(reader: ChunkReader): void {
    const chunk = this.#chunks.shift();
    if (chunk) {
      this.#waiting -= chunk.length;
      if (this.#paused && this.#waiting < highWaterMark / 2) {
        this.#paused = false;
        this.#controller?.resume();
      }
      reader.resolve(chunk);
    } else if (this.#error) reader.reject(this.#error);
    else if (this.#ended) reader.resolve(undefined);
    else this.#reader = reader;
  }

  cancel(reason: Error): void {
    if (this.#ended) return;
    this.#error ??= reason;
    this.#chunks.length = 0;
    this.#controller?.abort(reason);
    // undici tells a request that is still queued nothing; the caller is told at once either way.
    this.onResponseError(this.#controller!, reason);
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

/**
 * The whole body as text, for answers that are not streams; longer ones are cut at `maxBytes` and the socket closed.
 * @param onBytes called for every piece that arrives.
 */
export async function readText(
  response: HttpResponse,
  maxBytes = 32 * 1024 * 1024,
  onBytes?: () => void,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for (let chunk = await response.read(); chunk; chunk = await response.read()) {
    onBytes?.();
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) {
      response.cancel(new Error(`body larger than ${maxBytes} bytes`));
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
}
