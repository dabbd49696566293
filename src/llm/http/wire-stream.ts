import type { StreamEvent } from '../stream-event.ts';

/** Where a WireStream's events come from: fetches more on demand. */
export interface EventSource {
  /**
   * Adds what arrives next to `out`, then tells `puller`, once, now or later. By a call and not by a promise: at a model's pace there
   * is one for each word, and promises were a tenth of what a word costs (bench S3).
   */
  pull(out: StreamEvent[], puller: Puller): void;
  /** The reader left early, or the stream ended in any way: give back socket and timers. Called once. */
  close(): void;
}

export interface Puller {
  /** @param more false when nothing more will come. */
  pulled(more: boolean): void;
  /** @param reason what ended the stream. */
  failed(reason: unknown): void;
}

interface Waiting {
  resolve(result: IteratorResult<StreamEvent, undefined>): void;
  reject(reason: unknown): void;
}

/**
 * The event stream of one model call. A hand-written iterator, because an async generator's `yield` costs three turns of the
 * microtask queue per event (bench S1): events that are already here are handed out at once.
 * What arrived before an error is delivered before the error is thrown.
 */
export class WireStream implements AsyncIterableIterator<StreamEvent, undefined, undefined> {
  #source: EventSource;
  #events: StreamEvent[] = [];
  #next = 0;
  #error: { readonly reason: unknown } | undefined;
  #ended = false;
  #closed = false;
  #waiting: Waiting | undefined;
  /** What `#waiting` settles: who asks again before it has is served after it. */
  #waitedFor: Promise<unknown> | undefined;
  #isPulling = false;
  #pulledAtOnce = false;
  #puller: Puller;

  constructor(source: EventSource) {
    this.#source = source;
    this.#puller = {
      pulled: more => {
        if (!more) this.#ended = true;
        this.#settle();
      },
      failed: reason => {
        // Whoever left while an event was awaited closed the source; what it died of is nobody's concern.
        if (!this.#closed) this.#error = { reason };
        this.#settle();
      },
    };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<StreamEvent, undefined>> {
    if (this.#waiting) return this.#afterThat();
    if (this.#next < this.#events.length) return Promise.resolve({ done: false, value: this.#events[this.#next++]! });
    const result = new Promise<IteratorResult<StreamEvent, undefined>>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    this.#waitedFor = result;
    if (this.#ended || this.#error) this.#settle();
    else this.#pull();
    return result;
  }

  return(): Promise<IteratorResult<StreamEvent, undefined>> {
    this.#ended = true;
    this.#events.length = 0;
    this.#next = 0;
    this.#close();
    return Promise.resolve({ done: true, value: undefined });
  }

  async #afterThat(): Promise<IteratorResult<StreamEvent, undefined>> {
    await Promise.allSettled([this.#waitedFor]);
    return this.next();
  }

  /** Until there is something to tell: in a loop, because a source that answers at once would otherwise pile up calls. */
  #pull(): void {
    this.#isPulling = true;
    do {
      this.#events.length = 0;
      this.#next = 0;
      this.#pulledAtOnce = false;
      this.#source.pull(this.#events, this.#puller);
    } while (this.#pulledAtOnce && this.#waiting);
    this.#isPulling = false;
  }

  #settle(): void {
    const waiting = this.#waiting;
    if (this.#ended || this.#error) this.#close();
    else if (this.#events.length === 0) {
      if (this.#isPulling) this.#pulledAtOnce = true;
      else this.#pull();
      return;
    }
    this.#waiting = undefined;
    if (!waiting) return;
    if (this.#next < this.#events.length) waiting.resolve({ done: false, value: this.#events[this.#next++]! });
    else if (this.#error) {
      const { reason } = this.#error;
      this.#error = undefined;
      this.#ended = true;
      waiting.reject(reason);
    } else waiting.resolve({ done: true, value: undefined });
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#source.close();
  }
}
