import type { RateLimitHeadroom, RateLimitWindow } from '../stream-event.ts';
import type { HttpHeaders } from './http-call.ts';

/**
 * `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` (OpenAI "Rate limits" guide, "Rate limits in headers"). Gateways send
 * -1 or 0 for "no limit", so a window counts only with a positive limit and a remaining of at least 0.
 */
export function rateLimitHeadroom(headers: HttpHeaders): RateLimitHeadroom | undefined {
  const requests = rateLimitWindow(
    headers['x-ratelimit-limit-requests'],
    headers['x-ratelimit-remaining-requests'],
    durationMs(headers['x-ratelimit-reset-requests']),
  );
  const tokens = rateLimitWindow(
    headers['x-ratelimit-limit-tokens'],
    headers['x-ratelimit-remaining-tokens'],
    durationMs(headers['x-ratelimit-reset-tokens']),
  );
  return requests || tokens ? { ...(requests && { requests }), ...(tokens && { tokens }) } : undefined;
}

/** A window as a vendor's headers tell it; undefined where they tell none. @param resetMs until it is full again, where that is said. */
export function rateLimitWindow(most?: string, left?: string, resetMs?: number): RateLimitWindow | undefined {
  const limit = wholeNumber(most);
  const remaining = wholeNumber(left);
  if (limit === undefined || limit === 0 || remaining === undefined) return undefined;
  return { limit, remaining, ...(resetMs !== undefined && { resetMs }) };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && digits.test(text) ? Number(text) : undefined;
}

const digits = /^\s*\d+\s*$/;
const unitMs: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const seconds = /^\d{1,6}$/;
const part = /(\d+(?:\.\d+)?)(ms|[smhd])/y;

/**
 * Go-style durations as OpenAI writes them: "1s", "6m0s", "120ms", "1h2m3.5s"; or Azure's whole seconds (openai/openai-dotnet#838, read
 * 2026-11-28), which are fewer than any point in time.
 */
export function durationMs(text: string | undefined): number | undefined {
  const whole = text?.trim();
  if (!whole) return undefined;
  if (seconds.test(whole)) return Number(whole) * 1000;
  let total = 0;
  for (part.lastIndex = 0; part.lastIndex < whole.length;) {
    const match = part.exec(whole);
    if (!match) return undefined;
    total += Number(match[1]) * unitMs[match[2]!]!;
  }
  return Math.ceil(total);
}
