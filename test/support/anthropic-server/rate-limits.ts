import { ApiError } from './errors.ts';

/** A minute's worth, for each key and model. Input is what was not read from the cache. */
export interface RateLimits {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export const DEFAULT_LIMITS: RateLimits = { requests: 10_000, inputTokens: 2_000_000, outputTokens: 2_000_000 };

/** In 60,000ths: so many of them as a limit is a minute come back each millisecond, and all stays in whole numbers. */
type Bucket = { -readonly [what in keyof RateLimits]: number } & { at: number };
const WHOLE = 60_000;

const NAMES: Readonly<Record<keyof RateLimits, string>> = {
  requests: 'requests',
  inputTokens: 'input-tokens',
  outputTokens: 'output-tokens',
};
const KINDS = Object.keys(NAMES) as (keyof RateLimits)[];

/** Three buckets for each key and model, refilled evenly ("Rate limits" on platform.claude.com: a token bucket; read 2026-11-28). */
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
   * Takes a request from the buckets.
   * @returns the anthropic-ratelimit headers of the answer
   * @throws ApiError 429 with retry-after, the headers included
   */
  take(who: string, wanted: RateLimits, limits: RateLimits): Record<string, string> {
    const bucket = this.#filled(who, limits);
    const lacking = KINDS.find(kind => bucket[kind] < wanted[kind] * WHOLE);
    if (lacking === undefined) {
      for (const kind of KINDS) bucket[kind] -= wanted[kind] * WHOLE;
      return this.#headers(bucket, limits);
    }
    const waitMs = (wanted[lacking] * WHOLE - bucket[lacking]) / limits[lacking];
    const per = `${limits[lacking].toLocaleString('en')} ${NAMES[lacking].replace('-', ' ')} per minute`;
    const message = `This request would exceed your organization's rate limit of ${per}. For details, refer to: https://docs.claude.com/en/api/rate-limits. You can see the response headers for current usage.`;
    const headers = { ...this.#headers(bucket, limits), 'retry-after': String(Math.ceil(waitMs / 1000)) };
    throw new ApiError(429, message, { headers });
  }

  #filled(who: string, limits: RateLimits): Bucket {
    const now = this.#now();
    const full = (kind: keyof RateLimits): number => limits[kind] * WHOLE;
    const bucket = this.#buckets.get(who) ?? {
      requests: full('requests'),
      inputTokens: full('inputTokens'),
      outputTokens: full('outputTokens'),
      at: now,
    };
    const elapsed = Math.floor(now - bucket.at);
    for (const kind of KINDS) bucket[kind] = Math.min(full(kind), bucket[kind] + elapsed * limits[kind]);
    bucket.at = now;
    this.#buckets.set(who, bucket);
    return bucket;
  }

  #headers(bucket: Bucket, limits: RateLimits): Record<string, string> {
    const headers: Record<string, string> = {};
    const tell = (name: string, limit: number, left: number): void => {
      const fullAt = this.#now() + (limit * WHOLE - left) / limit;
      headers[`anthropic-ratelimit-${name}-limit`] = String(limit);
      headers[`anthropic-ratelimit-${name}-remaining`] = String(Math.max(0, Math.floor(left / WHOLE)));
      headers[`anthropic-ratelimit-${name}-reset`] = new Date(Math.ceil(fullAt)).toISOString().replace(/\.\d+Z$/, 'Z');
    };
    for (const kind of KINDS) tell(NAMES[kind], limits[kind], bucket[kind]);
    tell('tokens', limits.inputTokens + limits.outputTokens, bucket.inputTokens + bucket.outputTokens);
    return headers;
  }
}
