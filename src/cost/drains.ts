import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';
import type { StreamEvent } from '../llm/stream-event.ts';
import type { MeteredCall } from './metered-call.ts';

/** How long a stopped answer is read on for its exact count. */
export interface DrainLimits {
  readonly ms: number;
  /** UTF-8 bytes of text after the stop. */
  readonly bytes: number;
}

/**
 * Stopped answers that are read on, unseen, because the provider tells what they cost at their end. Whoever is still on its way when the
 * window closes is settled with our own count.
 */
export class Drains implements Disposable {
  #clock: Clock;
  /** undefined where a stop ends the request itself. Asked before each call. */
  readonly limits: () => DrainLimits | undefined;
  #running = new Set<Disposable>();

  constructor(clock: Clock, limits: () => DrainLimits | undefined) {
    this.#clock = clock;
    this.limits = limits;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Reads on to the end, or the limits, and settles the call. Never rejects. */
  async readOn(events: EventReader, call: MeteredCall, limits: DrainLimits, end: () => void): Promise<void> {
    const closing = { dispose: (): void => (end(), call.giveUp()) };
    this.#running.add(closing);
    const deadline = this.#clock.after(limits.ms, end);
    const most = call.outputBytes + limits.bytes;
    try {
      for (let next = await events.pending(); !next.done; next = await events.next()) {
        call.see(next.value);
        if (call.outputBytes > most) end();
      }
      await call.end();
    } catch (error) {
      await call.fail(error);
    } finally {
      deadline.dispose();
      this.#running.delete(closing);
    }
  }

  dispose(): void {
    for (const drain of this.#running) drain.dispose();
  }
}

interface EventReader {
  /** What was being waited for when the reader left. */
  pending(): Promise<IteratorResult<StreamEvent>>;
  next(): Promise<IteratorResult<StreamEvent>>;
}

/** A stream whose reader may leave while it goes on: a stop is told at once, and the rest is the drains'. */
export class DrainableStream implements AsyncIterableIterator<StreamEvent> {
  #events: AsyncIterator<StreamEvent>;
  #signal: AbortSignal | undefined;
  #readOn: (events: EventReader) => Promise<void>;
  #pending: Promise<IteratorResult<StreamEvent>> | undefined;
  #stop: (reason: unknown) => void = () => {};
  #over = false;
  /** The reader has left before the end. */
  draining = false;

  constructor(
    events: AsyncIterable<StreamEvent>,
    signal: AbortSignal | undefined,
    readOn: (events: EventReader) => Promise<void>,
  ) {
    this.#events = events[Symbol.asyncIterator]();
    this.#signal = signal;
    this.#readOn = readOn;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<StreamEvent>> {
    return new Promise((resolve, reject: (reason: unknown) => void) => {
      if (this.draining) return reject(this.#signal?.reason);
      this.#stop = reject;
      this.#pending = this.#events.next();
      this.#pending.then(
        result => {
          if (!this.draining) this.#pending = undefined;
          if (result.done) this.#end();
          resolve(result);
        },
        (error: unknown) => {
          this.#end();
          reject(error);
        },
      );
    });
  }

  /** The reader has had enough: a stop like any other. */
  return(): Promise<IteratorResult<StreamEvent>> {
    this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  readonly #onAbort = (): void => {
    this.#leave();
    this.#stop(this.#signal?.reason);
  };

  #end(): void {
    this.#over = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  #leave(): void {
    if (this.#over || this.draining) return;
    this.draining = true;
    this.#end();
    // An event that was on its way to the reader is the first that is read on.
    const pending = this.#pending;
    void this.#readOn({ pending: () => pending ?? this.#events.next(), next: () => this.#events.next() });
  }
}
