import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BreakerOpen, CircuitBreaker, defaultBreaker } from '../../src/resilience/circuit-breaker.ts';
import { FakeClock } from '../support/fake-clock.ts';

function opened(): { clock: FakeClock; breaker: CircuitBreaker } {
  const clock = new FakeClock();
  const breaker = new CircuitBreaker(clock);
  for (let failure = 0; failure < 5; failure++) {
    breaker.enter();
    breaker.fail();
  }
  return { clock, breaker };
}

const leftMs = (breaker: CircuitBreaker): number => {
  try {
    breaker.enter();
  } catch (error) {
    assert.ok(error instanceof BreakerOpen);
    return error.leftMs;
  }
  throw new assert.AssertionError({ message: 'it let through' });
};

test('five failures in a row open it; a success in between starts the count anew', () => {
  const breaker = new CircuitBreaker(new FakeClock());
  const outcomes = ['fail', 'fail', 'fail', 'fail', 'succeed', 'fail', 'fail', 'fail', 'fail'] as const;
  for (const outcome of outcomes) {
    breaker.enter();
    breaker[outcome]();
  }
  assert.equal(breaker.state.name, 'closed');
  breaker.enter();
  breaker.fail();
  assert.equal(breaker.state.name, 'open');
});

test('what says nothing about the service does not count', () => {
  const breaker = new CircuitBreaker(new FakeClock());
  for (let call = 0; call < 20; call++) {
    breaker.enter();
    breaker.leave();
  }
  assert.deepEqual(breaker.state, { name: 'closed', failures: 0 });
});

test('open, it fails at once with the time left', async () => {
  const { clock, breaker } = opened();
  assert.equal(leftMs(breaker), 30_000);
  await clock.advance(29_000);
  assert.equal(leftMs(breaker), 1000);
});

test('after 30 s one probe at a time; two successes close it', async () => {
  const { clock, breaker } = opened();
  await clock.advance(30_000);
  breaker.enter();
  assert.equal(leftMs(breaker), 1000);
  breaker.succeed();
  assert.equal(breaker.state.name, 'half-open');
  breaker.enter();
  breaker.succeed();
  assert.deepEqual(breaker.state, { name: 'closed', failures: 0 });
});

test('a failed probe opens it for longer, up to a minute; a cancelled one says nothing', async () => {
  const { clock, breaker } = opened();
  for (const expected of [60_000, 60_000]) {
    await clock.advance(60_000);
    breaker.enter();
    breaker.fail();
    assert.equal(leftMs(breaker), expected);
  }
  await clock.advance(60_000);
  breaker.enter();
  breaker.leave();
  breaker.enter();
  breaker.succeed();
});

test('reset lets calls through again', () => {
  const { breaker } = opened();
  breaker.reset();
  breaker.enter();
});

test('whatever happens, it is open only after enough failures and lets one probe through at most', async () => {
  const step = fc.constantFrom('enter', 'succeed', 'fail', 'leave', 'wait');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const clock = new FakeClock();
      const breaker = new CircuitBreaker(clock);
      let inside = 0;
      let inARow = 0;
      for (const what of steps) {
        if (what === 'wait') await clock.advance(31_000);
        else if (what === 'enter') {
          const before = breaker.state;
          try {
            breaker.enter();
            inside++;
            if (before.name !== 'closed' && before.name === 'half-open') assert.equal(before.probing, false);
          } catch {
            assert.notEqual(before.name, 'closed');
          }
        } else if (inside > 0) {
          inside--;
          inARow = what === 'fail' ? inARow + 1 : what === 'succeed' ? 0 : inARow;
          breaker[what]();
          if (breaker.state.name === 'open' && breaker.state.openMs === defaultBreaker.openMs)
            assert.ok(inARow >= defaultBreaker.failures);
        }
      }
    }),
    { numRuns: 200 },
  );
});
