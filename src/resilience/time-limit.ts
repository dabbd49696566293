import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';

/** The longest between two looks, milliseconds. */
const lookEveryMs = 1000;

/**
 * Watches over silences, with one timer for all of them: it looks once a second, and again at the very moment when a limit may be
 * reached. A timer for each call would be made and taken back for nothing, on the way to the call's first word (bench S2). It ends in
 * the turn of the event loop after nothing was left to watch: one call often follows another at once.
 */
export class IdleWatch {
  readonly #clock: Clock;
  readonly #watched = new Set<IdleTimer>();
  #timer: Disposable | undefined;
  #everyMs = lookEveryMs;
  #ending = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back once, when nothing has happened for `limitMs` from now or from the last `touch`. */
  start(limitMs: number, onIdle: () => void): IdleTimer {
    const idle = new IdleTimer(this.#clock, this.#leave, limitMs, onIdle);
    this.#watched.add(idle);
    if (!this.#timer || limitMs < this.#everyMs) this.#lookAgain(Math.min(limitMs, this.#everyMs));
    return idle;
  }

  #lookAgain(ms: number): void {
    this.#timer?.dispose();
    this.#everyMs = ms;
    this.#timer = this.#clock.after(ms, this.#look);
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    let next = this.#everyMs;
    for (const idle of this.#watched) {
      const left = idle.left(now);
      if (left <= 0) idle.expire();
      else next = Math.min(next, left);
    }
    if (this.#watched.size > 0) this.#timer ??= this.#clock.after(next, this.#look);
  };

  readonly #leave = (idle: IdleTimer): void => {
    this.#watched.delete(idle);
    if (this.#watched.size > 0 || this.#ending) return;
    this.#ending = true;
    setImmediate(this.#end);
  };

  readonly #end = (): void => {
    this.#ending = false;
    if (this.#watched.size > 0) return;
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#everyMs = lookEveryMs;
  };
}

/**
 * One silence that is watched: two minutes of steady tokens survive a limit of one minute, a minute of silence does not. `touch` and
 * `pause` only note something, so they may be called for every chunk.
 */
export class IdleTimer implements Disposable {
  readonly #clock: Clock;
  readonly #leave: (idle: IdleTimer) => void;
  readonly #limitMs: number;
  readonly #onIdle: () => void;
  #last: number;
  #paused = false;

  /** Made by `IdleWatch.start`. @param leave told when it is over. */
  constructor(clock: Clock, leave: (idle: IdleTimer) => void, limitMs: number, onIdle: () => void) {
    this.#clock = clock;
    this.#leave = leave;
    this.#limitMs = limitMs;
    this.#onIdle = onIdle;
    this.#last = clock.monotonic();
  }

  /** Something happened; time counts from here. */
  touch(): void {
    this.#last = this.#clock.monotonic();
    this.#paused = false;
  }

  /** Until the next `touch` nobody waits, so nobody can have waited too long. */
  pause(): void {
    this.#paused = true;
  }

  /** Milliseconds until the limit. */
  left(now: number): number {
    return this.#paused ? Infinity : this.#last + this.#limitMs - now;
  }

  expire(): void {
    this.dispose();
    this.#onIdle();
  }

  dispose(): void {
    this.#leave(this);
  }
}
