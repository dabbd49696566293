import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationMs, rateLimitHeadroom } from '../../../src/llm/http/rate-limit-headers.ts';
import { retryAfterMs } from '../../../src/llm/http/retry-after.ts';

const now = Date.UTC(2026, 10, 22, 12, 0, 0);

const waits: readonly [Record<string, string>, number | undefined][] = [
  [{}, undefined],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '1' }, 1000],
  [{ 'retry-after': ' 2 ' }, 2000],
  [{ 'retry-after': '1.5' }, 1500],
  [{ 'retry-after-ms': '250' }, 250],
  [{ 'retry-after-ms': '250.2', 'retry-after': '9' }, 251],
  [{ 'retry-after-ms': 'x', 'retry-after': '9' }, 9000],
  [{ 'retry-after': 'Sun, 22 Nov 2026 12:01:00 GMT' }, 60_000],
  [{ 'retry-after': 'Sunday, 22-Nov-26 12:01:00 GMT' }, 60_000],
  [{ 'retry-after': 'Sun, 22 Nov 2026 11:59:00 GMT' }, 0],
  [{ 'retry-after': '-5' }, undefined],
  [{ 'retry-after': '' }, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': 'soon 1' }, undefined],
  [{ 'retry-after': 'Abc, 99 Xyz 2026 99:99:99 GMT' }, undefined],
  [{ 'retry-after': '1e3' }, undefined],
];
for (const [headers, expected] of waits)
  test(`${JSON.stringify(headers)} asks to wait ${expected} ms`, () =>
    assert.equal(retryAfterMs(headers, now), expected));

const durations: readonly [string | undefined, number | undefined][] = [
  ['1s', 1000],
  ['6m0s', 360_000],
  ['120ms', 120],
  ['1h2m3.5s', 3_723_500],
  ['1d', 86_400_000],
  ['0.4ms', 1],
  ['', undefined],
  ['1', 1000],
  ['1795348800', undefined],
  ['s', undefined],
  ['-1s', undefined],
  ['1s ago', undefined],
  [undefined, undefined],
];
for (const [text, expected] of durations)
  test(`the duration ${text} is ${expected} ms`, () => assert.equal(durationMs(text), expected));

test('rate-limit headers give limit, remaining and the time until it is full', () => {
  const headers = {
    'x-ratelimit-limit-requests': '500',
    'x-ratelimit-remaining-requests': '499',
    'x-ratelimit-reset-requests': '120ms',
    'x-ratelimit-limit-tokens': '30000',
    'x-ratelimit-remaining-tokens': '0',
  };
  assert.deepEqual(rateLimitHeadroom(headers), {
    requests: { limit: 500, remaining: 499, resetMs: 120 },
    tokens: { limit: 30_000, remaining: 0 },
  });
});

test('windows without a positive limit or with a negative remaining are none', () => {
  for (const [limit, remaining] of [
    ['0', '0'],
    ['-1', '-1'],
    ['500', '-1'],
    ['', ''],
    ['many', '3'],
    ['1e3', '1'],
  ])
    assert.equal(
      rateLimitHeadroom({ 'x-ratelimit-limit-tokens': limit, 'x-ratelimit-remaining-tokens': remaining }),
      undefined,
    );
  assert.equal(rateLimitHeadroom({ 'x-ratelimit-limit-tokens': '5' }), undefined);
  assert.equal(rateLimitHeadroom({}), undefined);
});
