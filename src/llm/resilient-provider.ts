import type { Clock } from '../core/clock.ts';
import { Passage, relay } from '../core/relay.ts';
import { BreakerOpen, type CircuitBreaker } from '../resilience/circuit-breaker.ts';
import { type Grant, LargerThanLimit, type RateLimiter } from '../resilience/rate-limiter.ts';
import { defaultDeadlineMs, type RetryOptions, retryWaitMs } from '../resilience/retry.ts';
import { collectResponse } from './collect-response.ts';
import { countDown, notice } from './count-down.ts';
import { type FailureCode, LlmError } from './llm-error.ts';
import type { LlmProvider } from './provider.ts';
import type { ChatRequest, ChatResponse } from './request.ts';
import type { Notice, RateLimitHeadroom, StreamEvent } from './stream-event.ts';

export interface Policies {
  readonly retry: RetryOptions;
  readonly breaker: CircuitBreaker;
  /** Asked for at each call: it is keyed by the key, and that is asked for as late as possible. */
  readonly limiter: () => Promise<RateLimiter | undefined>;
  readonly clock: Clock;
  /** 0 ≤ random < 1. */
  readonly random: () => number;
  /** Tokens a request may take at most: what the limiter sets aside. */
  readonly tokensOf: (request: ChatRequest) => number;
}

/**
 * Retry ∘ breaker ∘ limiter around *obtaining the first word*: once something a person can see was delivered, nothing is replayed.
 * `inner` is called once for each attempt, so that whoever counts calls counts every one that is sent.
 */
export function resilient(inner: LlmProvider, policies: Policies): LlmProvider {
  return new ResilientProvider(inner, policies);
}

/** What may go well the next time: 408, 409, 429 (not quota), 5xx, and connections. No other 4xx. */
export const retriedCodes: ReadonlySet<FailureCode> = new Set([
  'ERR_TIMEOUT',
  'ERR_CONFLICT',
  'ERR_RATE_LIMIT',
  'ERR_SERVICE_UNAVAILABLE',
  'ERR_NETWORK',
  'ERR_BAD_RESPONSE',
]);

/** What says that the service itself does not serve. */
const serviceFailures: ReadonlySet<FailureCode> = new Set(['ERR_SERVICE_UNAVAILABLE', 'ERR_NETWORK', 'ERR_TIMEOUT']);

const reasons: { readonly [code in FailureCode]?: string } = {
  ERR_RATE_LIMIT: 'Rate limit hit',
  ERR_TIMEOUT: 'No answer in time',
  ERR_SERVICE_UNAVAILABLE: 'Service unavailable',
  ERR_NETWORK: 'Not reached',
};

class ResilientProvider implements LlmProvider {
  readonly name: string;
  readonly model: string;
  readonly endpoint: string | undefined;
  #inner: LlmProvider;
  #policies: Policies;

  constructor(inner: LlmProvider, policies: Policies) {
    this.name = inner.name;
    this.model = inner.model;
    this.endpoint = inner.endpoint;
    this.#inner = inner;
    this.#policies = policies;
  }

  stream(request: ChatRequest, signal?: AbortSignal): AsyncIterable<StreamEvent> {
    return relay(this.#attempts(request, signal));
  }

  async *#attempts(
    request: ChatRequest,
    signal?: AbortSignal,
  ): AsyncGenerator<StreamEvent | Passage<StreamEvent>, void> {
    const { retry, clock } = this.#policies;
    const deadline = clock.monotonic() + (retry.deadlineMs ?? defaultDeadlineMs);
    let adjusted = false;
    for (let tries = 1; ; tries++) {
      const attempt = new Attempt(this.#policies, deadline);
      try {
        yield* attempt.begin(request, signal);
        yield new Passage(this.#inner.stream(request, signal), attempt.see);
        return;
      } catch (error) {
        attempt.fail(error, signal);
        if (signal?.aborted || attempt.delivered || !(error instanceof LlmError)) throw error;
        const { adjusted: told } = error.facts;
        if (told && !adjusted) {
          // Not a failure of the service: the same question in other words, once and at once.
          adjusted = true;
          tries--;
          yield notice({ kind: 'adjusted', text: told });
          continue;
        }
        const wait = this.#waitAfter(error, tries);
        // A wait that would end too late is not begun: the failure says how long the server asks for.
        if (wait === undefined || clock.monotonic() + wait >= deadline) throw error;
        yield* this.#wait(error, wait, tries, signal);
      } finally {
        attempt.end();
      }
    }
  }

  chat(request: ChatRequest, signal?: AbortSignal): Promise<ChatResponse> {
    return collectResponse(this.stream(request, signal), request);
  }

  #waitAfter(error: LlmError, tries: number): number | undefined {
    const { shouldRetry, retryAfterMs } = error.facts;
    if (!(shouldRetry ?? (error.retryable && retriedCodes.has(error.code)))) return undefined;
    return retryWaitMs(this.#policies.retry, tries, this.#policies.random, retryAfterMs);
  }

  async *#wait(error: LlmError, ms: number, tries: number, signal?: AbortSignal): AsyncGenerator<StreamEvent> {
    const why = reasons[error.code] ?? 'No answer';
    yield* countDown(this.#policies.clock, ms, signal, (leftMs, begins): Notice => {
      const seconds = Math.ceil(leftMs / 1000);
      const text = `${why}, retrying in ${seconds}s (attempt ${tries}/${this.#policies.retry.attempts})`;
      return { kind: 'waiting', reason: 'retry', leftMs, begins, text };
    });
  }
}

/** One try: through breaker and limiter to the first word, and on. */
class Attempt {
  delivered = false;
  #policies: Policies;
  #limiter: RateLimiter | undefined;
  #grant: Grant | undefined;
  /** What this attempt's headers said; whether they came with an answer or with a refusal is known only after them. */
  #headroom: RateLimitHeadroom | undefined;

  /** What the breaker is to be told; undefined before it was entered, and after. */
  #outcome: 'succeed' | 'fail' | 'leave' | undefined;
  /** When waiting has to be over, by the monotonic clock. */
  #deadline: number;

  constructor(policies: Policies, deadline: number) {
    this.#policies = policies;
    this.#deadline = deadline;
  }

  /** Through the breaker, and in line for as long as it takes. @throws LlmError where the breaker is open or the wait too long. */
  async *begin(request: ChatRequest, signal?: AbortSignal): AsyncGenerator<StreamEvent> {
    enterBreaker(this.#policies.breaker);
    this.#outcome = 'leave';
    yield* this.#takeTurn(request, signal);
  }

  /** Before anything else is done about a failure: others may be waiting for what it tells. */
  fail(error: unknown, signal?: AbortSignal): void {
    const service = error instanceof LlmError && !signal?.aborted && serviceFailures.has(error.code);
    // Headers of an error arrive as a notice, so "something came" is not yet a success.
    if (this.#outcome) this.#outcome = service ? 'fail' : this.delivered ? 'succeed' : 'leave';
    if (error instanceof LlmError && error.code === 'ERR_RATE_LIMIT' && error.retryable && !error.facts.notSent) {
      this.#grant?.refused(this.#headroom);
      this.#headroom = undefined;
      this.#limiter?.pause(error.facts.retryAfterMs ?? 1000);
    }
    // Nothing was used that is known of.
    if (!this.delivered) this.#grant?.settle(0);
    this.end();
  }

  /** Once; what comes later is ignored. */
  end(): void {
    this.#tellHeadroom();
    this.#grant?.settle();
    if (this.#outcome) this.#policies.breaker[this.#outcome]();
    this.#outcome = undefined;
  }

  readonly see = (event: StreamEvent): void => {
    this.#outcome = 'succeed';
    if (event.type !== 'notice') this.#tellHeadroom();
    switch (event.type) {
      case 'text-delta':
      case 'thinking-delta':
      case 'tool-call':
        this.delivered = true;
        break;
      case 'usage':
        this.#grant?.settle(event.usage.totalTokens);
        break;
      case 'notice':
        if (event.notice.kind === 'rate-limit') this.#headroom = event.notice.headroom;
        break;
      case 'continuation':
      case 'finish':
        break;
    }
  };

  #tellHeadroom(): void {
    if (this.#headroom) this.#grant?.observe(this.#headroom);
    this.#headroom = undefined;
  }

  /** Stands in line; says so, once a second, while it lasts. */
  async *#takeTurn(request: ChatRequest, signal?: AbortSignal): AsyncGenerator<StreamEvent> {
    const { clock, tokensOf } = this.#policies;
    const limiter = (this.#limiter = await this.#policies.limiter());
    if (!limiter) return;
    const tokens = tokensOf(request);
    const wait = limiter.expectedWaitMs(tokens);
    const left = this.#deadline - clock.monotonic();
    if (wait > left) throw tooLong(wait);
    const position = limiter.state.queued + 1;
    const late = new AbortController();
    // The line may turn out slower than it looked.
    const timer = clock.after(left, () => late.abort(tooLong(limiter.state.nextInMs)));
    const waiting = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
    const turn = limiter
      .acquire({ tokens }, waiting)
      .catch((error: unknown) => {
        throw error instanceof LargerThanLimit ? larger(error) : error;
      })
      .finally(() => timer.dispose());
    if (wait > 0) {
      const place = position > 1 ? ` (${ordinal(position)} in line)` : '';
      yield* countDown(
        clock,
        wait,
        signal,
        (leftMs, begins): Notice => {
          const text = `Waiting ${Math.ceil(leftMs / 1000)} s for the rate limit${place}`;
          return { kind: 'waiting', reason: 'rate-limit', leftMs, begins, text };
        },
        turn,
      );
    }
    this.#grant = await turn;
  }
}

/** @throws LlmError where the breaker is open. */
function enterBreaker(breaker: CircuitBreaker): void {
  try {
    breaker.enter();
  } catch (error) {
    if (!(error instanceof BreakerOpen)) throw error;
    const seconds = Math.ceil(error.leftMs / 1000);
    throw new LlmError({
      code: 'ERR_SERVICE_UNAVAILABLE',
      message: `The provider failed several times in a row. It is asked again in ${seconds} s.`,
      // Waiting is what the person does here; trying again by ourselves is what was just stopped.
      retryable: false,
      notSent: true,
      retryAfterMs: error.leftMs,
    });
  }
}

function larger({ tokens, limit }: LargerThanLimit): LlmError {
  return new LlmError({
    code: 'ERR_REFUSED_LOCALLY',
    message: `The request may take ${tokens} tokens, more than the limit of ${limit} a minute. Lower maxTokens, or raise the limit.`,
    retryable: false,
    notSent: true,
  });
}

function tooLong(waitMs: number): LlmError {
  return new LlmError({
    code: 'ERR_RATE_LIMIT',
    message: `The rate limit leaves room for this request in ${Math.ceil(waitMs / 1000)} s. Raise "maxWait" to wait so long.`,
    retryable: true,
    notSent: true,
    retryAfterMs: waitMs,
  });
}

const ordinal = (position: number): string =>
  `${position}${position % 100 > 10 && position % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][position % 10] ?? 'th')}`;
