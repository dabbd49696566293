import { ApiError } from './errors.ts';

export interface RateLimits {
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
  /** Whether a refused request uses up a request, as some tiers do. */
  readonly refusedCount: boolean;
}

export const DEFAULT_LIMITS: RateLimits = {
  requestsPerMinute: 10_000,
  tokensPerMinute: 2_000_000,
  refusedCount: false,
};

/**
 * What is left, in 60,000ths: so many of them as a limit is a minute come back each millisecond, and all of it stays in
 * whole numbers. Fractions would now and then refuse a client that waited exactly as long as it was told.
 */
interface Bucket {
  requests: number;
  tokens: number;
  /** Milliseconds, when the two figures above were right. */
  at: number;
}
const WHOLE = 60_000;

/** Two buckets for each key and model, refilled evenly over a minute. */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  clear(): void {
    this.#buckets.clear();
  }

  /**
   * Takes one request and `tokens` (prompt and the most it may answer) from the buckets.
   * @returns the x-ratelimit headers of the answer
   * @throws ApiError 429 rate_limit_exceeded with retry-after, the headers included
   */
  take(key: string, model: string, tokens: number, limits: RateLimits): Record<string, string> {
    const bucket = this.#filled(`${key} ${model}`, limits);
    const tooLarge = tokens > limits.tokensPerMinute;
    const lacking =
      bucket.requests < WHOLE ? 'requests' : tooLarge || bucket.tokens < tokens * WHOLE ? 'tokens' : undefined;
    if (lacking === undefined) {
      bucket.requests -= WHOLE;
      bucket.tokens -= tokens * WHOLE;
      return rateHeaders(bucket, limits);
    }
    const error =
      lacking === 'requests' ? requestsRefusal(model, bucket, limits) : tokensRefusal(model, tokens, bucket, limits);
    if (limits.refusedCount) bucket.requests = Math.max(0, bucket.requests - WHOLE);
    throw error;
  }

  /** What was reserved and not used comes back, what was used above it is taken. */
  settle(key: string, model: string, reserved: number, used: number, limits: RateLimits): void {
    const bucket = this.#filled(`${key} ${model}`, limits);
    bucket.tokens = Math.min(limits.tokensPerMinute * WHOLE, bucket.tokens + (reserved - used) * WHOLE);
  }

  #filled(id: string, limits: RateLimits): Bucket {
    const now = this.#now();
    const { requestsPerMinute, tokensPerMinute } = limits;
    const full = { requests: requestsPerMinute * WHOLE, tokens: tokensPerMinute * WHOLE, at: now };
    const bucket = this.#buckets.get(id) ?? full;
    const elapsed = Math.floor(now - bucket.at);
    bucket.requests = Math.min(full.requests, bucket.requests + elapsed * requestsPerMinute);
    bucket.tokens = Math.min(full.tokens, bucket.tokens + elapsed * tokensPerMinute);
    bucket.at = now;
    this.#buckets.set(id, bucket);
    return bucket;
  }
}

function rateHeaders(bucket: Bucket, limits: RateLimits): Record<string, string> {
  const { requestsPerMinute, tokensPerMinute } = limits;
  return {
    'x-ratelimit-limit-requests': String(requestsPerMinute),
    'x-ratelimit-limit-tokens': String(tokensPerMinute),
    'x-ratelimit-remaining-requests': String(Math.max(0, Math.floor(bucket.requests / WHOLE))),
    'x-ratelimit-remaining-tokens': String(Math.max(0, Math.floor(bucket.tokens / WHOLE))),
    'x-ratelimit-reset-requests': untilFull(requestsPerMinute, bucket.requests),
    'x-ratelimit-reset-tokens': untilFull(tokensPerMinute, bucket.tokens),
  };
}

function untilFull(limit: number, left: number): string {
  return duration((limit * WHOLE - left) / limit);
}

function requestsRefusal(model: string, bucket: Bucket, limits: RateLimits): ApiError {
  const limit = limits.requestsPerMinute;
  const waitMs = (WHOLE - bucket.requests) / limit;
  return refusal(
    model,
    'requests',
    limit,
    Math.floor(limit - bucket.requests / WHOLE),
    1,
    waitMs,
    rateHeaders(bucket, limits),
  );
}

function tokensRefusal(model: string, tokens: number, bucket: Bucket, limits: RateLimits): ApiError {
  const limit = limits.tokensPerMinute;
  if (tokens > limit) {
    const message = `Request too large for ${model} in organization org-loopback on tokens per min (TPM): Limit ${limit}, Requested ${tokens}. The input or output tokens must be reduced in order to run successfully. Visit https://platform.openai.com/account/rate-limits to learn more.`;
    return new ApiError(429, message, {
      type: 'tokens',
      code: 'rate_limit_exceeded',
      headers: rateHeaders(bucket, limits),
    });
  }
  const waitMs = (tokens * WHOLE - bucket.tokens) / limit;
  return refusal(
    model,
    'tokens',
    limit,
    Math.ceil(limit - bucket.tokens / WHOLE),
    tokens,
    waitMs,
    rateHeaders(bucket, limits),
  );
}

function refusal(
  model: string,
  what: 'requests' | 'tokens',
  limit: number,
  used: number,
  requested: number,
  waitMs: number,
  headers: Record<string, string>,
): ApiError {
  const unit = what === 'requests' ? 'RPM' : 'TPM';
  const message = `Rate limit reached for ${model} in organization org-loopback on ${what} per min (${unit}): Limit ${limit}, Used ${used}, Requested ${requested}. Please try again in ${duration(waitMs)}. Visit https://platform.openai.com/account/rate-limits to learn more.`;
  const waiting = { 'retry-after': String(Math.ceil(waitMs / 1000)), 'retry-after-ms': String(Math.ceil(waitMs)) };
  return new ApiError(429, message, { type: what, code: 'rate_limit_exceeded', headers: { ...headers, ...waiting } });
}

/** As the vendor writes time spans: `120ms`, `1s`, `6m0s`. */
export function duration(milliseconds: number): string {
  const ms = Math.ceil(milliseconds);
  if (ms < 1000) return `${ms}ms`;
  const seconds = Math.ceil(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}
