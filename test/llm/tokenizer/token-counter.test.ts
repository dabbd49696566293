import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../../src/core/clock.ts';
import { type CountingWorker, WorkerTokenCounter } from '../../../src/llm/tokenizer/token-counter.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const program = new URL('../../../src/llm/tokenizer/worker.ts', import.meta.url);

test('texts are counted in a worker that starts at the first count and once', async () => {
  let started = 0;
  const start = (): Worker => {
    started++;
    return new Worker(program);
  };
  const counter = new WorkerTokenCounter(start, systemClock);
  assert.equal(started, 0);
  const [a, b] = await Promise.all([
    counter.count(['Hello world', '']),
    counter.count(['Hello world, how are you?'], true),
  ]);
  assert.deepEqual(a, [2, 0]);
  assert.deepEqual(b, [7]);
  assert.deepEqual(await counter.count(['Hello world, how are you?!'], true), [7]);
  assert.equal(started, 1);
  counter.dispose();
  assert.equal(await counter.count(['x']), undefined);
});

test('a worker that dies loses its counts and no more: the next one starts anew', async () => {
  const workers: Worker[] = [];
  const counter = new WorkerTokenCounter(() => {
    const worker = new Worker(program);
    workers.push(worker);
    return worker;
  }, systemClock);
  await counter.count(['warm']);
  const lost = counter.count(['a'.repeat(100_000)]);
  void workers[0]!.terminate();
  // Dead or done: it is never left waiting.
  assert.ok([undefined, 12_500].includes((await lost)?.[0]));
  assert.deepEqual(await counter.count(['Hello world']), [2]);
  assert.equal(workers.length, 2);
  counter.dispose();
});

/** Somebody who never answers, or cannot be started. */
const silent = (): CountingWorker => ({ postMessage() {}, on() {}, unref() {}, terminate() {} });

test('nobody waits for ever: after five seconds there is no count', async () => {
  const clock = new FakeClock();
  const counter = new WorkerTokenCounter(silent, clock);
  const counted = counter.count(['x']);
  await clock.advance(5000);
  assert.equal(await counted, undefined);
  assert.equal(clock.pending, 0);
});

test('a host without workers has no counts, and no error', async () => {
  const clock = new FakeClock();
  const broken = (): CountingWorker => {
    throw new Error('no workers here');
  };
  assert.equal(await new WorkerTokenCounter(broken, clock).count(['x']), undefined);
  assert.equal(clock.pending, 0);
});
