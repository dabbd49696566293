import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';
import { Emitter, type Event } from '../core/event.ts';
import { LearnedLimit, type ObservedWindow, type Sent } from './learned-limit.ts';

/** Limits a minute; one that is undefined does not limit, unless the server's headers name one. */
export interface RateLimits {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
}

export interface Observed {
  readonly requests?: ObservedWindow;
  readonly tokens?: ObservedWindow;
}

export interface Grant {
  /** What the server's headers said with this call's answer. */
  observe(observed: Observed): void;
  /** The server said no, for its limits' sake, and what its headers said with that: the call took nothing. */
  refused(observed?: Observed): void;
  /**
   * The call is over. What it really took, where that is known: less gives room back, more is waited for by those who come next.
   * Once; what comes later is ignored.
   */
  settle(actualTokens?: number): void;
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
/** Calls that may be under way before the server has been heard for the first time, and for how long this is waited for. */
const blindCalls = 8;
const blindMs = 2000;

/** The person's own limit: a bucket that fills at it a minute up to it. What is taken in advance may bring it below zero. */
class Bucket {
  #limit = Infinity;
  #level = Infinity;
  #at = 0;

  get limit(): number {
    return this.#limit;
  }

  /** Another limit from now on; undefined is none. What was taken stays taken. */
  configure(limit: number | undefined, now: number): void {
    const used = this.#limit === Infinity ? 0 : this.#limit - this.#levelAt(now);
    this.#limit = limit ?? Infinity;
    this.#level = this.#limit - used;
    this.#at = now;
  }

  #levelAt(now: number): number {
    if (this.#limit !== Infinity)
      this.#level = Math.min(this.#limit, this.#level + ((now - this.#at) * this.#limit) / minuteMs);
    this.#at = now;
    return this.#level;
  }

  waitMs(amount: number, now: number): number {
    if (this.#limit === Infinity) return 0;
    // A hair of room for doubles: 0.1 ms of refill must not become another timer.
    const lacking = Math.min(amount, this.#limit) - this.#levelAt(now);
    return lacking <= 1e-6 ? 0 : Math.ceil((lacking * minuteMs) / this.#limit);
  }

  take(amount: number, now: number): void {
    this.#level = this.#levelAt(now) - amount;
  }
}

/** One kind of allowance: what the person allows, and what the server does. */
class Allowance {
  own = new Bucket();
  told = new LearnedLimit();

  get limit(): number {
    return Math.min(this.own.limit, this.told.limit ?? Infinity);
  }

  waitMs(amount: number, now: number): number {
    return Math.max(this.own.waitMs(amount, now), this.told.waitMs(amount, now));
  }

  take(amount: number, now: number): void {
    this.own.take(amount, now);
    this.told.take(amount, now);
  }
}

/** A call that was let go and whose answer has not been heard. */
interface Unheard {
  readonly sentAt: number;
  readonly requests: number;
  readonly tokens: number;
}

interface Waiting {
  readonly tokens: number;
  readonly go: (grant: Grant) => void;
}

/**
 * Keeps calls under a server's limits of requests and tokens a minute. First come, first served; who waits can leave. The limits are the
 * person's, and what the server's headers say, the stricter of both at each moment. Of a server that has not been heard yet nothing is
 * known: a few calls go, the others wait for the first answer, though not for long.
 */
export class RateLimiter {
  #clock: Clock;
  #requests = new Allowance();
  #tokens = new Allowance();
  #queue: Waiting[] = [];
  #unheard: Unheard[] = [];
  #granted = 0;
  /** When the first call went; undefined once the server has been heard. */
  #blindSince: number | undefined = Infinity;
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
    this.#requests.own.configure(requestsPerMinute, now);
    this.#tokens.own.configure(tokensPerMinute, now);
    this.#pump();
  }

  get state(): LimiterState {
    const [head] = this.#queue;
    return { queued: this.#queue.length, nextInMs: head ? this.#waitMs(1, head.tokens) : 0 };
  }

  /** How long a call of this size would wait now, behind those who wait already. 0: it may go at once. */
  expectedWaitMs(tokens: number): number {
    const ahead = this.#queue.reduce((sum, waiting) => sum + waiting.tokens, 0);
    const wait = this.#waitMs(this.#queue.length + 1, ahead + tokens);
    return this.#queue.length === 0 ? wait : Math.max(1, wait);
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

  /** What the server's headers said, of whichever call: taken for the answer to the one that has waited longest for its own. */
  observe(observed: Observed): void {
    const [oldest] = this.#unheard;
    if (oldest) this.#hear(oldest);
    this.#observe(observed, oldest);
  }

  /** The server said no: nobody goes for this long. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.monotonic() + ms);
    this.#pump();
  }

  #observe({ requests, tokens }: Observed, call: Unheard | undefined): void {
    const now = this.#clock.monotonic();
    const sent = (amount: number): Sent | undefined => call && { at: call.sentAt, amount };
    if (requests) this.#requests.told.observe(requests, now, sent(call?.requests ?? 0));
    if (tokens) this.#tokens.told.observe(tokens, now, sent(call?.tokens ?? 0));
    this.#blindSince = undefined;
    this.#pump();
  }

  #hear(call: Unheard): void {
    const at = this.#unheard.indexOf(call);
    if (at !== -1) this.#unheard.splice(at, 1);
  }

  #waitMs(requests: number, tokens: number): number {
    const now = this.#clock.monotonic();
    return Math.max(
      this.#pausedUntil - now,
      this.#blindWaitMs(now),
      this.#requests.waitMs(requests, now),
      this.#tokens.waitMs(tokens, now),
      0,
    );
  }

  #blindWaitMs(now: number): number {
    if (this.#blindSince === undefined || this.#granted < blindCalls) return 0;
    return Math.ceil(this.#blindSince + blindMs - now);
  }

  #pump(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    for (let head = this.#queue[0]; head; head = this.#queue[0]) {
      const wait = this.#waitMs(1, head.tokens);
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
    const call: Unheard = { sentAt: now, requests: 1, tokens };
    this.#requests.take(1, now);
    this.#tokens.take(tokens, now);
    this.#unheard.push(call);
    this.#granted++;
    if (this.#blindSince === Infinity) this.#blindSince = now;
    let settled = false;
    return {
      observe: observed => {
        this.#hear(call);
        this.#observe(observed, call);
      },
      refused: (observed = {}) => {
        this.#requests.told.giveBack({ at: call.sentAt, amount: 1 }, this.#clock.monotonic());
        this.#tokens.told.giveBack({ at: call.sentAt, amount: tokens }, this.#clock.monotonic());
        this.#hear(call);
        this.#observe(observed, { ...call, requests: 0, tokens: 0 });
      },
      settle: (actualTokens = tokens) => {
        if (settled) return;
        settled = true;
        this.#hear(call);
        this.#blindSince = undefined;
        // Only of the person's own limit: what the server counts, its headers tell.
        this.#tokens.own.take(actualTokens - tokens, this.#clock.monotonic());
        this.#pump();
      },
    };
  }
}
