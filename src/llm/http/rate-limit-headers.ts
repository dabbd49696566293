import type { RateLimitHeadroom, RateLimitWindow } from '../stream-event.ts';
import type { HttpHeaders } from './post-stream.ts';

/**
 * `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` (OpenAI "Rate limits" guide, "Rate limits in headers"). Gateways send
 * -1 or 0 for "no limit", so a window counts only with a positive limit and a remaining of at least 0.
 */
export function rateLimitHeadroom(headers: HttpHeaders): RateLimitHeadroom | undefined {
  const requests = window(headers, 'requests');
  const tokens = window(headers, 'tokens');
  return requests || tokens ? { ...(requests && { requests }), ...(tokens && { tokens }) } : undefined;
}

function window(headers: HttpHeaders, what: string): RateLimitWindow | undefined {
  const limit = wholeNumber(headers[`x-ratelimit-limit-${what}`]);
  const remaining = wholeNumber(headers[`x-ratelimit-remaining-${what}`]);
  if (limit === undefined || limit === 0 || remaining === undefined) return undefined;
  const resetMs = durationMs(headers[`x-ratelimit-reset-${what}`]);
  return { limit, remaining, ...(resetMs !== undefined && { resetMs }) };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}

const unitMs: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Go-style durations as OpenAI writes them: "1s", "6m0s", "120ms", "1h2m3.5s"; or Azure's whole seconds (openai/openai-dotnet#838, read
 * 2026-11-28), which are fewer than any point in time.
 */
export function durationMs(text: string | undefined): number | undefined {
  const whole = text?.trim();
  if (!whole) return undefined;
  if (/^\d{1,6}$/.test(whole)) return Number(whole) * 1000;
  const part = /(\d+(?:\.\d+)?)(ms|[smhd])/y;
  let total = 0;
  while (part.lastIndex < whole.length) {
    const match = part.exec(whole);
    if (!match) return undefined;
    total += Number(match[1]) * unitMs[match[2]!]!;
  }
  return Math.ceil(total);
}
