import type { Clock } from '../../core/clock.ts';
import type { Disposable } from '../../core/disposable.ts';
import type { IdleTimer, IdleWatch } from '../../resilience/time-limit.ts';
import { LlmError } from '../llm-error.ts';
import type { StreamEvent } from '../stream-event.ts';
import { type Answer, HeadContext } from './answer.ts';
import { connectionFailure } from './connection-failure.ts';
import { broken, notAnApi, notPrepared, timedOut } from './exchange-failures.ts';
import { JsonLines } from './json-lines.ts';
import { type Dispatcher, type HttpCall, type ResponseHead, type ResponseReader, WholeBody } from './http-call.ts';
import { rateLimitHeadroom } from './rate-limit-headers.ts';
import { ServerSentEvents } from './server-sent-events.ts';
import { SendTurns } from './send-turns.ts';
import { takeWhole } from './whole-answer.ts';
import type { Wire, WireCall } from './wire.ts';
import type { EventSink, EventSource } from './wire-stream.ts';

export interface ExchangeOptions {
  readonly vendor: string;
  readonly model: string;
  readonly clock: Clock;
  readonly silence: IdleWatch;
  /** Silence after which the call has failed. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly wire: Wire;
  readonly dispatcher: Dispatcher;
  /** Called when the call really begins, so that the key is asked for now and not before. */
  readonly prepare: () => WireCall | Promise<WireCall>;
}

/** Bytes that may wait unread before the server has to. Two TLS records' worth keeps a busy stream from stopping and starting. */
const highWaterMark = 256 * 1024;

/** How long and how much of what follows [DONE] is read for the sake of the connection. */
const drainMs = 1000;
const drainBytes = 64 * 1024;

/** One for all: whoever asks, the loop is the same. */
const turns = new SendTurns();

/**
 * One HTTP exchange: open, judge the head, read to the end. What arrives is taken apart at once where somebody waits for it, and
 * otherwise when somebody does: whoever waits for the first word gets it before the rest is taken apart, which often comes with it (bench S2).
 */
export class WireExchange implements EventSource, ResponseReader {
  readonly #options: ExchangeOptions;
  #sink: EventSink | undefined;
  /** Why the call was given up, by the caller or by the idle timer. */
  #givenUp: { readonly reason: Error } | undefined;
  #onAbort: (() => void) | undefined;
  #prepared: WireCall | undefined;
  #call: HttpCall | undefined;
  #idle: IdleTimer | undefined;
  #head: ResponseHead | undefined;
  #answer: Answer | undefined;
  #events: ServerSentEvents | JsonLines | undefined;
  /** Where the answer is wanted whole: one that is no stream, or a refusal. */
  #body: WholeBody | undefined;
  #hasRead = false;
  /** Not taken apart yet, and how much. */
  readonly #chunks: Buffer[] = [];
  #unread = 0;
  /** What the connection died of, to be told after what it brought. */
  #died: { readonly error: Error } | undefined;
  #headroomTold = false;
  /** All bytes have arrived, or none will any more. */
  #isOver = false;
  #isClosed = false;
  #host = '';
  #drained = 0;
  #patience: Disposable | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  #giveUp(reason: Error): void {
    this.#givenUp ??= { reason };
    if (this.#call) this.#call.cancel(reason);
    // Asking for a key may take a person's time: nobody waits for that any more.
    else this.#fail(reason);
  }

  wanted(sink: EventSink): void {
    if (!this.#sink) {
      this.#sink = sink;
      return this.#begin();
    }
    // After the first words, not before them: nobody waits for it as a person waits for those.
    if (this.#hasRead && !this.#headroomTold && this.#tellHeadroom()) return;
    if (this.#serve(sink.events)) return;
    // Only silence while somebody waits for the server is the server's silence.
    this.#idle?.touch();
    this.#unread = 0;
    this.#call?.resume();
  }

  /** Takes apart what is here until there is something to give. @returns whether there is, or nothing more can come. */
  #serve(events: readonly StreamEvent[]): boolean {
    while (events.length === 0 && this.#chunks.length > 0) this.#take(this.#chunks.shift()!);
    if (events.length > 0 || this.#isClosed) return true;
    if (this.#died) this.#fail(this.#died.error);
    else if (this.#isOver) this.#endOfStream();
    else return false;
    return true;
  }

  #begin(): void {
    const { signal } = this.#options;
    if (signal?.aborted) return this.#fail(signal.reason);
    if (signal) this.#heed(signal);
    turns.take(() => this.#prepare());
  }

  #prepare(): void {
    if (this.#givenUp) return;
    try {
      const prepared = this.#options.prepare();
      if (prepared instanceof Promise) prepared.then(ready => this.#open(ready)).catch(error => this.#fail(error));
      else this.#open(prepared);
    } catch (error) {
      this.#fail(error);
    }
  }

  #heed(signal: AbortSignal): void {
    this.#onAbort = () => this.#giveUp(signal.reason as Error);
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  #open(prepared: WireCall): void {
    if (this.#givenUp) return;
    const { request, notices } = prepared;
    this.#prepared = prepared;
    this.#host = request.url.host;
    const { silence, timeoutMs, dispatcher } = this.#options;
    this.#idle = silence.start(timeoutMs, () => this.#giveUp(timedOut(this.#options, timeoutMs)));
    this.#call = dispatcher.open(request, this);
    if (notices.length > 0) this.#tell(notices);
  }

  #tell(notices: readonly string[]): void {
    for (const text of notices) this.#sink!.events.push({ type: 'notice', notice: { kind: 'adjusted', text } });
    this.#sink!.arrived();
  }

  onHead(head: ResponseHead): void {
    this.#head = head;
    this.#makeReady(head);
    this.#idle!.touch();
    const { status, contentType } = head;
    if (status === 200 && contentType.startsWith('text/event-stream')) return;
    if (status === 200 && contentType.startsWith('application/x-ndjson'))
      this.#events = new JsonLines(line => this.#answer!.pushChunk(line, this.#sink!.events));
    else this.#body = new WholeBody();
  }

  onBytes(chunk: Buffer): void {
    if (this.#isClosed) return this.#drain(chunk.length);
    if (this.#body) return this.#takeWhole(this.#body, chunk);
    if (this.#sink!.isAwaited && this.#chunks.length === 0) return this.#take(chunk);
    this.#chunks.push(Buffer.from(chunk));
    this.#unread += chunk.length;
    if (this.#unread >= highWaterMark) this.#call!.pause();
  }

  onEnd(): void {
    this.#isOver = true;
    if (this.#isClosed) this.#patience?.dispose();
    else if (this.#body) this.#endOfWhole(this.#body.text);
    else if (this.#chunks.length === 0) this.#endOfStream();
  }

  onError(error: Error): void {
    this.#isOver = true;
    this.#patience?.dispose();
    if (this.#chunks.length === 0 || this.#givenUp) this.#fail(error);
    else this.#died = { error };
  }

  #take(chunk: Buffer): void {
    const sink = this.#sink!;
    try {
      this.#events!.push(chunk);
    } catch (error) {
      return this.#fail(error);
    }
    this.#hasRead = true;
    if (this.#answer!.isDone) return this.#endOfStream();
    // What arrived was no event yet: whoever waits goes on waiting.
    if (sink.events.length === 0) return this.#idle!.touch();
    this.#idle!.pause();
    sink.arrived();
  }

  #takeWhole(body: WholeBody, chunk: Buffer): void {
    this.#idle!.touch();
    if (!body.push(chunk)) this.#endOfWhole(body.text);
  }

  #endOfStream(): void {
    try {
      if (!this.#headroomTold) this.#tellHeadroom();
      this.#events!.end();
      this.#answer!.end(this.#sink!.events);
    } catch (error) {
      return this.#fail(error);
    }
    this.#sink!.end();
  }

  #endOfWhole(text: string): void {
    const { status } = this.#head!;
    this.#tellHeadroom();
    try {
      if (status !== 200) {
        const failure = this.#failure(text, status);
        throw this.#prepared!.refine?.(failure) ?? failure;
      }
      takeWhole(this.#answer!, { type: this.#head!.contentType, text }, this.#sink!.events, what =>
        notAnApi(this.#options, this.#host, what),
      );
    } catch (error) {
      return this.#fail(error);
    }
    this.#sink!.end();
  }

  #fail(error: unknown): void {
    this.#sink!.fail(this.#explain(error));
  }

  close(): void {
    const { signal } = this.#options;
    this.#isClosed = true;
    this.#chunks.length = 0;
    this.#idle?.dispose();
    if (this.#onAbort) signal!.removeEventListener('abort', this.#onAbort);
    if (this.#isOver) return;
    if (!this.#head || !this.#answer?.isDone || signal?.aborted) return this.#leave();
    // [DONE] came, the end of the body is under way, mostly in the same bytes.
    queueMicrotask(() => this.#awaitEnd());
  }

  /** Reading on keeps the connection for the next call. Not for long, though. */
  #awaitEnd(): void {
    if (this.#isOver) return;
    this.#patience = this.#options.clock.after(drainMs, () => this.#giveUp(noLongerRead));
    this.#call!.resume();
  }

  #drain(bytes: number): void {
    this.#drained += bytes;
    if (this.#drained > drainBytes) this.#leave();
  }

  #leave(): void {
    this.#patience?.dispose();
    this.#giveUp(noLongerRead);
  }

  /** @returns whether there was anything to tell. */
  #tellHeadroom(): boolean {
    this.#headroomTold = true;
    const { wire, clock } = this.#options;
    const headroom = (wire.headroom ?? rateLimitHeadroom)(this.#head!.headers, clock.now());
    if (headroom) this.#sink!.events.push({ type: 'notice', notice: { kind: 'rate-limit', headroom } });
    return headroom !== undefined;
  }

  #makeReady(head: ResponseHead): void {
    const context = new HeadContext(this.#options, head, body => this.#failure(body));
    const answer = (this.#answer = this.#prepared!.makeAnswer(context));
    const out = this.#sink!.events;
    this.#events = new ServerSentEvents(data => answer.pushChunk(data, out), undefined, answer.shortcut?.(out));
  }

  #failure(body: string, status?: number): LlmError {
    const { vendor, model, clock, wire } = this.#options;
    return wire.failure(
      { body, headers: this.#head?.headers ?? {}, ...(status !== undefined && { status }) },
      { vendor, model, secrets: this.#prepared?.secrets ?? [], now: clock.now() },
    );
  }

  #explain(error: unknown): unknown {
    const { signal, vendor, model } = this.#options;
    if (this.#givenUp) return this.#givenUp.reason;
    if (signal?.aborted) return signal.reason;
    if (error instanceof LlmError) return error;
    if (!this.#call) return notPrepared(this.#options, error);
    if (error instanceof RangeError) return broken(this.#options, error.message);
    return connectionFailure(error, { vendor, model, host: this.#host, midAnswer: this.#head?.status === 200 });
  }
}

const noLongerRead = new Error('no longer read');
