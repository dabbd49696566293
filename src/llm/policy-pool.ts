import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { Emitter, type Event } from '../core/event.ts';
import { CircuitBreaker } from '../resilience/circuit-breaker.ts';
import { RateLimiter, type RateLimits } from '../resilience/rate-limiter.ts';

/** What tells one allowance from another. */
export interface PolicyKey {
  readonly provider: string;
  readonly endpoint: string;
  /** Only a digest of it is kept. */
  readonly apiKey: string;
  readonly model: string;
}

/** Calls that stand in line for a rate limit. */
export interface Line {
  readonly model: string;
  readonly queued: number;
  /** Until the first of them goes, milliseconds. */
  readonly nextInMs: number;
}

/** The limiters and breakers of one window: whoever calls the same model with the same key waits in the same line. */
export class PolicyPool {
  #clock: Clock;
  #limiters = new Map<string, RateLimiter>();
  #breakers = new Map<string, CircuitBreaker>();
  #queued = 0;
  #linesChanged = new Emitter<void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Somebody joined a line or left it. */
  readonly onDidChangeLines: Event<void> = listener => this.#linesChanged.event(listener);

  get lines(): readonly Line[] {
    return [...this.#limiters]
      .map(([id, { state }]) => ({ model: id.slice(id.lastIndexOf('\n') + 1), ...state }))
      .filter(({ queued }) => queued > 0);
  }

  limiter({ provider, endpoint, apiKey, model }: PolicyKey, limits: RateLimits): RateLimiter {
    const digest = createHash('sha256').update(apiKey).digest('base64');
    const id = [provider, endpoint, digest, model].join('\n');
    const known = this.#limiters.get(id);
    if (known) {
      known.configure(limits);
      return known;
    }
    const made = new RateLimiter(limits, this.#clock);
    this.#limiters.set(id, made);
    made.onDidChange(() => this.#tellLines());
    return made;
  }

  /** A limiter also changes with every answer; most of the time nobody waits. */
  #tellLines(): void {
    const queued = [...this.#limiters.values()].reduce((sum, { state }) => sum + state.queued, 0);
    if (queued === this.#queued) return;
    this.#queued = queued;
    this.#linesChanged.fire();
  }

  breaker(provider: string, endpoint: string): CircuitBreaker {
    const id = `${provider}\n${endpoint}`;
    let breaker = this.#breakers.get(id);
    if (!breaker) this.#breakers.set(id, (breaker = new CircuitBreaker(this.#clock)));
    return breaker;
  }

  /** Calls are let through again everywhere. */
  resetBreakers(): void {
    for (const breaker of this.#breakers.values()) breaker.reset();
  }
}
