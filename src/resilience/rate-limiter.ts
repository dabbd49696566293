import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';
import { Emitter, type Event } from '../core/event.ts';

/** Limits a minute; one that is undefined does not limit, unless the server's headers name one. */
export interface RateLimits {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
}

/** What a server's headers say of one of its limits. */
export interface ObservedWindow {
  readonly limit: number;
  readonly remaining: number;
}

export interface Observed {
  readonly requests?: ObservedWindow;
  readonly tokens?: ObservedWindow;
}

export interface Grant {
  /** What the call really took, once known: less gives room back, more is waited for by those who come next. */
  settle(actualTokens: number): void;
}

export interface LimiterState {
  /** Calls waiting. */
  readonly queued: number;
  /** Until the first of them goes, milliseconds. */
  readonly nextInMs: number;
}

/** The call alone is larger than a whole minute's allowance: it would wait for ever. */
export class LargerThanLimit extends Error {
  override readonly name = 'LargerThanLimit';
  readonly tokens: number;
  readonly limit: number;

  constructor(tokens: number, limit: number) {
    super(`${tokens} tokens are more than the limit of ${limit} a minute`);
    this.tokens = tokens;
    this.limit = limit;
  }
}

const minuteMs = 60_000;

/**
 * A bucket that fills at its limit a minute up to its limit, which is the lower of what the person set and what the server told; with
 * neither it does not limit. What is taken in advance may bring it below zero.
 */
class Bucket {
  #own: number | undefined;
  #told: number | undefined;
  #level = Infinity;
  #at = 0;

  get limit(): number {
    return Math.min(this.#own ?? Infinity, this.#told ?? Infinity);
  }

  /** The person's limit from now on; undefined is none. */
  configure(own: number | undefined, now: number): void {
    const used = this.#used(now);
    this.#own = own;
    this.#level = this.limit - used;
  }

  #levelAt(now: number): number {
    if (this.limit !== Infinity)
      this.#level = Math.min(this.limit, this.#level + ((now - this.#at) * this.limit) / minuteMs);
    this.#at = now;
    return this.#level;
  }

  /** What was taken and has not been filled up again. */
  #used(now: number): number {
    const level = this.#levelAt(now);
    return this.limit === Infinity ? 0 : this.limit - level;
  }

  waitMs(amount: number, now: number): number {
    if (this.limit === Infinity) return 0;
    // A hair of room for doubles: 0.1 ms of refill must not become another timer.
    const lacking = Math.min(amount, this.limit) - this.#levelAt(now);
    return lacking <= 1e-6 ? 0 : Math.ceil((lacking * minuteMs) / this.limit);
  }

  take(amount: number, now: number): void {
    this.#level = this.#levelAt(now) - amount;
  }

  /** The server knows of callers that we do not: less there is less here, more there is not more here. */
  observe({ limit, remaining }: ObservedWindow, now: number): void {
    const used = this.#used(now);
    this.#told = limit;
    this.#level = Math.min(this.limit - used, remaining);
  }
}

interface Waiting {
  readonly tokens: number;
  readonly go: (grant: Grant) => void;
}

/**
 * Keeps calls under a server's limits of requests and tokens a minute. First come, first served; who waits can leave. The limits are the
 * person's, and what the server's headers say; with neither, nothing waits.
 */
export class RateLimiter {
  #clock: Clock;
  #requests = new Bucket();
  #tokens = new Bucket();
  #queue: Waiting[] = [];
  #pausedUntil = 0;
  #timer: Disposable | undefined;
  #changed = new Emitter<void>();

  constructor(limits: RateLimits, clock: Clock) {
    this.#clock = clock;
    this.configure(limits);
  }

  readonly onDidChange: Event<void> = listener => this.#changed.event(listener);

  /** Other limits from now on; who waits already is judged by them too. */
  configure({ requestsPerMinute, tokensPerMinute }: RateLimits): void {
    const now = this.#clock.monotonic();
    this.#requests.configure(requestsPerMinute, now);
    this.#tokens.configure(tokensPerMinute, now);
    this.#pump();
  }

  get state(): LimiterState {
    return { queued: this.#queue.length, nextInMs: this.#queue.length > 0 ? this.#waitMs(this.#queue[0]!.tokens) : 0 };
  }

  /** How long a call of this size would wait now, behind those who wait already. 0: it may go at once. */
  expectedWaitMs(tokens: number): number {
    const ahead = this.#queue.reduce((sum, waiting) => sum + waiting.tokens, 0);
    return this.#queue.length === 0 ? this.#waitMs(tokens) : Math.max(1, this.#waitMs(ahead + tokens));
  }

  /**
   * Resolves when a call of `tokens` may be made.
   * @throws LargerThanLimit at once; the signal's reason when it is aborted while waiting.
   */
  acquire({ tokens }: { readonly tokens: number }, signal?: AbortSignal): Promise<Grant> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      if (tokens > this.#tokens.limit) return reject(new LargerThanLimit(tokens, this.#tokens.limit));
      const waiting: Waiting = {
        tokens,
        go: grant => {
          signal?.removeEventListener('abort', leave);
          resolve(grant);
        },
      };
      const leave = (): void => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        reject(signal!.reason as Error);
        this.#pump();
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#queue.push(waiting);
      this.#pump();
    });
  }

  /** What the server's headers said with an answer: limits are learned, and others' use of them is seen before it is felt. */
  observe({ requests, tokens }: Observed): void {
    const now = this.#clock.monotonic();
    if (requests) this.#requests.observe(requests, now);
    if (tokens) this.#tokens.observe(tokens, now);
    this.#pump();
  }

  /** The server said no: nobody goes for this long. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.monotonic() + ms);
    this.#pump();
  }

  #waitMs(tokens: number): number {
    const now = this.#clock.monotonic();
    return Math.max(this.#pausedUntil - now, this.#requests.waitMs(1, now), this.#tokens.waitMs(tokens, now), 0);
  }

  #pump(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    for (let head = this.#queue[0]; head; head = this.#queue[0]) {
      const wait = this.#waitMs(head.tokens);
      if (wait > 0) {
        this.#timer = this.#clock.after(wait, () => this.#pump());
        break;
      }
      this.#queue.shift();
      head.go(this.#grant(head.tokens));
    }
    this.#changed.fire();
  }

  #grant(tokens: number): Grant {
    const now = this.#clock.monotonic();
    this.#requests.take(1, now);
    this.#tokens.take(tokens, now);
    let settled = false;
    return {
      settle: actualTokens => {
        if (settled) return;
        settled = true;
        this.#tokens.take(actualTokens - tokens, this.#clock.monotonic());
        this.#pump();
      },
    };
  }
}
