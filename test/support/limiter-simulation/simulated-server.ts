import type { Clock } from '../../../src/core/clock.ts';
import type { ObservedWindow } from '../../../src/resilience/learned-limit.ts';

export interface ServerRules {
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
  /** Evenly, with room for so many milliseconds' worth; or all at once, at the end of each minute of the server's own clock. */
  readonly refill: { readonly roomMs: number } | 'fixed-window';
  /** A refused request uses up a request all the same. */
  readonly refusedCount?: boolean;
}

export interface Verdict {
  readonly admitted: boolean;
  /** What the x-ratelimit headers say; whole numbers, as servers print them. */
  readonly headers: { readonly requests: ObservedWindow; readonly tokens: ObservedWindow };
  /** Of a refusal: how long until as much would be there. */
  readonly retryAfterMs: number;
}

const minuteMs = 60_000;

/** A server's two limits, and nothing else of it. */
export class SimulatedServer {
  admitted = 0;
  refused = 0;
  /** When the last request was let in. */
  lastAdmittedAt = 0;
  #clock: Clock;
  #rules: ServerRules;
  #requests: Bucket;
  #tokens: Bucket;

  /** @param phaseMs how far the server's clock is into its minute at the beginning. */
  constructor(clock: Clock, rules: ServerRules, phaseMs = 0) {
    this.#clock = clock;
    this.#rules = rules;
    this.#requests = new Bucket(rules.requestsPerMinute, rules.refill, phaseMs);
    this.#tokens = new Bucket(rules.tokensPerMinute, rules.refill, phaseMs);
  }

  ask(tokens: number): Verdict {
    const now = this.#clock.monotonic();
    const wait = Math.max(this.#requests.waitMs(1, now), this.#tokens.waitMs(tokens, now));
    const admitted = wait === 0;
    if (admitted) {
      this.#requests.take(1);
      this.#tokens.take(tokens);
      this.admitted++;
      this.lastAdmittedAt = now;
    } else {
      this.refused++;
      if (this.#rules.refusedCount) this.#requests.take(Math.min(1, this.#requests.level));
    }
    const headers = { requests: this.#requests.header(now), tokens: this.#tokens.header(now) };
    return { admitted, headers, retryAfterMs: Math.ceil(wait) };
  }

  /** Another caller of the same allowance, who is never refused. */
  takenByOther(tokens: number): void {
    const now = this.#clock.monotonic();
    this.#requests.waitMs(0, now);
    this.#tokens.waitMs(0, now);
    this.#requests.take(1);
    this.#tokens.take(tokens);
  }
}

class Bucket {
  level: number;
  #limit: number;
  #room: number;
  #windowEnds: number | undefined;
  #at = 0;

  constructor(limit: number, refill: ServerRules['refill'], phaseMs: number) {
    this.#limit = limit;
    this.#room = refill === 'fixed-window' ? limit : (limit * refill.roomMs) / minuteMs;
    this.#windowEnds = refill === 'fixed-window' ? minuteMs - phaseMs : undefined;
    this.level = this.#room;
  }

  waitMs(amount: number, now: number): number {
    this.#fill(now);
    if (this.level >= amount - 1e-9) return 0;
    return this.#windowEnds === undefined ? ((amount - this.level) * minuteMs) / this.#limit : this.#windowEnds - now;
  }

  take(amount: number): void {
    this.level -= amount;
  }

  header(now: number): ObservedWindow {
    const lacking = this.#room - this.level;
    const resetMs = this.#windowEnds === undefined ? (lacking * minuteMs) / this.#limit : this.#windowEnds - now;
    return { limit: this.#limit, remaining: Math.max(0, Math.floor(this.level)), resetMs: Math.ceil(resetMs) };
  }

  #fill(now: number): void {
    if (this.#windowEnds === undefined)
      this.level = Math.min(this.#room, this.level + ((now - this.#at) * this.#limit) / minuteMs);
    else for (; now >= this.#windowEnds; this.#windowEnds += minuteMs) this.level = this.#room;
    this.#at = now;
  }
}
