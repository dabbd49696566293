import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { sleep, systemClock } from '../../src/core/clock.ts';
import { DisposableStore, disposable } from '../../src/core/disposable.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('sleep ends after its time and leaves neither timer nor listener', async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  let awake = false;
  const slept = sleep(clock, 1000, signal).then(() => (awake = true));
  await clock.advance(999);
  assert.equal(awake, false);
  await clock.advance(1);
  assert.equal(awake, true);
  await slept;
  assert.equal(clock.pending, 0);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('sleep ends at once with the signal’s reason, before or during', async () => {
  const clock = new FakeClock();
  const reason = new Error('enough');
  await assert.rejects(sleep(clock, 1000, AbortSignal.abort(reason)), reason);
  const stop = new AbortController();
  const slept = assert.rejects(sleep(clock, 1000, stop.signal), reason);
  stop.abort(reason);
  await slept;
  assert.equal(clock.pending, 0);
});

test('the system’s clock tells the time and calls back once, or never when disposed', async () => {
  assert.ok(Math.abs(systemClock.now() - Date.now()) < 1000);
  const before = systemClock.monotonic();
  const never = systemClock.after(0, () => assert.fail('disposed'));
  never.dispose();
  await new Promise<void>(resolve => systemClock.after(1, resolve));
  assert.ok(systemClock.monotonic() > before);
});

test('the fake clock runs timers in the order of their moments, each at its own', async () => {
  const clock = new FakeClock(1000);
  const seen: [string, number][] = [];
  clock.after(20, () => seen.push(['late', clock.now()]));
  clock.after(10, () => {
    seen.push(['early', clock.now()]);
    clock.after(5, () => seen.push(['nested', clock.now()]));
  });
  clock.after(10, () => seen.push(['same', clock.now()]));
  clock.after(10, () => seen.push(['never', 0])).dispose();
  await clock.advance(30);
  assert.deepEqual(seen, [
    ['early', 1010],
    ['same', 1010],
    ['nested', 1015],
    ['late', 1020],
  ]);
  assert.equal(clock.now(), 1030);
});

test('a store disposes what it holds once, last made first, and late comers at once', () => {
  const gone: string[] = [];
  const store = new DisposableStore();
  store.add(disposable(() => gone.push('a')));
  store.add(disposable(() => gone.push('b')));
  store.dispose();
  store.dispose();
  store.add(disposable(() => gone.push('c')));
  assert.deepEqual(gone, ['b', 'a', 'c']);
});
