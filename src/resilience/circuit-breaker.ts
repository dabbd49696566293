import type { Clock } from '../core/clock.ts';

export interface BreakerOptions {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** How long it stays open at first, milliseconds; doubles each time a probe fails. */
  readonly openMs: number;
  readonly capMs: number;
  /** Probes in a row that must succeed before it closes. */
  readonly successes: number;
}

export const defaultBreaker: BreakerOptions = { failures: 5, openMs: 30_000, capMs: 60_000, successes: 2 };

export type BreakerState =
  | { readonly name: 'closed'; readonly failures: number }
  | { readonly name: 'open'; readonly until: number; readonly openMs: number }
  | { readonly name: 'half-open'; readonly successes: number; readonly probing: boolean; readonly openMs: number };

/** Thrown instead of calling, while it is open. */
export class BreakerOpen extends Error {
  override readonly name = 'BreakerOpen';
  readonly leftMs: number;

  constructor(leftMs: number) {
    super(`open for another ${leftMs} ms`);
    this.leftMs = leftMs;
  }
}

/**
 * Stops calling a service that does not serve: after some failures in a row every call fails at once, then one probe at a time
 * finds out whether it is back. What counts as a failure is for the caller to say.
 */
export class CircuitBreaker {
  #clock: Clock;
  #options: BreakerOptions;
  #state: BreakerState = { name: 'closed', failures: 0 };

  constructor(clock: Clock, options: BreakerOptions = defaultBreaker) {
    this.#clock = clock;
    this.#options = options;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Asks to make a call; every call that was let through reports `succeed`, `fail` or `leave`. @throws BreakerOpen */
  enter(): void {
    const state = this.#state;
    if (state.name === 'closed') return;
    if (state.name === 'open') {
      const left = state.until - this.#clock.monotonic();
      if (left > 0) throw new BreakerOpen(Math.ceil(left));
      this.#state = { name: 'half-open', successes: 0, probing: true, openMs: state.openMs };
      return;
    }
    if (state.probing) throw new BreakerOpen(1000);
    this.#state = { ...state, probing: true };
  }

  succeed(): void {
    const state = this.#state;
    if (state.name === 'closed') this.#state = { name: 'closed', failures: 0 };
    if (state.name !== 'half-open') return;
    const successes = state.successes + 1;
    this.#state =
      successes >= this.#options.successes ? { name: 'closed', failures: 0 } : { ...state, successes, probing: false };
  }

  fail(): void {
    const { failures, openMs, capMs } = this.#options;
    const state = this.#state;
    if (state.name === 'closed') {
      if (state.failures + 1 >= failures) this.#open(openMs);
      else this.#state = { name: 'closed', failures: state.failures + 1 };
    } else if (state.name === 'half-open') this.#open(Math.min(capMs, state.openMs * 2));
  }

  /** The call ended in a way that says nothing about the service: refused, cancelled. */
  leave(): void {
    if (this.#state.name === 'half-open') this.#state = { ...this.#state, probing: false };
  }

  reset(): void {
    this.#state = { name: 'closed', failures: 0 };
  }

  #open(openMs: number): void {
    this.#state = { name: 'open', until: this.#clock.monotonic() + openMs, openMs };
  }
}
