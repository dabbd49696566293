import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureFromAnswer } from '../../../src/llm/anthropic/failures.ts';
import { rateLimitHeadroom } from '../../../src/llm/anthropic/rate-limit-headers.ts';
import type { FailureCode } from '../../../src/llm/llm-error.ts';

const key = 'sk-ant-api03-Zk3vQ9xT7bLm2NwR5cYd8HfJ';

const bodyOf = (type: string, message = 'Because.', errorCode?: string): string =>
  JSON.stringify({
    type: 'error',
    error: { type, message, ...(errorCode && { details: { error_code: errorCode } }) },
    request_id: 'req_body',
  });

const failure = (status: number, body: string, headers: Record<string, string> = {}) =>
  failureFromAnswer(
    { status, body, headers: { 'request-id': 'req_head', ...headers } },
    { vendor: 'Anthropic', model: 'claude-sonnet-5', secrets: [key], now: Date.UTC(2026, 10, 28, 12) },
  );

// "Errors" on platform.claude.com and the SDK's error types, read 2026-11-28.
const cases: readonly (readonly [number, string, FailureCode, boolean])[] = [
  [400, bodyOf('invalid_request_error'), 'ERR_INVALID_REQUEST', false],
  // Nothing but words tells these two from any other 400.
  [400, bodyOf('invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'), 'ERR_INVALID_REQUEST', false],
  [400, bodyOf('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'), 'ERR_INVALID_REQUEST', false],
  [400, bodyOf('invalid_request_error', 'On hold.', 'organization_on_hold'), 'ERR_PERMISSION_DENIED', false],
  [401, bodyOf('authentication_error', 'invalid x-api-key'), 'ERR_INVALID_API_KEY', false],
  [402, bodyOf('billing_error'), 'ERR_INSUFFICIENT_QUOTA', false],
  [403, bodyOf('permission_error'), 'ERR_PERMISSION_DENIED', false],
  [404, bodyOf('not_found_error', 'model: claude-9'), 'ERR_MODEL_NOT_FOUND', false],
  [404, '<!doctype html><title>404</title>', 'ERR_BAD_RESPONSE', false],
  [409, bodyOf('conflict_error'), 'ERR_CONFLICT', true],
  [413, bodyOf('request_too_large'), 'ERR_INVALID_REQUEST', false],
  [429, bodyOf('rate_limit_error'), 'ERR_RATE_LIMIT', true],
  [429, bodyOf('rate_limit_error', 'Grow slower.', 'ramp_limit_exceeded'), 'ERR_RATE_LIMIT', true],
  [429, bodyOf('rate_limit_error', 'Used up.', 'enforced_spend_limit_reached'), 'ERR_INSUFFICIENT_QUOTA', false],
  [429, bodyOf('rate_limit_error', 'Used up.', 'contract_spend_limit_reached'), 'ERR_INSUFFICIENT_QUOTA', false],
  [500, bodyOf('api_error'), 'ERR_SERVICE_UNAVAILABLE', true],
  [504, bodyOf('timeout_error'), 'ERR_SERVICE_UNAVAILABLE', true],
  [529, bodyOf('overloaded_error'), 'ERR_SERVICE_UNAVAILABLE', true],
  [502, '<html>Bad gateway</html>', 'ERR_SERVICE_UNAVAILABLE', true],
  [503, '', 'ERR_SERVICE_UNAVAILABLE', true],
  [502, bodyOf('rate_limit_error', 'Stale.', 'enforced_spend_limit_reached'), 'ERR_SERVICE_UNAVAILABLE', true],
  [418, bodyOf('teapot_error'), 'ERR_INVALID_REQUEST', false],
  [302, '', 'ERR_BAD_RESPONSE', false],
]; // prettier-ignore

test('each error answer is what its status, type and code say, whatever its words', () => {
  for (const [status, body, code, retry] of cases) {
    const { facts } = failure(status, body);
    assert.deepEqual([facts.code, facts.retryable, facts.status], [code, retry, status], `${status} ${body}`);
  }
});

test('it carries the vendor’s words and code, the request’s id and how long to wait, and never the key', () => {
  const { facts } = failure(429, bodyOf('rate_limit_error', `Too fast for ${key}`), { 'retry-after': '12' });
  assert.deepEqual(facts, {
    code: 'ERR_RATE_LIMIT',
    retryable: true,
    vendor: 'Anthropic',
    model: 'claude-sonnet-5',
    message: 'Too fast for ****',
    status: 429,
    vendorCode: 'rate_limit_error',
    requestId: 'req_head',
    retryAfterMs: 12_000,
  });
  assert.equal(failure(529, bodyOf('overloaded_error'), { 'x-should-retry': 'true' }).facts.shouldRetry, true);
});

const now = Date.parse('2026-11-28T12:00:00Z');

test('headroom is read from Anthropic’s headers, whose resets are moments', () => {
  const headers = {
    'anthropic-ratelimit-requests-limit': '1000',
    'anthropic-ratelimit-requests-remaining': '999',
    'anthropic-ratelimit-requests-reset': '2026-11-28T12:00:01Z',
    'anthropic-ratelimit-tokens-limit': '96000',
    'anthropic-ratelimit-tokens-remaining': '90000',
    'anthropic-ratelimit-tokens-reset': '2026-11-28T13:00:30.5+01:00',
    'anthropic-ratelimit-input-tokens-limit': '80000',
    'anthropic-ratelimit-input-tokens-remaining': '70000',
    'anthropic-ratelimit-input-tokens-reset': '2026-11-28T11:59:00Z',
  };
  assert.deepEqual(rateLimitHeadroom(headers, now), {
    requests: { limit: 1000, remaining: 999, resetMs: 1000 },
    tokens: { limit: 96_000, remaining: 90_000, resetMs: 30_500 },
  });
  const { 'anthropic-ratelimit-tokens-limit': _, ...withoutBoth } = headers;
  assert.deepEqual(rateLimitHeadroom(withoutBoth, now)?.tokens, { limit: 80_000, remaining: 70_000, resetMs: 0 });
});

test('headroom that is absent, no limit or nonsense is none', () => {
  assert.equal(rateLimitHeadroom({}, now), undefined);
  const odd = (limit: string, remaining: string, reset: string) =>
    rateLimitHeadroom(
      {
        'anthropic-ratelimit-tokens-limit': limit,
        'anthropic-ratelimit-tokens-remaining': remaining,
        'anthropic-ratelimit-tokens-reset': reset,
      },
      now,
    )?.tokens;
  assert.equal(odd('0', '0', ''), undefined);
  assert.equal(odd('-1', '5', ''), undefined);
  assert.equal(odd('100', '', ''), undefined);
  assert.deepEqual(odd('100', '5', 'soon 1'), { limit: 100, remaining: 5 });
  assert.deepEqual(odd('100', '5', '60'), { limit: 100, remaining: 5 });
});
