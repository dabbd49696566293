// The whole stack (retry, breaker, limiter) over a server that does everything wrong: never a crash, a hang, a doubled word or a leak.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LlmError } from '../../../src/llm/llm-error.ts';
import { PolicyPool } from '../../../src/llm/policy-pool.ts';
import type { StreamEvent } from '../../../src/llm/stream-event.ts';
import { defaultRetry } from '../../../src/resilience/retry.ts';
import { FakeClock, settled } from '../../support/fake-clock.ts';
import type { RawAnswer } from '../../support/raw-server.ts';
import { firstWord, forever, key, noTimers, openAi, request, roleChunk, server, stream, until } from './raw-wire.ts';

const whole = 'Hello! How can I assist you today?';
const answered = { 'content-type': 'text/event-stream' };
const json = { 'content-type': 'application/json' };

const faults: { readonly [name: string]: RawAnswer } = {
  'no head': { head: false },
  'a head and nothing': { steps: [forever] },
  'a stall in the middle': { steps: [{ write: roleChunk + firstWord }, forever] },
  'cut before the first word': { steps: [{ write: roleChunk }, 'cut'] },
  'cut in the middle': { steps: [{ write: roleChunk + firstWord }, 'cut'] },
  'reset at once': { steps: ['reset'] },
  'a length that is too long': {
    headers: { ...answered, 'content-length': '99999' },
    steps: [{ write: stream }, 'cut'],
  },
  'a length that is too short': { headers: { ...answered, 'content-length': '40' }, steps: [{ write: stream }] },
  'a length of JSON that is too long': {
    headers: { ...json, 'content-length': '5000' },
    steps: [{ write: '{"choices":[' }, 'cut'],
  },
  garbage: { steps: [{ write: Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256)) }] },
  'a line of 10 MB': { steps: [{ write: `data: ${'x'.repeat(10_000_000)}\n\n` }] },
  'a line of 10 MB without an end': {
    steps: [{ write: `data: {"choices":[{"delta":{"content":"${'y'.repeat(10_000_000)}` }],
  },
  'half a JSON': { headers: json, steps: [{ write: '{"choices":[{"message":{"content":"Hel' }] },
  'a web page': {
    status: 502,
    headers: { 'content-type': 'text/html' },
    steps: [{ write: '<html>Bad gateway</html>' }],
  },
  'a page with 200': { headers: { 'content-type': 'text/html' }, steps: [{ write: '<html>Sign in</html>' }] },
  'nothing at all': { headers: json, steps: [] },
  'a 429': {
    status: 429,
    headers: { ...json, 'retry-after': '2' },
    steps: [{ write: '{"error":{"code":"rate_limit_exceeded"}}' }],
  },
  'a 503 that stalls': { status: 503, headers: json, steps: [{ write: '{"error"' }, forever] },
};
const good: RawAnswer = { steps: [{ write: stream }] };

/** Lets time pass while the loopback works, until the answer has ended in whatever way. */
async function outcome(
  clock: FakeClock,
  events: AsyncIterable<StreamEvent>,
): Promise<{ text: string; error: Error | undefined }> {
  let text = '';
  let error: Error | undefined;
  const ended = new AbortController();
  const reading = (async () => {
    try {
      for await (const event of events) if (event.type === 'text-delta') text += event.text;
    } catch (thrown) {
      error = thrown as Error;
    }
    ended.abort();
  })();
  for (let turn = 0; !ended.signal.aborted; turn++) {
    // Many turns of the loop for one second, so that what the server did send has arrived before its silence counts.
    for (let pause = 0; pause < 50 && !ended.signal.aborted; pause++) await settled();
    if (!ended.signal.aborted) await clock.advance(1000);
    assert.ok(turn < 5000, 'a hang');
  }
  await reading;
  return { text, error };
}

test('every sequence of faults ends in the whole answer or a named failure, with nothing left behind', async () => {
  const names = Object.keys(faults);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }), async picked => {
      const clock = new FakeClock();
      const policies = new PolicyPool(clock);
      const rateLimit = { requestsPerMinute: 600, tokensPerMinute: 1_000_000 };
      const provider = openAi({
        clock,
        policies,
        rateLimit,
        retry: { ...defaultRetry, attempts: 3 },
        random: () => 0.5,
        timeoutMs: 5000,
      });
      server.answer(...picked.map(name => faults[name]!), good);
      const { text, error } = await outcome(clock, provider.stream(request));
      if (error === undefined) assert.equal(text, whole);
      else {
        assert.ok(error instanceof LlmError, String(error));
        // What arrived before the failure was said once, and is how the answer begins.
        assert.ok(text.length > 1_000_000 || whole.startsWith(text), text.slice(0, 100));
        assert.doesNotMatch(error.message, new RegExp(key));
      }
      await noTimers(clock);
      const limiter = policies.limiter(
        { provider: 'openai', endpoint: server.endpoint, apiKey: key, model: 'gpt-4o' },
        rateLimit,
      );
      assert.equal(limiter.state.queued, 0);
      await until(() => server.connections === 0);
    }),
    { numRuns: 60 },
  );
});

test('each fault alone, then a good answer: what may be tried again is, with the word said once', async () => {
  for (const [name, fault] of Object.entries(faults)) {
    const clock = new FakeClock();
    const provider = openAi({ clock, retry: defaultRetry, random: () => 0, timeoutMs: 5000 });
    server.answer(fault, good);
    const { text, error } = await outcome(clock, provider.stream(request));
    if (error === undefined) assert.equal(text, whole, name);
    else assert.ok(error instanceof LlmError && (text !== '' || !error.retryable), `${name}: ${String(error)}`);
    await noTimers(clock);
    await until(() => server.connections === 0);
  }
});

test('a stop at any moment of any fault ends it at once, as a stop', async () => {
  for (const [name, fault] of Object.entries(faults)) {
    const clock = new FakeClock();
    server.answer(fault);
    server.requests.length = 0;
    const stop = new AbortController();
    const provider = openAi({ clock, retry: defaultRetry, random: () => 0 });
    const reading = outcome(clock, provider.stream(request, stop.signal));
    await server.request();
    stop.abort(new Error('stopped by the person'));
    const { error } = await reading;
    const lasting = error instanceof LlmError && !error.retryable;
    assert.ok(
      lasting || error?.message === 'stopped by the person' || error === undefined,
      `${name}: ${String(error)}`,
    );
    await noTimers(clock);
    await until(() => server.connections === 0);
  }
});
