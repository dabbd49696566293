import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, test } from 'node:test';
import { DirectAgent } from '../../../src/llm/http/direct-agent.ts';
import type { StreamEvent } from '../../../src/llm/stream-event.ts';
import { FakeClock, settled } from '../../support/fake-clock.ts';
import { collect, outcomeOf } from './chat/recorded-answers.ts';
import { firstWord, forever, key, openAi, request, roleChunk, server, stream } from './raw-wire.ts';

describe('Stop', () => {
  const reason = new Error('stopped by the person');

  test('before the head closes the socket within 200 ms and throws the reason itself', async () => {
    server.answer({ head: false });
    const stop = new AbortController();
    const all = collect(openAi().stream(request, stop.signal));
    const { closed } = await server.request();
    const asked = performance.now();
    stop.abort(reason);
    assert.deepEqual(await all, [{ error: reason }]);
    await closed;
    assert.ok(performance.now() - asked < 200);
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
  });

  test('in the middle closes the socket within 200 ms, also while nobody reads', async () => {
    for (const reading of [true, false]) {
      server.requests.length = 0;
      server.answer({ steps: [{ write: roleChunk + firstWord }, forever] });
      const stop = new AbortController();
      const events = openAi().stream(request, stop.signal)[Symbol.asyncIterator]();
      assert.deepEqual((await events.next()).value, { type: 'text-delta', text: 'Hello' });
      const pending = reading ? assert.rejects(events.next(), reason) : undefined;
      const asked = performance.now();
      stop.abort(reason);
      await server.requests[0]!.closed;
      assert.ok(performance.now() - asked < 200);
      await (pending ?? assert.rejects(events.next(), reason));
      assert.deepEqual(await events.next(), { done: true, value: undefined });
      assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
    }
  });

  test('while the key is being asked for sends nothing', async () => {
    const stop = new AbortController();
    const all = collect(openAi({ apiKey: () => new Promise<string>(() => {}) }).stream(request, stop.signal));
    await settled();
    stop.abort(reason);
    assert.deepEqual(await all, [{ error: reason }]);
    assert.equal(server.requests.length, 0);
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
  });

  test('before anything begins does not even ask for the key', async () => {
    let asked = 0;
    const provider = openAi({ apiKey: () => Promise.resolve(`${key}${asked++}`) });
    assert.deepEqual(await collect(provider.stream(request, AbortSignal.abort(reason))), [{ error: reason }]);
    assert.equal(asked, 0);
    assert.equal(server.requests.length, 0);
  });

  test('while an error body is being read is still a stop, not that error', async () => {
    server.answer({
      status: 500,
      headers: { 'content-type': 'application/json' },
      steps: [{ write: '{"error":' }, forever],
    });
    const stop = new AbortController();
    const all = collect(openAi().stream(request, stop.signal));
    await server.request();
    await settled();
    stop.abort(reason);
    assert.deepEqual(await all, [{ error: reason }]);
  });
});

describe('leaving', () => {
  test('a for-await early closes the socket', async () => {
    server.answer({ steps: [{ write: roleChunk + firstWord }, forever] });
    const stop = new AbortController();
    for await (const event of openAi().stream(request, stop.signal)) if (event.type === 'text-delta') break;
    const left = performance.now();
    await server.requests[0]!.closed;
    assert.ok(performance.now() - left < 200);
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
  });

  test('while an event is awaited ends that wait without an error', async () => {
    server.answer({ head: false });
    const events = openAi().stream(request)[Symbol.asyncIterator]();
    const pending = events.next();
    const { closed } = await server.request();
    assert.deepEqual(await events.return!(), { done: true, value: undefined });
    assert.deepEqual(await pending, { done: true, value: undefined });
    await closed;
  });

  test('a stream that nobody began has no timer, no listener and no request', () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    openAi({ clock }).stream(request, stop.signal);
    assert.equal(clock.pending, 0);
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
    assert.equal(server.requests.length, 0);
  });
});

describe('the end of an answer', () => {
  test('is [DONE], even where the server never closes the body', async () => {
    server.answer({ steps: [{ write: stream }, forever] });
    const clock = new FakeClock();
    const events = await collect(openAi({ clock }).stream(request));
    assert.equal(outcomeOf(events).reason, 'end_turn');
    await clock.advance(1000);
    await server.requests[0]!.closed;
    assert.equal(clock.pending, 0);
  });

  test('leaves the connection to the next call', async () => {
    server.answer({ steps: [{ write: stream }] });
    const dispatcher = new DirectAgent();
    const provider = openAi({ dispatcher });
    const opened = new Set<number>();
    for (let call = 0; call < 5; call++) {
      assert.equal((await provider.chat(request)).content, 'Hello! How can I assist you today?');
      await settled();
      opened.add(server.connections);
    }
    assert.deepEqual([...opened], [1]);
    dispatcher.close();
  });

  test('a hundred calls of every fate leave nothing behind', async () => {
    const provider = openAi();
    for (let call = 0; call < 100; call++) {
      const stop = new AbortController();
      server.answer(
        [
          { steps: [{ write: stream }] },
          { status: 503, steps: [{ write: 'busy' }] },
          { steps: [{ write: firstWord }, 'cut' as const] },
          { steps: [{ write: firstWord }, forever] },
        ][call % 4]!,
      );
      const seen: StreamEvent[] = [];
      await assert.doesNotReject(async () => {
        try {
          for await (const event of provider.stream(request, stop.signal)) {
            seen.push(event);
            if (call % 4 === 3) stop.abort(new Error('enough'));
          }
        } catch {
          // Every fate but the first.
        }
      });
      assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
    }
  });
});
