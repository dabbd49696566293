import type { Clock } from '../../src/core/clock.ts';
import { type Disposable, disposable } from '../../src/core/disposable.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/** Time that jumps to the next timer by itself, for simulations with many thousands of them (a heap; FakeClock sorts a list). */
export class SimulatedClock implements Clock {
  #elapsed = 0;
  #order = 0;
  #heap: Timer[] = [];

  now(): number {
    return this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(ms: number, callback: () => void): Disposable {
    const timer: Timer = { at: this.#elapsed + Math.max(0, ms), order: this.#order++, callback };
    this.#push(timer);
    return disposable(() => (timer.callback = undefined));
  }

  /** Runs until no timer is left. What timers start by promises runs before the next timer. */
  async run(): Promise<void> {
    await settled();
    for (let timer = this.#pop(); timer; timer = this.#pop()) {
      const { callback } = timer;
      if (!callback) continue;
      this.#elapsed = timer.at;
      callback();
      await settled();
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(timer, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): Timer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
