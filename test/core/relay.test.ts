import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Passage, relay } from '../../src/core/relay.ts';

type Script = AsyncGenerator<number | Passage<number>, void>;

async function* numbers(from: number, to: number, log: string[] = []): AsyncGenerator<number, void> {
  try {
    for (let at = from; at < to; at++) yield at;
  } finally {
    log.push('closed');
  }
}

async function read(stream: AsyncIterable<number>): Promise<number[]> {
  const seen: number[] = [];
  for await (const one of stream) seen.push(one);
  return seen;
}

test('what the script says and what is handed on come in order, and each is seen before it is handed on', async () => {
  const seen: number[] = [];
  async function* script(): Script {
    yield 0;
    yield new Passage(numbers(1, 4), one => seen.push(one));
    yield 4;
    yield new Passage(numbers(5, 5), () => assert.fail());
    yield new Passage(numbers(5, 7), one => seen.push(one));
  }
  const got: number[] = [];
  for await (const one of relay(script())) {
    if (one > 0 && one !== 4) assert.equal(seen.at(-1), one);
    got.push(one);
  }
  assert.deepEqual(got, [0, 1, 2, 3, 4, 5, 6]);
});

test('what the other stream throws is thrown where it was handed on, and may be caught there', async () => {
  const died = new Error('died');
  async function* dies(): AsyncGenerator<number, void> {
    yield 1;
    throw died;
  }
  async function* script(): Script {
    try {
      yield new Passage(dies(), () => {});
    } catch (error) {
      assert.equal(error, died);
      yield 2;
    }
    yield new Passage(dies(), () => {});
  }
  const stream = relay(script());
  assert.deepEqual(
    [await stream.next(), await stream.next(), await stream.next()].map(({ value }) => value),
    [1, 2, 1],
  );
  await assert.rejects(stream.next(), died);
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
});

test('who leaves closes the other stream first, then the script', async () => {
  const log: string[] = [];
  async function* script(): Script {
    try {
      yield new Passage(numbers(0, 9, log), () => {});
    } finally {
      log.push('ended');
    }
  }
  for await (const one of relay(script())) if (one === 2) break;
  assert.deepEqual(log, ['closed', 'ended']);
});

test('who leaves before anything was asked for begins nothing', async () => {
  const log: string[] = [];
  async function* script(): Script {
    log.push('begun');
    yield 1;
  }
  const stream = relay(script());
  await stream.return?.();
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  assert.deepEqual(log, []);
});

test('who asks several times at once is served in order, and who leaves meanwhile after that', async () => {
  const log: string[] = [];
  async function* script(): Script {
    yield new Passage(numbers(0, 9, log), () => {});
  }
  const stream = relay(script());
  const asked = [stream.next(), stream.next(), stream.next(), stream.return!(), stream.next()];
  assert.deepEqual(
    (await Promise.all(asked)).map(({ value, done }) => (done ? 'done' : value)),
    [0, 1, 2, 'done', 'done'],
  );
  assert.deepEqual(log, ['closed']);
});

test('a look that fails ends it as the other stream’s own failure would', async () => {
  const log: string[] = [];
  async function* script(): Script {
    try {
      yield new Passage(numbers(0, 9, log), () => {
        throw new Error('not good');
      });
    } finally {
      log.push('ended');
    }
  }
  await assert.rejects(read(relay(script())), /not good/);
  assert.deepEqual(log, ['closed', 'ended']);
});
