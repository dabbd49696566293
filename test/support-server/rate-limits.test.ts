import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../support/openai-server/errors.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';
import { duration, RateLimiter } from '../support/openai-server/rate-limits.ts';
import { ask, hello, KEY } from './ask.ts';

const LIMITS = { requestsPerMinute: 3, tokensPerMinute: 1_000, refusedCount: false };

function limiter(): {
  take: (tokens: number, key?: string) => Record<string, string>;
  at: (ms: number) => void;
  limiter: RateLimiter;
} {
  let now = 0;
  const made = new RateLimiter(() => now);
  return {
    take: (tokens, key = KEY) => made.take(key, 'gpt-4o', tokens, LIMITS),
    at: ms => {
      now = ms;
    },
    limiter: made,
  };
}

function refusal(act: () => unknown): ApiError {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof ApiError);
    return error;
  }
  throw new Error('was not refused');
}

describe('the rate limits', () => {
  it('count requests, tell what is left, and refill evenly', () => {
    const { take, at } = limiter();
    const headers = take(100);
    assert.equal(headers['x-ratelimit-limit-requests'], '3');
    assert.equal(headers['x-ratelimit-remaining-requests'], '2');
    assert.equal(headers['x-ratelimit-reset-requests'], '20s');
    assert.equal(headers['x-ratelimit-remaining-tokens'], '900');
    assert.equal(headers['x-ratelimit-reset-tokens'], '6s');
    take(100);
    take(100);
    const error = refusal(() => take(100));
    assert.equal(error.status, 429);
    assert.equal(error.code, 'rate_limit_exceeded');
    assert.match(error.message, /on requests per min \(RPM\): Limit 3, Used 3, Requested 1\. Please try again in 20s/);
    assert.deepEqual([error.headers['retry-after'], error.headers['retry-after-ms']], ['20', '20000']);
    at(19_999);
    refusal(() => take(100));
    at(20_000);
    take(100);
  });

  it('count tokens, give back what was not used, and refuse for ever what can never fit', () => {
    const { take, limiter: made } = limiter();
    take(600);
    const error = refusal(() => take(600));
    assert.match(
      error.message,
      /on tokens per min \(TPM\): Limit 1000, Used 600, Requested 600\. Please try again in 12s/,
    );
    made.settle(KEY, 'gpt-4o', 600, 100, LIMITS);
    take(600);
    const large = refusal(() => take(1_001));
    assert.match(large.message, /Request too large for gpt-4o/);
    assert.equal(large.headers['retry-after'], undefined);
  });

  it('are kept for each key and model', () => {
    const { take } = limiter();
    take(1_000);
    take(1_000, 'sk-somebody-else');
  });

  it('stand in every answer, and in the refusal', async () => {
    const now = Date.now();
    await using server = await openAiServerInProcess(
      { limits: { ...LIMITS, requestsPerMinute: 1 } },
      { now: () => now },
    );
    const first = await ask(server.baseUrl, hello());
    assert.equal(first.headers.get('x-ratelimit-remaining-requests'), '0');
    const second = await ask(server.baseUrl, hello());
    assert.equal(second.status, 429);
    assert.equal(second.headers.get('retry-after'), '60');
    assert.equal(second.headers.get('x-ratelimit-reset-requests'), '1m0s');
    await server.control.reset();
    assert.equal((await ask(server.baseUrl, hello())).status, 200);
  });

  it('are written as the vendor writes time', () => {
    assert.deepEqual([0.2, 120, 1_000, 59_001, 360_000].map(duration), ['1ms', '120ms', '1s', '1m0s', '6m0s']);
  });
});
