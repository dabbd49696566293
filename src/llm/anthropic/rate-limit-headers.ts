import type { HttpHeaders } from '../http/http-call.ts';
import { rateLimitWindow } from '../http/rate-limit-headers.ts';
import type { RateLimitHeadroom, RateLimitWindow } from '../stream-event.ts';

/**
 * `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,reset}`; reset is a moment, RFC 3339 ("Rate limits"
 * on platform.claude.com, read 2026-11-28). `tokens` is both kinds together, or the tightest limit in force; where it is missing, input
 * is what runs out first. A window counts only with a positive limit and a remaining of at least 0.
 * @param now milliseconds since 1970.
 */
export function rateLimitHeadroom(headers: HttpHeaders, now: number): RateLimitHeadroom | undefined {
  const requests = window(headers, 'requests', now);
  const tokens =
    window(headers, 'tokens', now) ?? window(headers, 'input-tokens', now) ?? window(headers, 'output-tokens', now);
  return requests || tokens ? { ...(requests && { requests }), ...(tokens && { tokens }) } : undefined;
}

function window(headers: HttpHeaders, what: string, now: number): RateLimitWindow | undefined {
  return rateLimitWindow(
    headers[`anthropic-ratelimit-${what}-limit`],
    headers[`anthropic-ratelimit-${what}-remaining`],
    untilMs(headers[`anthropic-ratelimit-${what}-reset`], now),
  );
}

const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i;

function untilMs(text: string | undefined, now: number): number | undefined {
  const whole = text?.trim() ?? '';
  const at = moment.test(whole) ? Date.parse(whole) : NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
