import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IdleTimer } from '../../src/resilience/time-limit.ts';
import { FakeClock } from '../support/fake-clock.ts';

function started(limitMs: number) {
  const clock = new FakeClock();
  const calls: number[] = [];
  const timer = new IdleTimer(clock, limitMs, () => calls.push(clock.monotonic()));
  return { clock, calls, timer };
}

test('calls back after exactly the limit, once', async () => {
  const { clock, calls } = started(60_000);
  await clock.advance(59_999);
  assert.deepEqual(calls, []);
  await clock.advance(100_000);
  assert.deepEqual(calls, [60_000]);
  assert.equal(clock.pending, 0);
});

test('every touch begins the limit anew, with never more than one timer', async () => {
  const { clock, calls, timer } = started(60_000);
  for (let second = 0; second < 120; second++) {
    await clock.advance(1000);
    timer.touch();
    assert.equal(clock.pending, 1);
  }
  assert.deepEqual(calls, []);
  await clock.advance(60_000);
  assert.deepEqual(calls, [180_000]);
});

test('a pause is nobody’s silence; the next touch begins anew', async () => {
  const { clock, calls, timer } = started(1000);
  timer.pause();
  await clock.advance(10_000);
  assert.deepEqual(calls, []);
  assert.equal(clock.pending, 0);
  timer.touch();
  await clock.advance(999);
  assert.deepEqual(calls, []);
  await clock.advance(1);
  assert.deepEqual(calls, [11_000]);
});

test('a short pause does not shorten or lengthen what follows', async () => {
  const { clock, calls, timer } = started(1000);
  await clock.advance(500);
  timer.pause();
  await clock.advance(100);
  timer.touch();
  await clock.advance(999);
  assert.deepEqual(calls, []);
  await clock.advance(1);
  assert.deepEqual(calls, [1600]);
});

test('disposed, it never calls back and cannot be woken', async () => {
  const { clock, calls, timer } = started(1000);
  timer.dispose();
  timer.touch();
  await clock.advance(5000);
  assert.deepEqual(calls, []);
  assert.equal(clock.pending, 0);
});

test('after it has called back a touch does not begin it again', async () => {
  const { clock, calls, timer } = started(1000);
  await clock.advance(1000);
  timer.touch();
  await clock.advance(5000);
  assert.deepEqual(calls, [1000]);
});
