import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LlmError, type LlmErrorFacts } from '../../src/llm/llm-error.ts';
import { PolicyPool } from '../../src/llm/policy-pool.ts';
import { resilient } from '../../src/llm/resilient-provider.ts';
import type { ChatRequest } from '../../src/llm/request.ts';
import type { Notice, StreamEvent } from '../../src/llm/stream-event.ts';
import { CircuitBreaker } from '../../src/resilience/circuit-breaker.ts';
import { RateLimiter } from '../../src/resilience/rate-limiter.ts';
import { defaultRetry, type RetryOptions } from '../../src/resilience/retry.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ScriptedProvider, tokens } from '../support/scripted-provider.ts';

const request: ChatRequest = { messages: [{ role: 'user', content: 'Hello' }] };
const failure = (facts: Partial<LlmErrorFacts> = {}): LlmError =>
  new LlmError({ code: 'ERR_SERVICE_UNAVAILABLE', message: 'busy', retryable: true, status: 503, ...facts });
const limitHit = (more: Partial<LlmErrorFacts> = {}): LlmError =>
  failure({ code: 'ERR_RATE_LIMIT', status: 429, ...more });

interface Options {
  readonly clock?: FakeClock;
  readonly limiter?: RateLimiter;
  readonly retry?: RetryOptions;
}

function build({ clock = new FakeClock(), limiter, retry = defaultRetry }: Options = {}) {
  const inner = new ScriptedProvider();
  const breaker = new CircuitBreaker(clock);
  const provider = resilient(inner, {
    retry,
    breaker,
    limiter: async () => limiter,
    clock,
    random: () => 0,
    tokensOf: () => 100,
  });
  const events: StreamEvent[] = [];
  const run = async (signal?: AbortSignal): Promise<void> => {
    for await (const event of provider.stream(request, signal)) events.push(event);
  };
  const notices = (): Notice[] => events.flatMap(event => (event.type === 'notice' ? event.notice : []));
  const text = (): string => events.map(event => (event.type === 'text-delta' ? event.text : '')).join('');
  return { clock, inner, breaker, events, run, notices, text };
}

test('what may go well later is tried again after 1, 2, 4 and 8 s, then the last real error is told', async () => {
  const { clock, inner, run } = build();
  for (let n = 1; n <= 5; n++) inner.enqueue(failure({ message: `busy ${n}` }));
  const at: number[] = [];
  const done = assert.rejects(run(), /busy 5/);
  for (const seconds of [1, 2, 4, 8]) {
    await clock.advance(0);
    at.push(inner.history.length);
    await clock.advance(seconds * 1000 - 1);
    assert.equal(inner.history.length, at.at(-1));
    await clock.advance(1);
  }
  await done;
  assert.deepEqual(at, [1, 2, 3, 4]);
  assert.equal(inner.history.length, 5);
  assert.equal(clock.pending, 0);
  assert.equal(inner.open, 0);
});

test('every attempt is the whole request', async () => {
  const { clock, inner, run } = build();
  inner.enqueue(failure()).enqueueText('Hi');
  const done = run();
  await clock.advance(1000);
  await done;
  assert.deepEqual(inner.history, [request, request]);
});

test('the wait is told once a second, with attempt and reason, and its end', async () => {
  const { clock, inner, run, notices } = build();
  inner.enqueue(limitHit({ retryAfterMs: 2500 })).enqueueText('Hi');
  const done = run();
  await clock.advance(2500);
  await done;
  assert.deepEqual(
    notices().map(notice => (notice.kind === 'waiting' ? notice.text : notice.kind)),
    [
      'Rate limit hit, retrying in 3s (attempt 1/5)',
      'Rate limit hit, retrying in 2s (attempt 1/5)',
      'Rate limit hit, retrying in 1s (attempt 1/5)',
      'waiting-over',
    ],
  );
});

test('what the server asks for is never undercut', async () => {
  const { clock, inner, run } = build();
  inner.enqueue(limitHit({ retryAfterMs: 45_000 })).enqueueText('Hi');
  const done = run();
  await clock.advance(44_999);
  assert.equal(inner.history.length, 1);
  await clock.advance(1);
  await done;
});

const once: [string, LlmError][] = [
  ['a bad key', failure({ code: 'ERR_INVALID_API_KEY', status: 401, retryable: false })],
  ['no credit', failure({ code: 'ERR_INSUFFICIENT_QUOTA', status: 429, retryable: false })],
  ['a bad request', failure({ code: 'ERR_INVALID_REQUEST', status: 400, retryable: false })],
  ['a server that says not to', failure({ shouldRetry: false })],
  ['a refusal of our own', failure({ code: 'ERR_REFUSED_LOCALLY', retryable: true, notSent: true })],
];
for (const [name, error] of once)
  test(`${name} is not tried again and does not trip the breaker`, async () => {
    const { inner, run, breaker } = build();
    inner.enqueue(error);
    await assert.rejects(run(), error);
    assert.equal(inner.history.length, 1);
    if (error.code !== 'ERR_SERVICE_UNAVAILABLE') assert.deepEqual(breaker.state, { name: 'closed', failures: 0 });
  });

test('a server that says to try again is believed', async () => {
  const { clock, inner, run, text } = build();
  inner.enqueue(failure({ code: 'ERR_INVALID_REQUEST', status: 400, retryable: false, shouldRetry: true }));
  inner.enqueueText('Hi');
  const done = run();
  await clock.advance(1000);
  await done;
  assert.equal(text(), 'Hi');
});

test('once a word was delivered nothing is replayed', async () => {
  const { inner, run, text } = build();
  inner.enqueue({ type: 'text-delta', text: 'Half' }, failure());
  await assert.rejects(run(), /busy/);
  assert.equal(text(), 'Half');
  assert.equal(inner.history.length, 1);
});

test('a stop ends the wait at once: no second request, no timer left', async () => {
  const { clock, inner, run } = build();
  const abort = new AbortController();
  inner.enqueue(failure());
  const done = assert.rejects(run(abort.signal), /stopped/);
  await clock.advance(500);
  abort.abort(new Error('stopped'));
  await done;
  assert.equal(inner.history.length, 1);
  assert.equal(clock.pending, 0);
});

test('a refused parameter is asked again at once, once, and told', async () => {
  const { clock, inner, run, notices, text } = build();
  const refused = (): LlmError =>
    failure({ code: 'ERR_INVALID_REQUEST', status: 400, retryable: false, adjusted: 'temperature is left out' });
  inner.enqueue(refused()).enqueueText('Hi');
  await run();
  assert.equal(text(), 'Hi');
  assert.deepEqual(notices(), [{ kind: 'adjusted', text: 'temperature is left out' }]);
  assert.equal(clock.monotonic(), 0);
  inner.enqueue(refused()).enqueue(refused());
  await assert.rejects(run(), { code: 'ERR_INVALID_REQUEST' });
  assert.equal(inner.history.length, 4);
});

test('five failures of the service open the breaker: the next call fails at once, with the time left, and nothing is sent', async () => {
  const { clock, inner, run, breaker } = build();
  for (let n = 0; n < 5; n++) inner.enqueue(failure());
  const done = assert.rejects(run());
  await clock.advance(15_000);
  await done;
  assert.equal(breaker.state.name, 'open');
  await assert.rejects(run(), (error: unknown) => {
    assert.ok(error instanceof LlmError);
    assert.equal(error.facts.notSent, true);
    assert.match(error.message, /asked again in \d+ s/);
    return true;
  });
  assert.equal(inner.history.length, 5);
  await clock.advance(30_000);
  inner.enqueueText('Back').enqueueText('again');
  await run();
  await run();
  assert.deepEqual(breaker.state, { name: 'closed', failures: 0 });
});

test('the limiter’s line is told and stood in; usage settles it', async () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter({ tokensPerMinute: 100 }, clock);
  const inner = new ScriptedProvider();
  const provider = resilient(inner, {
    retry: defaultRetry,
    breaker: new CircuitBreaker(clock),
    limiter: async () => limiter,
    clock,
    random: () => 0,
    tokensOf: () => 100,
  });
  const texts: string[] = [];
  const ask = async (): Promise<void> => {
    for await (const event of provider.stream(request))
      if (event.type === 'notice') texts.push(event.notice.kind === 'waiting' ? event.notice.text : event.notice.kind);
  };
  inner.enqueue({ type: 'usage', usage: tokens(40, 10) }).enqueueText('Hi');
  await ask();
  const second = ask();
  await clock.advance(29_999);
  assert.equal(inner.history.length, 1);
  await clock.advance(1);
  await second;
  assert.equal(texts[0], 'Waiting 30 s for the rate limit');
  assert.equal(texts.at(-1), 'waiting-over');
  assert.equal(texts.length, 31);
  assert.equal(clock.pending, 0);
});

test('a 429 keeps others of the same key from calling until its time is up', async () => {
  const { clock, inner } = build();
  const limiter = new RateLimiter({}, clock);
  const provider = resilient(inner, {
    retry: { ...defaultRetry, attempts: 1 },
    breaker: new CircuitBreaker(clock),
    limiter: async () => limiter,
    clock,
    random: () => 0,
    tokensOf: () => 1,
  });
  inner.enqueue(limitHit({ retryAfterMs: 7000 })).enqueueText('Hi');
  await assert.rejects(provider.chat(request), { code: 'ERR_RATE_LIMIT' });
  const other = provider.chat(request);
  await clock.advance(6999);
  assert.equal(inner.history.length, 1);
  await clock.advance(1);
  assert.equal((await other).content, 'Hi');
});

test('a wait that would end after the deadline is not begun: the failure comes at once, with the time the server asks for', async () => {
  const { clock, inner, run } = build();
  inner.enqueue(limitHit({ retryAfterMs: 432_000 }));
  await assert.rejects(run(), (error: LlmError) => error.facts.retryAfterMs === 432_000 && error.facts.status === 429);
  assert.equal(clock.monotonic(), 0);
  assert.equal(clock.pending, 0);
});

test('all waits together end at the deadline', async () => {
  const { clock, inner, run } = build({ retry: { ...defaultRetry, attempts: 10, deadlineMs: 10_000 } });
  for (let n = 0; n < 10; n++) inner.enqueue(limitHit({ retryAfterMs: 4000 }));
  const ended = assert.rejects(run(), { code: 'ERR_RATE_LIMIT' });
  await clock.advance(8000);
  await ended;
  assert.equal(inner.history.length, 3);
  assert.equal(clock.pending, 0);
});

test('a line that is longer than the deadline is not joined', async () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter({ tokensPerMinute: 100 }, clock);
  await limiter.acquire({ tokens: 100 });
  const { inner, run } = build({ clock, limiter, retry: { ...defaultRetry, deadlineMs: 59_000 } });
  await assert.rejects(run(), /leaves room for this request in 60 s/);
  assert.equal(inner.history.length, 0);
  assert.equal(clock.pending, 0);
});

test('a request larger than the limit is refused in words, before sending', async () => {
  const clock = new FakeClock();
  const { inner, run } = build({ limiter: new RateLimiter({ tokensPerMinute: 50 }, clock) });
  await assert.rejects(run(), /may take 100 tokens, more than the limit of 50 a minute/);
  assert.equal(inner.history.length, 0);
});

test('limiters are one for provider, endpoint, key and model; breakers one for provider and endpoint', () => {
  const pool = new PolicyPool(new FakeClock());
  const key = { provider: 'openai', endpoint: 'https://a', apiKey: 'sk-1', model: 'm' };
  const limiter = pool.limiter(key, {});
  assert.equal(pool.limiter({ ...key }, { tokensPerMinute: 10 }), limiter);
  // The changed setting holds for the one that is there.
  assert.ok(limiter.expectedWaitMs(10) === 0);
  for (const other of [{ provider: 'x' }, { endpoint: 'https://b' }, { apiKey: 'sk-2' }, { model: 'n' }])
    assert.notEqual(pool.limiter({ ...key, ...other }, {}), limiter);
  assert.equal(pool.breaker('openai', 'https://a'), pool.breaker('openai', 'https://a'));
  assert.notEqual(pool.breaker('openai', 'https://a'), pool.breaker('openai', 'https://b'));
});

test('who stands in line is seen, and told once when somebody joins or leaves', async () => {
  const clock = new FakeClock();
  const pool = new PolicyPool(clock);
  let told = 0;
  pool.onDidChangeLines(() => told++);
  const key = { provider: 'openai', endpoint: 'https://a', apiKey: 'sk-1', model: 'gpt-5.4' };
  const limiter = pool.limiter(key, { tokensPerMinute: 100 });
  const first = await limiter.acquire({ tokens: 100 });
  assert.deepEqual(pool.lines, []);
  const second = limiter.acquire({ tokens: 50 });
  assert.deepEqual(pool.lines, [{ model: 'gpt-5.4', queued: 1, nextInMs: 30_000 }]);
  first.settle(100);
  assert.equal(told, 1);
  await clock.advance(30_000);
  await second;
  assert.deepEqual(pool.lines, []);
  assert.equal(told, 2);
});

test('calls are let through again everywhere when breakers are reset', () => {
  const pool = new PolicyPool(new FakeClock());
  const breaker = pool.breaker('openai', 'https://a');
  for (let n = 0; n < 5; n++) breaker.fail();
  assert.throws(() => breaker.enter());
  pool.resetBreakers();
  breaker.enter();
});
