import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
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

/** The limiters and breakers of one window: whoever calls the same model with the same key waits in the same line. */
export class PolicyPool {
  #clock: Clock;
  #limiters = new Map<string, RateLimiter>();
  #breakers = new Map<string, CircuitBreaker>();

  constructor(clock: Clock) {
    this.#clock = clock;
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
    return made;
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
