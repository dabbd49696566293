import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EventSink, type EventSource, WireStream } from '../../../src/llm/http/wire-stream.ts';
import type { StreamEvent } from '../../../src/llm/stream-event.ts';

const word = (text: string): StreamEvent => ({ type: 'text-delta', text });

/** Each time something is wanted, the next step brings it. */
function source(steps: ((sink: EventSink) => void)[]): EventSource & { closed: number } {
  return {
    closed: 0,
    wanted: sink => steps.shift()!(sink),
    close() {
      this.closed++;
    },
  };
}

test('what arrives while nobody waits is kept, in order', async () => {
  const stream = new WireStream(
    source([
      sink => {
        for (let at = 0; at < 1000; at++) {
          sink.events.push(word(String(at)));
          sink.arrived();
        }
        sink.end();
      },
    ]),
  );
  const texts: string[] = [];
  for await (const event of stream) if (event.type === 'text-delta') texts.push(event.text);
  assert.deepEqual(
    texts,
    Array.from({ length: 1000 }, (_, at) => String(at)),
  );
});

test('arriving with nothing ends no wait', async () => {
  let sink: EventSink | undefined;
  const stream = new WireStream(source([given => (sink = given)]));
  const waiting = stream.next();
  sink!.arrived();
  sink!.events.push(word('at last'));
  sink!.arrived();
  assert.deepEqual(await waiting, { done: false, value: word('at last') });
});

test('what came before an error is told before the error, then nothing more', async () => {
  const died = new Error('died');
  const from = source([
    sink => {
      sink.events.push(word('a'), word('b'));
      queueMicrotask(() => sink.fail(died));
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
    sink => {
      later = () => {
        sink.events.push(word('a'));
        sink.arrived();
      };
    },
    sink => {
      sink.events.push(word('b'));
      sink.end();
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
  let sink: EventSink | undefined;
  const from: EventSource = {
    wanted: given => (sink = given),
    close: () => sink!.fail(new Error('closed')),
  };
  const stream = new WireStream(from);
  const waiting = stream.next();
  await stream.return();
  assert.deepEqual(await waiting, { done: true, value: undefined });
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
});
