import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';

/**
 * Calls back when nothing happened for `limitMs`: two minutes of steady tokens survive a limit of one minute, a minute of silence
 * does not. `touch` only notes the time, so it may be called for every chunk; one timer runs at most.
 */
export class IdleTimer implements Disposable {
  #clock: Clock;
  #limitMs: number;
  #onIdle: () => void;
  #last: number;
  #timer: Disposable | undefined;

  constructor(clock: Clock, limitMs: number, onIdle: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onIdle = onIdle;
    this.#last = clock.monotonic();
    this.#timer = clock.after(limitMs, this.#check);
  }

  touch(): void {
    this.#last = this.#clock.monotonic();
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
  }

  readonly #check = (): void => {
    const left = this.#limitMs - (this.#clock.monotonic() - this.#last);
    if (left > 0) this.#timer = this.#clock.after(left, this.#check);
    else {
      this.#timer = undefined;
      this.#onIdle();
    }
  };
}
