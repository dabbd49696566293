import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';

/**
 * Calls back when nothing happened for `limitMs`: two minutes of steady tokens survive a limit of one minute, a minute of silence
 * does not. `touch` and `pause` only note something, so they may be called for every chunk; one timer runs at most.
 */
export class IdleTimer implements Disposable {
  #clock: Clock;
  #limitMs: number;
  #onIdle: () => void;
  #last: number;
  #paused = false;
  #disposed = false;
  #timer: Disposable | undefined;

  constructor(clock: Clock, limitMs: number, onIdle: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onIdle = onIdle;
    this.#last = clock.monotonic();
    this.#timer = clock.after(limitMs, this.#check);
  }

  /** Something happened; time counts from here. */
  touch(): void {
    this.#last = this.#clock.monotonic();
    this.#paused = false;
    if (!this.#timer && !this.#disposed) this.#timer = this.#clock.after(this.#limitMs, this.#check);
  }

  /** Until the next `touch` nobody waits, so nobody can have waited too long. */
  pause(): void {
    this.#paused = true;
  }

  dispose(): void {
    this.#disposed = true;
    this.#timer?.dispose();
    this.#timer = undefined;
  }

  readonly #check = (): void => {
    this.#timer = undefined;
    if (this.#paused) return;
    const left = this.#limitMs - (this.#clock.monotonic() - this.#last);
    if (left > 0) this.#timer = this.#clock.after(left, this.#check);
    else {
      this.#disposed = true;
      this.#onIdle();
    }
  };
}
