import type { HttpHeaders } from '../http/http-call.ts';
import { rateLimitHeadroom } from '../http/rate-limit-headers.ts';
import type { RateLimitHeadroom } from '../stream-event.ts';

/**
 * `x-ratelimit-{limit,remaining}-{req,tokens}-minute`; when they are full again is not said (mistralai/client-ts#169, 2026-02, and
 * recorded answers until 2026-09).
 */
export function mistralHeadroom(headers: HttpHeaders): RateLimitHeadroom | undefined {
  return rateLimitHeadroom({
    'x-ratelimit-limit-requests': headers['x-ratelimit-limit-req-minute'],
    'x-ratelimit-remaining-requests': headers['x-ratelimit-remaining-req-minute'],
    'x-ratelimit-limit-tokens': headers['x-ratelimit-limit-tokens-minute'],
    'x-ratelimit-remaining-tokens': headers['x-ratelimit-remaining-tokens-minute'],
  });
}
