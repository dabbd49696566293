import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LargerThanLimit, RateLimiter, type RateLimits } from '../../src/resilience/rate-limiter.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';

function limited(limits: RateLimits) {
  const clock = new FakeClock();
  const limiter = new RateLimiter(limits, clock);
  const went: { name: string; at: number }[] = [];
  const call = async (name: string, tokens = 1, signal?: AbortSignal): Promise<void> => {
    await limiter.acquire({ tokens }, signal);
    went.push({ name, at: clock.monotonic() });
  };
  return { clock, limiter, went, call };
}

test('1,000 tokens a minute, two requests of 600: the second waits until there is room', async () => {
  const { clock, went, call } = limited({ tokensPerMinute: 1000 });
  const both = Promise.all([call('first', 600), call('second', 600)]);
  await settled();
  assert.deepEqual(went, [{ name: 'first', at: 0 }]);
  // 200 tokens are lacking, which is 12 s of a minute's thousand.
  await clock.advance(11_999);
  assert.equal(went.length, 1);
  await clock.advance(1);
  await both;
  assert.deepEqual(went[1], { name: 'second', at: 12_000 });
  assert.equal(clock.pending, 0);
});

test('requests a minute are a limit of their own', async () => {
  const { clock, went, call } = limited({ requestsPerMinute: 3 });
  const all = Promise.all(['a', 'b', 'c', 'd'].map(name => call(name, 9999)));
  await settled();
  assert.equal(went.length, 3);
  await clock.advance(20_000);
  await all;
  assert.deepEqual(went[3], { name: 'd', at: 20_000 });
});

test('without limits nothing waits', async () => {
  const { went, call } = limited({});
  await Promise.all(Array.from({ length: 100 }, (_, n) => call(String(n), 1e6)));
  assert.equal(went.length, 100);
});

test('a request above the whole bucket is refused at once, never queued for ever', async () => {
  const { limiter } = limited({ tokensPerMinute: 1000 });
  await assert.rejects(limiter.acquire({ tokens: 1001 }), LargerThanLimit);
  assert.equal(limiter.state.queued, 0);
});

test('first come, first served, also where the second is smaller', async () => {
  const { clock, went, call } = limited({ tokensPerMinute: 1000 });
  const all = Promise.all([call('big', 900), call('big too', 900), call('small', 10)]);
  await clock.advance(120_000);
  await all;
  assert.deepEqual(
    went.map(({ name }) => name),
    ['big', 'big too', 'small'],
  );
});

test('who leaves the line leaves no trace, and those behind move up', async () => {
  const { clock, limiter, went, call } = limited({ tokensPerMinute: 1000 });
  const abort = new AbortController();
  await call('first', 1000);
  const left = assert.rejects(call('gone', 1000, abort.signal), /stopped/);
  const behind = call('behind', 100);
  assert.equal(limiter.state.queued, 2);
  abort.abort(new Error('stopped'));
  await left;
  assert.equal(limiter.state.queued, 1);
  await clock.advance(6000);
  await behind;
  assert.deepEqual(went.at(-1), { name: 'behind', at: 6000 });
  assert.equal(clock.pending, 0);
});

test('real usage settles what was set aside: less lets others go, more makes them wait', async () => {
  const { clock, limiter } = limited({ tokensPerMinute: 1000 });
  const grant = await limiter.acquire({ tokens: 1000 });
  assert.equal(limiter.expectedWaitMs(500), 30_000);
  grant.settle(200);
  assert.equal(limiter.expectedWaitMs(500), 0);
  grant.settle(0); // once
  const second = await limiter.acquire({ tokens: 800 });
  second.settle(1300);
  assert.equal(limiter.expectedWaitMs(100), 36_000);
  assert.equal(clock.pending, 0);
});

test('headers teach limits that nobody set, and others’ use of them', async () => {
  const { limiter } = limited({});
  limiter.observe({ requests: { limit: 60, remaining: 1 }, tokens: { limit: 6000, remaining: 5999 } });
  await limiter.acquire({ tokens: 1 });
  assert.equal(limiter.expectedWaitMs(1), 1000);
  // The server remembering less than we do gives nothing back.
  limiter.observe({ requests: { limit: 60, remaining: 60 } });
  assert.equal(limiter.expectedWaitMs(1), 1000);
});

test('the lower of the person’s limit and the server’s holds, whichever was told last', async () => {
  const { limiter } = limited({ requestsPerMinute: 2 });
  await limiter.acquire({ tokens: 1 });
  limiter.observe({ requests: { limit: 600, remaining: 599 } });
  await limiter.acquire({ tokens: 1 });
  assert.equal(limiter.expectedWaitMs(1), 30_000);
  limiter.configure({});
  // Two of the server's 600 are used: there is room, and its own limit is kept.
  assert.equal(limiter.expectedWaitMs(1), 0);
  limiter.observe({ requests: { limit: 600, remaining: 0 } });
  assert.equal(limiter.expectedWaitMs(1), 100);
  limiter.configure({ requestsPerMinute: 6 });
  assert.ok(limiter.expectedWaitMs(1) > 100);
});

test('the same settings again change nothing', async () => {
  const { limiter } = limited({ requestsPerMinute: 2, tokensPerMinute: 100 });
  await limiter.acquire({ tokens: 100 });
  const before = limiter.expectedWaitMs(50);
  for (let again = 0; again < 5; again++) limiter.configure({ requestsPerMinute: 2, tokensPerMinute: 100 });
  assert.equal(limiter.expectedWaitMs(50), before);
});

test('a 429 pauses everyone', async () => {
  const { clock, limiter, went, call } = limited({});
  limiter.pause(5000);
  const both = Promise.all([call('a'), call('b')]);
  await clock.advance(4999);
  assert.deepEqual(went, []);
  await clock.advance(1);
  await both;
  assert.deepEqual(
    went.map(({ at }) => at),
    [5000, 5000],
  );
});

test('other limits hold for those who wait already', async () => {
  const { clock, limiter, went, call } = limited({ requestsPerMinute: 1 });
  await call('first');
  const second = call('second');
  limiter.configure({ requestsPerMinute: 60 });
  await clock.advance(1000);
  await second;
  assert.ok(went[1]!.at <= 1000);
});

test('in no minute do more go than the bucket and its refill allow, in order, whatever comes', async () => {
  const arrivals = fc.array(fc.record({ gapMs: fc.nat(20_000), tokens: fc.integer({ min: 1, max: 500 }) }), {
    minLength: 1,
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(arrivals, async calls => {
      const clock = new FakeClock();
      const limiter = new RateLimiter({ requestsPerMinute: 10, tokensPerMinute: 1000 }, clock);
      const went: { order: number; at: number; tokens: number }[] = [];
      const all: Promise<unknown>[] = [];
      for (const [order, { gapMs, tokens }] of calls.entries()) {
        await clock.advance(gapMs);
        all.push(limiter.acquire({ tokens }).then(() => went.push({ order, at: clock.monotonic(), tokens })));
      }
      await clock.advance(60 * 60_000);
      await Promise.all(all);
      assert.deepEqual(
        went.map(({ order }) => order),
        calls.map((_, order) => order),
      );
      for (const { at: from } of went) {
        const within = went.filter(({ at }) => at >= from && at < from + 60_000);
        // What was saved up before, and what came in during the minute.
        assert.ok(within.length <= 20);
        assert.ok(within.reduce((sum, { tokens }) => sum + tokens, 0) <= 2000);
      }
      assert.equal(clock.pending, 0);
    }),
    { numRuns: 60 },
  );
});
