import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LlmError } from '../../src/llm/llm-error.ts';
import type { Message } from '../../src/llm/message.ts';
import { type Tool, ToolFailure } from '../../src/tools/tool.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createSampleTools } from '../support/sample-tools.ts';
import { finish, Hold, ScriptedProvider, unavailable } from '../support/scripted-provider.ts';
import { ofType, question, resultsIn, runOneTurn, time, weather } from './one-turn.ts';

test('a plain answer is delivered as it comes, and enters the conversation once', async () => {
  const provider = new ScriptedProvider().enqueue(
    { type: 'text-delta', text: 'Good ' },
    { type: 'text-delta', text: 'day' },
    finish('max_tokens'),
  );
  const { events, messages, reason } = await runOneTurn({ provider });
  assert.equal(reason, 'max_tokens');
  assert.deepEqual(
    ofType(events, 'text').map(({ text }) => text),
    ['Good ', 'day'],
  );
  assert.deepEqual(messages, [{ role: 'assistant', content: 'Good day' }]);
  assert.deepEqual(provider.history, [{ messages: [question] }]);
});

test('two reading calls of one reply run side by side; both results go back in one request by id, in the order of the calls', async () => {
  const timeStarted = Promise.withResolvers<void>();
  // The first call can only end after the second began.
  const { getWeather, getTime, history } = createSampleTools(name => {
    if (name === 'get_weather') return timeStarted.promise;
    timeStarted.resolve();
    return Promise.resolve();
  });
  const provider = new ScriptedProvider().enqueueToolCalls([weather, time]).enqueueText('Sunny, noon.');
  const { events, messages, reason } = await runOneTurn({ provider, tools: [getWeather, getTime] });

  assert.equal(reason, 'end_turn');
  assert.deepEqual(history.slice(0, 2), ['get_weather started', 'get_time started']);
  assert.equal(provider.history.length, 2);
  const exchange: Message[] = [
    { role: 'assistant', content: '', toolCalls: [weather, time] },
    { role: 'tool', toolCallId: 'call_w', content: 'Sunny, 21 °C in Oslo' },
    { role: 'tool', toolCallId: 'call_t', content: '12:00 in CET' },
  ];
  assert.deepEqual(provider.history[1]?.messages, [question, ...exchange]);
  assert.deepEqual(messages, [...exchange, { role: 'assistant', content: 'Sunny, noon.' }]);
  assert.deepEqual(
    ofType(events, 'tool-started').map(({ call, summary }) => [call.id, summary]),
    [
      ['call_w', 'get_weather {"city":"Oslo"}'],
      ['call_t', 'get_time {"timezone":"CET"}'],
    ],
  );
});

test('a call that ends first is shown first, whatever its place', async () => {
  const timeEnded = Promise.withResolvers<void>();
  const { getWeather, getTime } = createSampleTools(name =>
    name === 'get_weather' ? timeEnded.promise : Promise.resolve(),
  );
  const provider = new ScriptedProvider().enqueueToolCalls([weather, time]).enqueueText('Noon.');
  const { events } = await runOneTurn({
    provider,
    tools: [getWeather, getTime],
    onEvent: event => event.type === 'tool-finished' && event.result.callId === 'call_t' && timeEnded.resolve(),
  });
  assert.deepEqual(
    ofType(events, 'tool-finished').map(({ result }) => result.callId),
    ['call_t', 'call_w'],
  );
});

test('as soon as one call of a reply writes, its calls run one after the other', async () => {
  for (const writing of [['get_weather', 'get_time'], ['get_time']]) {
    const { getWeather, getTime, history } = createSampleTools(() => new Promise(resolve => setImmediate(resolve)));
    const tools = [getWeather, getTime].map((tool): Tool =>
      writing.includes(tool.name) ? { ...tool, effect: 'write' } : tool,
    );
    const provider = new ScriptedProvider().enqueueToolCalls([weather, time]).enqueueText('Done.');
    const { messages } = await runOneTurn({ provider, tools });
    assert.deepEqual(history, ['get_weather started', 'get_weather ended', 'get_time started', 'get_time ended']);
    assert.equal(resultsIn(messages).length, 2);
  }
});

test('bad JSON, unknown tools and arguments that do not fit become an error the model reads; nothing is run and the turn goes on', async () => {
  const bad: [name: string, args: string, told: RegExp][] = [
    ['calculator', '{"expression":', /not valid JSON/],
    ['calculator', '["1+1"]', /must be a JSON object/],
    ['calculator', '"1+1"', /must be a JSON object/],
    ['calculator', '{"expression":7}', /expression must be string/],
    ['calculator', '{"formula":"1+1"}', /"expression" is missing/],
    ['calculator', '', /"expression" is missing/],
    ['rm_rf', '{}', /no tool "rm_rf".*calculator/],
    ['constructor', '{}', /no tool "constructor"/],
  ];
  const { calculator, history } = createSampleTools();
  const calls = bad.map(([name, args], index) => ({ id: `call_${index}`, name, arguments: args }));
  const provider = new ScriptedProvider().enqueueToolCalls(calls).enqueueText('I was wrong.');
  const { events, messages, reason } = await runOneTurn({ provider, tools: [calculator] });

  assert.equal(reason, 'end_turn');
  assert.deepEqual(history, []);
  const results = resultsIn(provider.history[1]!.messages);
  bad.forEach(([, , told], index) => {
    assert.match(results[index]!, new RegExp(`^call_${index}: `));
    assert.match(results[index]!, told);
  });
  assert.deepEqual(new Set(ofType(events, 'tool-finished').map(({ result }) => result.status)), new Set(['failed']));
  assert.equal(messages.at(-1)?.content, 'I was wrong.');
});

test('empty arguments are {}', async () => {
  const seen: unknown[] = [];
  const noArguments: Tool = {
    ...createSampleTools().calculator,
    name: 'now',
    parameters: { type: 'object', properties: {}, additionalProperties: false },
    run: async args => {
      seen.push(args);
      return { text: 'noon', truncated: false };
    },
  };
  const calls = ['', '  \n', '{}'].map((args, index) => ({ id: `call_${index}`, name: 'now', arguments: args }));
  const provider = new ScriptedProvider().enqueueToolCalls(calls).enqueueText('Noon.');
  const { messages } = await runOneTurn({ provider, tools: [noArguments] });
  assert.deepEqual(seen, [{}, {}, {}]);
  assert.deepEqual(resultsIn(messages), ['call_0: noon', 'call_1: noon', 'call_2: noon']);
});

test('a tool that breaks is a result without anything of this machine; what a tool says itself is passed on', async () => {
  const { calculator } = createSampleTools();
  const breaking: [error: unknown, told: string][] = [
    [new Error('ENOENT: no such file, open /home/ada/.ssh/id_rsa'), 'The tool "tool_0" broke (Error).'],
    [new TypeError('at /srv/app/src/x.ts:1'), 'The tool "tool_1" broke (TypeError).'],
    ['C:\\Users\\Ada', 'The tool "tool_2" broke (unknown error).'],
    [new ToolFailure('There is no such file.'), 'There is no such file.'],
  ];
  const tools = breaking.map(([error], index): Tool => ({
    ...calculator,
    name: `tool_${index}`,
    run: () => Promise.reject(error),
  }));
  const calls = tools.map(({ name }) => ({ id: name, name, arguments: '{"expression":"1"}' }));
  const provider = new ScriptedProvider().enqueueToolCalls(calls).enqueueText('Oh.');
  const { messages, reason } = await runOneTurn({ provider, tools });
  assert.equal(reason, 'end_turn');
  assert.deepEqual(
    resultsIn(messages),
    breaking.map(([, told], index) => `tool_${index}: ${told}`),
  );
});

test('a tool that cannot even describe its call is called by its name', async () => {
  const { calculator } = createSampleTools();
  const shy: Tool = {
    ...calculator,
    summarize: () => {
      throw new Error('no words');
    },
  };
  const call = { id: 'call_1', name: 'calculator', arguments: '{"expression":"6*7"}' };
  const provider = new ScriptedProvider().enqueueToolCalls([call]).enqueueText('42');
  const { events, messages } = await runOneTurn({ provider, tools: [shy] });
  assert.equal(ofType(events, 'tool-started')[0]?.summary, 'calculator');
  assert.deepEqual(resultsIn(messages), ['call_1: 42']);
});

test('calls are answered even where no tools were offered', async () => {
  const provider = new ScriptedProvider().enqueueToolCalls([weather]).enqueueText('I only imagined that.');
  const { messages, reason } = await runOneTurn({ provider, tools: undefined });
  assert.equal(reason, 'end_turn');
  assert.match(resultsIn(messages).join(), /^call_w: There is no tool "get_weather"/);
  assert.equal(provider.history[0]?.tools, undefined);
});

test('the calls of an answer that was cut off at its length are not run: they may be half written', async () => {
  const { getWeather, history } = createSampleTools();
  const provider = new ScriptedProvider().enqueue(
    { type: 'text-delta', text: 'Let me look' },
    { type: 'tool-call', call: weather },
    finish('max_tokens'),
  );
  const { messages, reason } = await runOneTurn({ provider, tools: [getWeather] });
  assert.equal(reason, 'max_tokens');
  assert.deepEqual(history, []);
  assert.deepEqual(messages, [{ role: 'assistant', content: 'Let me look' }]);
});

test('notices are passed on, rate limits as headroom; thinking is told as such and is no part of what was said', async () => {
  const headroom = { requests: { limit: 10, remaining: 9 } };
  const provider = new ScriptedProvider().enqueue(
    { type: 'notice', notice: { kind: 'rate-limit', headroom } },
    { type: 'notice', notice: { kind: 'adjusted', text: 'temperature was left out' } },
    { type: 'thinking-delta', text: 'hm' },
    { type: 'text-delta', text: 'Hi' },
  );
  const { events } = await runOneTurn({ provider });
  assert.deepEqual(events, [
    { type: 'headroom', headroom },
    { type: 'notice', text: 'temperature was left out' },
    { type: 'thinking', text: 'hm' },
    { type: 'thought', durationMs: 0 },
    { type: 'text', text: 'Hi' },
    { type: 'messages', messages: [{ role: 'assistant', content: 'Hi' }] },
  ]);
});

test('each stretch of thinking is told with its own duration; what was broken off has none', async () => {
  const hold = new Hold();
  const provider = new ScriptedProvider().enqueue(
    { type: 'thinking-delta', text: 'First' },
    { type: 'thinking-delta', text: ', look.' },
    { type: 'text-delta', text: 'Let me look.' },
    hold,
    { type: 'thinking-delta', text: 'And now' },
    unavailable(),
  );
  const clock = new FakeClock();
  const turn = runOneTurn({
    provider,
    clock,
    onEvent: ({ type }) => type === 'thinking' && clock.advance(1500),
  });
  await hold.reached;
  hold.release();
  const { events, messages } = await turn;
  assert.deepEqual(
    events.filter(({ type }) => type === 'thinking' || type === 'thought'),
    [
      { type: 'thinking', text: 'First' },
      { type: 'thinking', text: ', look.' },
      { type: 'thought', durationMs: 3000 },
      { type: 'thinking', text: 'And now' },
    ],
  );
  assert.deepEqual(messages, [{ role: 'assistant', content: 'Let me look.' }]);
});

test('a failure keeps what was said before it, and drops calls that were never run', async () => {
  const error = unavailable();
  const provider = new ScriptedProvider()
    .enqueue({ type: 'text-delta', text: 'Half' }, { type: 'tool-call', call: weather }, error)
    .enqueue(error);
  const { getWeather, history } = createSampleTools();
  const half = await runOneTurn({ provider, tools: [getWeather] });
  assert.equal(half.error, error);
  assert.deepEqual(half.messages, [{ role: 'assistant', content: 'Half' }]);
  assert.deepEqual(history, []);
  const nothing = await runOneTurn({ provider });
  assert.ok(nothing.error instanceof LlmError);
  assert.deepEqual(nothing.messages, []);
});

test('a made-up name goes back in a form vendors take, and the model is told what it wrote', async () => {
  const { calculator } = createSampleTools();
  const names = ['functions.calculator', 'größe', 'x'.repeat(80), ''];
  const calls = names.map((name, index) => ({ id: `call_${index}`, name, arguments: '{}' }));
  const provider = new ScriptedProvider().enqueueToolCalls(calls).enqueueText('Sorry.');
  const { messages } = await runOneTurn({ provider, tools: [calculator] });
  const [said] = messages;
  assert.ok(said?.role === 'assistant');
  assert.deepEqual(
    said.toolCalls?.map(({ name }) => name),
    ['functions_calculator', 'gr__e', 'x'.repeat(64), 'unnamed'],
  );
  assert.match(resultsIn(messages)[0]!, /no tool "functions\.calculator"/);
});

test('calls keep apart though their host names them alike, in one answer or from answer to answer', async () => {
  const { getWeather, getTime } = createSampleTools();
  const alike = [weather, time].map(call => ({ ...call, id: 'call_0' }));
  const provider = new ScriptedProvider()
    .enqueueToolCalls(alike)
    .enqueueToolCalls([{ ...time, id: 'call_0' }])
    .enqueueText('Sunny, noon.');
  const { events, messages } = await runOneTurn({ provider, tools: [getWeather, getTime] });
  const ids = messages
    .flatMap(message => (message.role === 'assistant' ? (message.toolCalls ?? []) : []))
    .map(({ id }) => id);
  assert.deepEqual([ids.length, new Set(ids).size, ids[0]], [3, 3, 'call_0']);
  assert.deepEqual(resultsIn(messages), [
    `${ids[0]}: Sunny, 21 °C in Oslo`,
    `${ids[1]}: 12:00 in CET`,
    `${ids[2]}: 12:00 in CET`,
  ]);
  assert.deepEqual(
    ofType(events, 'tool-started').map(({ call }) => call.id),
    ids,
  );
});
