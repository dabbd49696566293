import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultRetry, retryWaitMs } from '../../src/resilience/retry.ts';

const waits = (random: () => number): (number | undefined)[] =>
  [1, 2, 3, 4, 5].map(tries => retryWaitMs(defaultRetry, tries, random));

test('the reference’s waits: 1, 2, 4 and 8 s, up to a second more by chance, none after the last', () => {
  assert.deepEqual(
    waits(() => 0),
    [1000, 2000, 4000, 8000, undefined],
  );
  assert.deepEqual(
    waits(() => 0.9999999),
    [1999, 2999, 4999, 8999, undefined],
  );
});

test('the doubling stops at 32 s', () => {
  const patient = { ...defaultRetry, attempts: 20 };
  assert.equal(
    retryWaitMs(patient, 6, () => 0),
    32_000,
  );
  assert.equal(
    retryWaitMs(patient, 19, () => 0),
    32_000,
  );
});

test('what the server asks for takes the place of our own wait, longer or shorter', () => {
  assert.equal(
    retryWaitMs(defaultRetry, 1, () => 0.5, 45_000),
    45_000,
  );
  assert.equal(
    retryWaitMs(defaultRetry, 4, () => 0.5, 20),
    20,
  );
  assert.equal(
    retryWaitMs(defaultRetry, 1, () => 0.5, 0),
    0,
  );
  assert.equal(
    retryWaitMs(defaultRetry, 5, () => 0.5, 20),
    undefined,
  );
});
