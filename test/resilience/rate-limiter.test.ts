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

test('of a server that was not heard yet a few calls ask; without limits nothing waits from its first answer on', async () => {
  const { clock, limiter, went, call } = limited({});
  const first = await limiter.acquire({ tokens: 1e6 });
  const all = Array.from({ length: 100 }, (_, n) => call(String(n), 1e6));
  await clock.advance(1000);
  assert.equal(went.length, 7);
  assert.equal(limiter.state.nextInMs, 1000);
  // Without a word about limits: this server has none to tell.
  first.settle(1000);
  await Promise.all(all);
  assert.equal(went.length, 100);
  assert.equal(clock.pending, 0);
});

test('a server that is slow to answer for the first time is not waited for longer than two seconds', async () => {
  const { clock, went, call } = limited({});
  const all = Array.from({ length: 20 }, (_, n) => call(String(n)));
  await clock.advance(1999);
  assert.equal(went.length, 8);
  await clock.advance(1);
  await Promise.all(all);
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
  const { clock, limiter, went, call } = limited({});
  limiter.observe({ requests: { limit: 60, remaining: 0 }, tokens: { limit: 6000, remaining: 5999 } });
  // A request's worth is waited for, and 50 ms more, because requests overtake each other.
  assert.equal(limiter.expectedWaitMs(1), 1050);
  const both = Promise.all([call('first'), call('second')]);
  await clock.advance(2050);
  await both;
  assert.deepEqual(
    went.map(({ at }) => at),
    [1050, 2050],
  );
});

test('more than was reckoned is believed of a server that nobody else uses', async () => {
  const { limiter } = limited({});
  limiter.observe({ requests: { limit: 60, remaining: 0 } });
  assert.equal(limiter.expectedWaitMs(1), 1050);
  limiter.observe({ requests: { limit: 60, remaining: 30 } });
  assert.equal(limiter.expectedWaitMs(1), 0);
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
  limiter.observe({ requests: { limit: 600, remaining: 0 } });
  const wait = limiter.expectedWaitMs(1);
  assert.ok(wait > 0 && wait <= 150, String(wait));
});

test('the same settings again change nothing', async () => {
  const { limiter } = limited({ requestsPerMinute: 2, tokensPerMinute: 100 });
  await limiter.acquire({ tokens: 100 });
  const before = limiter.expectedWaitMs(50);
  for (let again = 0; again < 5; again++) limiter.configure({ requestsPerMinute: 2, tokensPerMinute: 100 });
  assert.equal(limiter.expectedWaitMs(50), before);
});

test('a refused call took nothing from the server, and what the refusal tells holds', async () => {
  const { clock, limiter } = limited({});
  const grant = await limiter.acquire({ tokens: 500 });
  await clock.advance(200);
  grant.refused({ requests: { limit: 60, remaining: 9, resetMs: 51_000 }, tokens: { limit: 6000, remaining: 400 } });
  grant.settle(0);
  assert.equal(limiter.expectedWaitMs(300), 0);
  assert.ok(limiter.expectedWaitMs(700) > 0);
});

test('what an answer tells is held against the moment its request went, not against now', async () => {
  const { clock, limiter } = limited({});
  const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => limiter.acquire({ tokens: 1 })));
  await clock.advance(1000);
  // 100 a minute; there were 5 when the first came, of which four more have gone since. A second brought one and two thirds.
  first!.observe({ requests: { limit: 100, remaining: 5, resetMs: 57_000 } });
  for (const grant of others) grant.settle(1);
  const waits = Array.from({ length: 4 }, (_, more) => {
    const wait = limiter.expectedWaitMs(1);
    void limiter.acquire({ tokens: more });
    return wait > 0;
  });
  assert.deepEqual(waits, [false, false, true, true]);
});

test('a limit a day is no limit a minute', async () => {
  const { limiter } = limited({});
  const grant = await limiter.acquire({ tokens: 1 });
  // 10,000 a day: one comes back in 8.64 s.
  grant.observe({ requests: { limit: 10_000, remaining: 0, resetMs: 86_400_000 } });
  assert.equal(limiter.expectedWaitMs(1), 8690);
});

test('a window gives nothing back before its end, and everything then', async () => {
  const { clock, limiter, went, call } = limited({});
  const grant = await limiter.acquire({ tokens: 1 });
  grant.observe({ requests: { limit: 10, remaining: 2, resetMs: 59_000 } });
  const all = Promise.all(['a', 'b', 'c', 'd'].map(name => call(name)));
  await settled();
  assert.equal(went.length, 2);
  await clock.advance(58_999);
  assert.equal(went.length, 2);
  await clock.advance(1);
  await all;
  assert.equal(clock.pending, 0);
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
