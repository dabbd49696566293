import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IdleWatch } from '../../src/resilience/time-limit.ts';
import { FakeClock } from '../support/fake-clock.ts';

function started(limitMs: number) {
  const clock = new FakeClock();
  const calls: number[] = [];
  const watch = new IdleWatch(clock);
  const timer = watch.start(limitMs, () => calls.push(clock.monotonic()));
  return { clock, calls, timer, watch };
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

test('many silences are watched with one timer, each to its own moment', async () => {
  const { clock, calls, watch } = started(60_000);
  const others: number[] = [];
  await clock.advance(250);
  for (const limitMs of [5000, 5001, 700, 60_000]) watch.start(limitMs, () => others.push(clock.monotonic()));
  assert.equal(clock.pending, 1);
  await clock.advance(60_000);
  assert.deepEqual(others, [950, 5250, 5251, 60_250]);
  assert.deepEqual(calls, [60_000]);
  assert.equal(clock.pending, 0);
});

test('where nothing is left to watch, the timer ends, and begins again with the next silence', async () => {
  const { clock, calls, timer, watch } = started(60_000);
  timer.dispose();
  await clock.advance(0);
  assert.equal(clock.pending, 0);
  watch.start(2000, () => calls.push(clock.monotonic()));
  await clock.advance(2000);
  assert.deepEqual(calls, [2000]);
});

test('one silence may end another while it is told', async () => {
  const { clock, calls, timer, watch } = started(1000);
  watch.start(500, () => timer.dispose());
  await clock.advance(5000);
  assert.deepEqual(calls, []);
  assert.equal(clock.pending, 0);
});
