import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EventSource, type Puller, WireStream } from '../../../src/llm/http/wire-stream.ts';
import type { StreamEvent } from '../../../src/llm/stream-event.ts';

const word = (text: string): StreamEvent => ({ type: 'text-delta', text });

/** Each pull is answered by the next step. */
function source(steps: ((out: StreamEvent[], puller: Puller) => void)[]): EventSource & { closed: number } {
  return {
    closed: 0,
    pull: (out, puller) => steps.shift()!(out, puller),
    close() {
      this.closed++;
    },
  };
}

test('a source that answers a hundred thousand times with nothing piles up no calls', async () => {
  let pulls = 0;
  const many: EventSource = {
    pull(out, puller) {
      if (++pulls === 100_000) out.push(word('at last'));
      puller.pulled(true);
    },
    close() {},
  };
  const stream = new WireStream(many);
  assert.deepEqual(await stream.next(), { done: false, value: word('at last') });
});

test('what came before an error is told before the error, then nothing more', async () => {
  const died = new Error('died');
  const from = source([
    (out, puller) => {
      out.push(word('a'), word('b'));
      queueMicrotask(() => puller.failed(died));
    },
  ]);
  const stream = new WireStream(from);
  assert.deepEqual((await stream.next()).value, word('a'));
  assert.deepEqual((await stream.next()).value, word('b'));
  await assert.rejects(stream.next(), died);
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  assert.equal(from.closed, 1);
});

test('who asks again before the answer is served in order', async () => {
  let later: (() => void) | undefined;
  const from = source([
    (out, puller) => {
      later = () => {
        out.push(word('a'));
        puller.pulled(true);
      };
    },
    (out, puller) => {
      out.push(word('b'));
      puller.pulled(false);
    },
  ]);
  const stream = new WireStream(from);
  const asked = [stream.next(), stream.next(), stream.next()];
  later!();
  assert.deepEqual(
    (await Promise.all(asked)).map(({ value }) => value),
    [word('a'), word('b'), undefined],
  );
});

test('who leaves while an event is awaited ends the wait, whatever the source dies of', async () => {
  let puller: Puller | undefined;
  const from: EventSource = {
    pull: (_, given) => (puller = given),
    close: () => puller!.failed(new Error('closed')),
  };
  const stream = new WireStream(from);
  const waiting = stream.next();
  await stream.return();
  assert.deepEqual(await waiting, { done: true, value: undefined });
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
});
