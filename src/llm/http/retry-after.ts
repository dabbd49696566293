import type { HttpHeaders } from './http-call.ts';

/**
 * How long the server asks us to wait, milliseconds from `now`: `retry-after-ms` (OpenAI, Azure) before `retry-after` in seconds or
 * as an HTTP date (RFC 9110 §10.2.3). A date in the past is 0; anything unreadable is undefined.
 */
export function retryAfterMs(headers: HttpHeaders, now: number): number | undefined {
  const ms = headers['retry-after-ms'];
  if (ms !== undefined && /^\d+(\.\d+)?$/.test(ms.trim())) return Math.ceil(Number(ms));
  const after = headers['retry-after']?.trim();
  if (after === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(after)) return Math.ceil(Number(after) * 1000);
  // Only real HTTP dates: Date.parse would also read "-5" and "soon 1".
  if (!/^[A-Z][a-z]{2,}, ?\d/.test(after)) return undefined;
  const at = Date.parse(after);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
