import type { Clock } from '../../src/core/clock.ts';
import { type Disposable, disposable } from '../../src/core/disposable.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * Time that stands still until a test moves it. Timers run in the order of their moment, then of their making, each seeing the
 * clock at its own moment; what they start (promises, further timers) runs before the next one.
 */
export class FakeClock implements Clock {
  #epoch: number;
  #elapsed = 0;
  #order = 0;
  #timers = new Set<Timer>();

  /** @param epoch where `now()` begins; `monotonic()` begins at 0. */
  constructor(epoch = Date.UTC(2026, 10, 22, 12)) {
    this.#epoch = epoch;
  }

  /** Timers that wait. A test that ends with some has found a leak. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#epoch + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(ms: number, callback: () => void): Disposable {
    const timer: Timer = { at: this.#elapsed + Math.max(0, ms), order: this.#order++, callback };
    this.#timers.add(timer);
    return disposable(() => this.#timers.delete(timer));
  }

  /** Moves time on by `ms`, running every timer that falls due on the way. */
  async advance(ms: number): Promise<void> {
    const until = this.#elapsed + ms;
    await settled();
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#timers.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.callback();
      await settled();
    }
    this.#elapsed = until;
  }

  #next(until: number): Timer | undefined {
    return [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0];
  }
}

/** Lets everything run that needs no more than promises: a macrotask comes after all microtasks. */
export function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
