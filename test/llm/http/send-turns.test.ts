import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DirectAgent } from '../../../src/llm/http/direct-agent.ts';
import { SendTurns } from '../../../src/llm/http/send-turns.ts';
import { settled } from '../../support/fake-clock.ts';
import { collect } from '../openai/chat/recorded-answers.ts';
import { key, openAi, request, server, stream } from '../openai/raw-wire.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

describe('What is asked for at once', () => {
  test('is sent a few in each turn of the loop, in order, and each once', async () => {
    const turns = new SendTurns();
    const sent: number[] = [];
    for (const at of numbers(11)) turns.take(() => sent.push(at));
    const inEachTurn = [sent.length];
    for (; sent.length < 11; inEachTurn.push(sent.length)) await settled();
    assert.deepEqual(inEachTurn, [4, 8, 11]);
    assert.deepEqual(sent, numbers(11));
  });

  test('counts as one where it comes by microtasks that are queued together', async () => {
    const turns = new SendTurns();
    let sent = 0;
    await Promise.all(numbers(6).map(() => Promise.resolve().then(() => turns.take(() => sent++))));
    assert.equal(sent, 4);
    await settled();
    assert.equal(sent, 6);
  });

  test('stands in line behind what waits, although the turn is a new one', async () => {
    const turns = new SendTurns();
    const sent: number[] = [];
    for (const at of numbers(9)) turns.take(() => sent.push(at));
    await Promise.resolve();
    turns.take(() => sent.push(9));
    assert.deepEqual(sent, numbers(4));
    await settled();
    await settled();
    assert.deepEqual(sent, numbers(10));
  });
});

test('one request after another is sent at once', async () => {
  const turns = new SendTurns();
  let sent = 0;
  for (const at of numbers(20)) {
    turns.take(() => sent++);
    assert.equal(sent, at + 1);
    await Promise.resolve();
  }
});

test('of many questions on kept connections the first are answered before the last are sent', async () => {
  server.answer({ steps: [{ write: stream }] });
  const dispatcher = new DirectAgent();
  // Each by a provider of its own, as the chat asks: the loop is the same.
  const providers = numbers(100).map(() => openAi({ dispatcher }));
  const askMany = (onEnd: () => void): Promise<void[]> =>
    Promise.all(providers.map(provider => collect(provider.stream(request)).then(onEnd)));
  await askMany(() => {});
  const before = server.requests.length;
  let sentBefore = 0;
  await askMany(() => void (sentBefore ||= server.requests.length - before));
  dispatcher.close();
  assert.equal(server.requests.length - before, 100);
  assert.ok(sentBefore < 100, 'all were sent before the first was read');
});

test('what is stopped while it stands in line is not sent, nor its key asked for', async () => {
  server.answer({ steps: [{ write: stream }] });
  const reason = new Error('stopped by the person');
  let asked = 0;
  const provider = openAi({
    apiKey: () => {
      asked++;
      return Promise.resolve(key);
    },
  });
  const stop = new AbortController();
  const answered = numbers(6).map(() => collect(provider.stream(request)));
  const stopped = numbers(2).map(() => collect(provider.stream(request, stop.signal)));
  const left = numbers(4).map(() => provider.stream(request)[Symbol.asyncIterator]());
  const ends = left.map(one => one.next());
  stop.abort(reason);
  // Left without a signal: by whoever reads.
  for (const one of left) await one.return?.();
  for (const end of ends) assert.deepEqual(await end, { done: true, value: undefined });
  for (const outcome of stopped) assert.deepEqual(await outcome, [{ error: reason }]);
  await Promise.all(answered);
  await settled();
  await settled();
  assert.equal(server.requests.length, 6);
  assert.equal(asked, 6);
});
