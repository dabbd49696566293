import type { Dispatcher } from 'undici';
import type { Clock } from '../../core/clock.ts';
import { redact } from '../../core/redact.ts';
import { IdleTimer } from '../../resilience/time-limit.ts';
import { LlmError } from '../llm-error.ts';
import type { StreamEvent } from '../stream-event.ts';
import { type Answer, AwaitedContext } from './answer.ts';
import { connectionFailure } from './connection-failure.ts';
import { JsonLines } from './json-lines.ts';
import { type ChunkReader, type HttpCall, type HttpResponse, openHttp, readText } from './post-stream.ts';
import { rateLimitHeadroom } from './rate-limit-headers.ts';
import { ServerSentEvents } from './server-sent-events.ts';
import type { Wire, WireCall } from './wire.ts';
import type { EventSource, Puller } from './wire-stream.ts';

export interface ExchangeOptions {
  readonly vendor: string;
  readonly model: string;
  readonly clock: Clock;
  /** Silence after which the call has failed. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly wire: Wire;
  /** Called when the call really begins, so that the key is asked for now and not before. */
  readonly prepare: () => Promise<Prepared>;
}

export interface Prepared {
  readonly call: WireCall;
  readonly dispatcher: Dispatcher;
}

/** How long and how much of what follows [DONE] is read for the sake of the connection. */
const drainMs = 1000;
const drainBytes = 64 * 1024;

/** One HTTP exchange: open, judge the head, read to the end. */
export class WireExchange implements EventSource {
  #options: ExchangeOptions;
  /** Why the call was given up, by the caller or by the idle timer. */
  #givenUp: { readonly reason: Error } | undefined;
  #rejectPreparing: ((reason: Error) => void) | undefined;
  #call: HttpCall | undefined;
  #idle: IdleTimer | undefined;
  #response: HttpResponse | undefined;
  #answer: Answer | undefined;
  #events: ServerSentEvents | JsonLines | undefined;
  #prepared: WireCall | undefined;
  #hasRead = false;
  #headroomTold = false;
  #isClosed = false;
  #host = '';
  #out: StreamEvent[] = [];
  #puller: Puller | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  readonly #onAbort = (): void => this.#giveUp(this.#options.signal!.reason as Error);

  #giveUp(reason: Error): void {
    this.#givenUp ??= { reason };
    this.#rejectPreparing?.(reason);
    this.#call?.cancel(reason);
  }

  pull(out: StreamEvent[], puller: Puller): void {
    this.#out = out;
    this.#puller = puller;
    const response = this.#response;
    if (!response) {
      this.#open(out).then(
        more => puller.pulled(more),
        (error: unknown) => puller.failed(this.#explain(error)),
      );
      // After the first words, not before them: nobody waits for it as a person waits for those.
    } else if (this.#hasRead && !this.#headroomTold && this.#tellHeadroom(out)) puller.pulled(true);
    else {
      // Only silence while somebody waits for the server is the server's silence.
      this.#idle?.touch();
      response.readTo(this.#chunkReader);
    }
  }

  readonly #chunkReader: ChunkReader = {
    resolve: chunk => {
      this.#idle?.pause();
      let more: boolean;
      try {
        more = this.#take(chunk);
      } catch (error) {
        // Later: whoever hears of it closes the connection, and undici may just be reading from it.
        queueMicrotask(() => this.#fail(error));
        return;
      }
      this.#puller!.pulled(more);
    },
    reject: error => this.#fail(error),
  };

  /** @returns whether more may come. @throws what the answer itself turns out to be instead of one. */
  #take(chunk: Buffer | undefined): boolean {
    if (chunk) {
      this.#events!.push(chunk);
      this.#hasRead = true;
      if (!this.#answer!.isDone) return true;
    }
    if (!this.#headroomTold) this.#tellHeadroom(this.#out);
    this.#events!.end();
    this.#answer!.end(this.#out);
    return false;
  }

  #fail(error: unknown): void {
    this.#puller!.failed(this.#explain(error));
  }

  close(): void {
    const { clock, signal } = this.#options;
    this.#isClosed = true;
    this.#idle?.dispose();
    signal?.removeEventListener('abort', this.#onAbort);
    const response = this.#response;
    if (response?.isOver) return;
    const leave = (): void => this.#giveUp(noLongerRead);
    if (!response || !this.#answer?.isDone || signal?.aborted) return leave();
    // [DONE] came, the end of the body is under way: reading it keeps the connection for the next call. Not for long, though.
    const patience = clock.after(drainMs, leave);
    readText(response, drainBytes).then(
      () => patience.dispose(),
      () => patience.dispose(),
    );
  }

  async #open(out: StreamEvent[]): Promise<boolean> {
    const { signal } = this.#options;
    if (signal?.aborted) throw signal.reason;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    const { dispatcher, call } = await this.#prepare();
    const { request, notices } = call;
    for (const text of notices) out.push({ type: 'notice', notice: { kind: 'adjusted', text } });
    if (this.#givenUp) throw this.#givenUp.reason;
    this.#host = request.url.host;
    this.#call = openHttp(dispatcher, request);
    // undici writes the request in this turn of the event loop. What reading its answer needs is made after that, while it travels.
    setImmediate(this.#makeReady);
    const response = (this.#response = await this.#call.response);
    this.#makeReady();
    this.#idle!.touch();
    const { headers, status } = response;
    if (status !== 200) {
      this.#tellHeadroom(out);
      const failure = this.#failure(await this.#readAll(response), status);
      throw this.#prepared?.refine?.(failure) ?? failure;
    }
    const type = headers['content-type']?.trim().toLowerCase() ?? '';
    if (type.startsWith('text/event-stream')) return true;
    if (type.startsWith('application/x-ndjson')) {
      this.#events = new JsonLines(line => this.#answer!.pushChunk(line, this.#out));
      return true;
    }
    this.#tellHeadroom(out);
    const body = await this.#readAll(response);
    return this.#whole(body.startsWith('\uFEFF') ? body.slice(1) : body, type, out);
  }

  /** @returns whether there was anything to tell. */
  #tellHeadroom(out: StreamEvent[]): boolean {
    this.#headroomTold = true;
    const { wire, clock } = this.#options;
    const headroom = (wire.headroom ?? rateLimitHeadroom)(this.#response!.headers, clock.now());
    if (headroom) out.push({ type: 'notice', notice: { kind: 'rate-limit', headroom } });
    return headroom !== undefined;
  }

  readonly #makeReady = (): void => {
    if (this.#idle || this.#isClosed) return;
    const { vendor, model, clock, timeoutMs } = this.#options;
    this.#idle = new IdleTimer(clock, timeoutMs, () => this.#giveUp(this.#timedOut()));
    const answer = (this.#answer = this.#prepared!.makeAnswer(
      new AwaitedContext({
        vendor,
        model,
        failure: body => this.#failure(body),
        headers: () => this.#response?.headers,
      }),
    ));
    const shortcut = answer.shortcut?.(() => this.#out);
    this.#events = new ServerSentEvents(data => answer.pushChunk(data, this.#out), undefined, shortcut);
  };

  /** What to send, or the reason for giving up as soon as there is one: asking for a key may take a person's time. */
  #prepare(): Promise<Prepared> {
    return new Promise((resolve, reject) => {
      this.#rejectPreparing = reject;
      this.#options.prepare().then(prepared => {
        this.#prepared = prepared.call;
        resolve(prepared);
      }, reject);
    });
  }

  /** The answer came in one piece: not asked to stream, or a host that cannot. */
  #whole(body: string, type: string, out: StreamEvent[]): boolean {
    const answer = this.#answer!;
    if (type.includes('html') || /^\s*</.test(body)) throw this.#notAnApi('a web page');
    if (body.trim() === '') throw this.#notAnApi('nothing');
    // A proxy that drops the content type of a stream leaves its body recognisable.
    if (/^\s*(data:|event:|id:|retry:|:)/.test(body)) {
      const events = new ServerSentEvents(data => answer.pushChunk(data, out));
      events.push(Buffer.from(body));
      events.end();
    } else answer.pushWhole(body, out);
    answer.end(out);
    return false;
  }

  async #readAll(response: HttpResponse): Promise<string> {
    const body = await readText(response, undefined, () => this.#idle?.touch());
    this.#idle?.pause();
    return body;
  }

  #failure(body: string, status?: number): LlmError {
    const { vendor, model, clock, wire } = this.#options;
    return wire.failure(
      { body, headers: this.#response?.headers ?? {}, ...(status !== undefined && { status }) },
      { vendor, model, secrets: this.#prepared?.secrets ?? [], now: clock.now() },
    );
  }

  #notAnApi(what: string): LlmError {
    const { vendor, model } = this.#options;
    return new LlmError({
      code: 'ERR_BAD_RESPONSE',
      message: `${this.#host} answered with ${what} instead of JSON. Is the endpoint right?`,
      retryable: false,
      vendor,
      model,
    });
  }

  /** The key's keeper, or whoever makes connections, failed: nothing was sent. */
  #notPrepared(error: unknown): LlmError {
    const { vendor, model } = this.#options;
    const why = redact(error instanceof Error ? error.message : String(error));
    const message = `The request could not be prepared: ${why}`;
    return new LlmError({
      code: 'ERR_REFUSED_LOCALLY',
      message,
      retryable: false,
      notSent: true,
      vendor,
      model,
      cause: error,
    });
  }

  #broken(what: string): LlmError {
    const { vendor, model } = this.#options;
    return new LlmError({
      code: 'ERR_BAD_RESPONSE',
      message: `${vendor}: The answer is broken: ${what}.`,
      retryable: false,
      vendor,
      model,
    });
  }

  #timedOut(): LlmError {
    const { timeoutMs, vendor, model } = this.#options;
    const seconds = timeoutMs / 1000;
    return new LlmError({
      code: 'ERR_TIMEOUT',
      message: `${vendor} sent nothing for ${seconds} s.`,
      retryable: true,
      vendor,
      model,
    });
  }

  #explain(error: unknown): unknown {
    const { signal, vendor, model } = this.#options;
    if (this.#givenUp) return this.#givenUp.reason;
    if (signal?.aborted) return signal.reason;
    if (error instanceof LlmError) return error;
    if (!this.#call) return this.#notPrepared(error);
    if (error instanceof RangeError) return this.#broken(error.message);
    return connectionFailure(error, { vendor, model, host: this.#host, midAnswer: this.#response?.status === 200 });
  }
}

const noLongerRead = new Error('no longer read');
