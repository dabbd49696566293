import type { StreamEvent } from '../stream-event.ts';

/** Where a WireStream's events come from: fetches more on demand. */
export interface EventSource {
  /** Adds what arrived next to `out`; resolves to false when nothing more will come. @throws what ended the stream. */
  pull(out: StreamEvent[]): Promise<boolean>;
  /** The reader left early, or the stream ended in any way: give back socket and timers. Called once. */
  close(): void;
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

  constructor(source: EventSource) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<StreamEvent, undefined>> {
    if (this.#next < this.#events.length) return Promise.resolve({ done: false, value: this.#events[this.#next++]! });
    return this.#refill();
  }

  return(): Promise<IteratorResult<StreamEvent, undefined>> {
    this.#ended = true;
    this.#events.length = 0;
    this.#next = 0;
    this.#close();
    return Promise.resolve({ done: true, value: undefined });
  }

  async #refill(): Promise<IteratorResult<StreamEvent, undefined>> {
    this.#events.length = 0;
    this.#next = 0;
    while (this.#events.length === 0 && !this.#ended && !this.#error) {
      try {
        if (!(await this.#source.pull(this.#events))) this.#ended = true;
      } catch (reason) {
        // Whoever left while an event was awaited closed the source; what it died of is nobody's concern.
        if (!this.#closed) this.#error = { reason };
      }
    }
    if (this.#ended || this.#error) this.#close();
    if (this.#events.length > 0) return { done: false, value: this.#events[this.#next++]! };
    if (this.#error) {
      const { reason } = this.#error;
      this.#error = undefined;
      this.#ended = true;
      throw reason;
    }
    return { done: true, value: undefined };
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#source.close();
  }
}
