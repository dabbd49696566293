import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Message } from '../../src/llm/message.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { createSampleTools } from '../support/sample-tools.ts';
import { Hold, ScriptedProvider } from '../support/scripted-provider.ts';
import { ofType, resultsIn, runOneTurn, time, weather } from './one-turn.ts';

/** Every call of the conversation has exactly one result, directly after it and in its order: what every vendor demands. */
function assertAnswered(messages: readonly Message[]): void {
  for (const [index, message] of messages.entries()) {
    if (message.role !== 'assistant') continue;
    const ids = message.toolCalls?.map(({ id }) => id) ?? [];
    const following = messages.slice(index + 1);
    const end = following.findIndex(({ role }) => role !== 'tool');
    const answered = following.slice(0, end < 0 ? undefined : end);
    assert.deepEqual(
      answered.map(one => one.role === 'tool' && one.toolCallId),
      ids,
    );
  }
}

const calls = (step: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: `call_${step}_${index}`,
    name: 'get_time',
    arguments: '{"timezone":"UTC"}',
  }));

test('a model that never stops calling is asked 25 times; its last calls are answered "not run"', async () => {
  const { getTime, history } = createSampleTools();
  const provider = new ScriptedProvider();
  for (let step = 1; step <= 26; step++) provider.enqueueToolCalls(calls(step, 1));
  const { messages, reason } = await runOneTurn({ provider, tools: [getTime] });
  assert.equal(reason, 'tool-limit');
  assert.equal(provider.history.length, 25);
  assert.equal(history.filter(line => line.endsWith('ended')).length, 24);
  assertAnswered(messages);
  assert.equal(resultsIn(messages).length, 25);
  assert.equal(resultsIn(messages).at(-1), 'call_25_0: Not run: the limit was reached.');
});

test('50 calls may run in a turn, and no reply is run by halves', async () => {
  for (const [sizes, ran] of [
    [[20, 30, 1], 50],
    [[20, 31], 20],
    [[51], 0],
  ] as const) {
    const { getTime, history } = createSampleTools();
    const provider = new ScriptedProvider();
    sizes.forEach((size, step) => provider.enqueueToolCalls(calls(step, size)));
    const { messages, reason } = await runOneTurn({ provider, tools: [getTime] });
    assert.equal(reason, 'tool-limit');
    assert.equal(history.filter(line => line.endsWith('ended')).length, ran);
    assertAnswered(messages);
    assert.equal(
      resultsIn(messages).filter(text => text.endsWith('Not run: the limit was reached.')).length,
      sizes.at(-1),
    );
  }
});

test('a stop during text keeps the text', async () => {
  const stop = new AbortController();
  const reason = new Error('stop');
  const provider = new ScriptedProvider().enqueue({ type: 'text-delta', text: 'Half' }, new Hold());
  const { messages, error } = await runOneTurn({
    provider,
    signal: stop.signal,
    onEvent: event => event.type === 'text' && stop.abort(reason),
  });
  assert.equal(error, reason);
  assert.deepEqual(messages, [{ role: 'assistant', content: 'Half' }]);
  assert.equal(provider.open, 0);
});

test('a stop before the first byte leaves nothing, and a stop before the question asks nothing', async () => {
  const stop = new AbortController();
  const reason = new Error('stop');
  const hold = new Hold();
  const provider = new ScriptedProvider().enqueue(hold);
  void hold.reached.then(() => stop.abort(reason));
  assert.deepEqual(await runOneTurn({ provider, signal: stop.signal }), { events: [], messages: [], error: reason });
  assert.equal(provider.open, 0);

  const unasked = await runOneTurn({ provider, signal: stop.signal });
  assert.deepEqual(unasked, { events: [], messages: [], error: reason });
  assert.equal(provider.history.length, 1);
});

test('a stop while tools run ends them and leaves a result for every call, done or not', async () => {
  const stop = new AbortController();
  const reason = new Error('stop');
  const { getWeather, getTime } = createSampleTools((name, signal) =>
    name === 'get_time' ? Promise.resolve() : new Hold().wait(signal),
  );
  const provider = new ScriptedProvider().enqueueToolCalls([weather, time]).enqueueText('never asked');
  const { events, messages, error } = await runOneTurn({
    provider,
    tools: [getWeather, getTime],
    signal: stop.signal,
    onEvent: event => event.type === 'tool-finished' && stop.abort(reason),
  });
  assert.equal(error, reason);
  assert.equal(provider.history.length, 1);
  assertAnswered(messages);
  assert.deepEqual(resultsIn(messages), [
    'call_w: Not finished: the person stopped the answer.',
    'call_t: 12:00 in CET',
  ]);
  assert.deepEqual(
    ofType(events, 'tool-finished').map(({ result }) => [result.callId, result.status]),
    [
      ['call_t', 'done'],
      ['call_w', 'not-run'],
    ],
  );
});

test('after a stop no further writing call begins', async () => {
  const stop = new AbortController();
  const { getWeather, getTime, history } = createSampleTools();
  const provider = new ScriptedProvider().enqueueToolCalls([weather, time]);
  const { messages } = await runOneTurn({
    provider,
    tools: [getWeather, getTime].map((tool): Tool => ({ ...tool, effect: 'write' })),
    signal: stop.signal,
    onEvent: event => event.type === 'tool-finished' && stop.abort(new Error('stop')),
  });
  assert.deepEqual(history, ['get_weather started', 'get_weather ended']);
  assertAnswered(messages);
  assert.equal(resultsIn(messages)[1], 'call_t: Not run: the person stopped the answer.');
});
