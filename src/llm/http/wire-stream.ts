import type { StreamEvent } from '../stream-event.ts';

/** Where a WireStream's events come from. */
export interface EventSource {
  /**
   * Somebody waits and nothing is there: the first time of all to begin, later to go on. What it has goes to `sink`, at once or as it
   * arrives; it may keep it back while nobody waits.
   */
  wanted(sink: EventSink): void;
  /** The reader left early, or the stream ended in any way: give back socket and timers. Called once. */
  close(): void;
}

/**
 * Takes what arrives. By calls and not by promises: at a model's pace there is one for each word, and promises were a tenth of what a
 * word costs (bench S3).
 */
export interface EventSink {
  /** Of what is not read yet; more is added at its end, and then told by `arrived`. */
  readonly events: StreamEvent[];
  /** Whether somebody waits for an event now. */
  readonly isAwaited: boolean;
  arrived(): void;
  /** Nothing more will come. */
  end(): void;
  /** @param reason what ended the stream. */
  fail(reason: unknown): void;
}

type Result = IteratorResult<StreamEvent, undefined>;

/**
 * The event stream of one model call. A hand-written iterator, because an async generator's `yield` costs three turns of the
 * microtask queue per event (bench S1): events that are already here are handed out at once.
 * What arrived before an error is delivered before the error is thrown.
 */
export class WireStream implements AsyncIterableIterator<StreamEvent, undefined, undefined>, EventSink {
  readonly events: StreamEvent[] = [];
  readonly #source: EventSource;
  #next = 0;
  #error: { readonly reason: unknown } | undefined;
  #ended = false;
  #closed = false;
  /** Of whoever waits; undefined where nobody does. */
  #resolve: ((result: Result) => void) | undefined;
  #reject!: (reason: unknown) => void;
  /** What these settle: who asks again before they have is served after it. */
  #waitedFor: Promise<unknown> | undefined;

  constructor(source: EventSource) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result> {
    if (this.#resolve) return this.#afterThat();
    if (this.#next === this.events.length && !this.#ended) {
      if (this.#next > 0) this.#forget();
      this.#source.wanted(this);
    }
    if (this.#next < this.events.length) return Promise.resolve({ done: false, value: this.#shift() });
    const result = new Promise<Result>(this.#wait);
    if (this.#ended) this.#settle();
    else this.#waitedFor = result;
    return result;
  }

  /** One for all waits: a closure for each word is to be collected again. */
  readonly #wait = (resolve: (result: Result) => void, reject: (reason: unknown) => void): void => {
    this.#resolve = resolve;
    this.#reject = reject;
  };

  return(): Promise<Result> {
    this.#error = undefined;
    this.#forget();
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  get isAwaited(): boolean {
    return this.#resolve !== undefined;
  }

  #forget(): void {
    this.events.length = 0;
    this.#next = 0;
  }

  arrived(): void {
    if (this.#resolve && this.#next < this.events.length) this.#settle();
  }

  end(): void {
    this.#ended = true;
    this.#close();
    if (this.#resolve) this.#settle();
  }

  fail(reason: unknown): void {
    // Whoever left while an event was awaited closed the source; what it died of is nobody's concern.
    if (!this.#closed) this.#error = { reason };
    this.end();
  }

  async #afterThat(): Promise<Result> {
    await Promise.allSettled([this.#waitedFor]);
    return this.next();
  }

  /** The next event. A single one is popped: an array set to no length gives its room away, and the next push allocates it anew. */
  #shift(): StreamEvent {
    if (this.#next === 0 && this.events.length === 1) return this.events.pop()!;
    return this.events[this.#next++]!;
  }

  /** Gives whoever waits the next event, or how it ended. */
  #settle(): void {
    const resolve = this.#resolve!;
    this.#resolve = undefined;
    if (this.#next < this.events.length) return resolve({ done: false, value: this.#shift() });
    const error = this.#error;
    this.#error = undefined;
    if (error) this.#reject(error.reason);
    else resolve({ done: true, value: undefined });
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#source.close();
  }
}
