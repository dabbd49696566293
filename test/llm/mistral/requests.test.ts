import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Message, ToolDefinition } from '../../../src/llm/message.ts';
import { png } from '../../support-server/pictures.ts';
import { hello, send, served } from './served-mistral.ts';

const read: ToolDefinition = {
  name: 'read_file',
  description: 'Reads a file.',
  parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};

test('the token limit goes as max_tokens and never as max_completion_tokens, also for a model nobody knows', async () => {
  for (const model of ['mistral-medium-2604', 'mistral-large-2512']) {
    const { body } = await send({ messages: hello, maxTokens: 64 }, { model });
    assert.equal(body['max_tokens'], 64);
    assert.ok(!('max_completion_tokens' in body));
  }
});

test('usage comes without stream_options, which Mistral refuses', async () => {
  await served.control.script({
    kind: 'reply',
    text: 'Hi.',
    usage: { promptTokens: 20, completionTokens: 2, cachedTokens: 16 },
  });
  const { body, response } = await send({ messages: hello });
  assert.deepEqual(body, { model: 'mistral-medium-2604', messages: hello, stream: true });
  assert.deepEqual(
    [response.usage?.inputTokens, response.usage?.outputTokens, response.usage?.cachedInputTokens],
    [20, 2, 16],
  );
  assert.equal(response.metadata.serviceTier, 'standard');
});

test('a tool that must be called is "any", a named one is named, the rest is as elsewhere', async () => {
  const expected = [
    ['required', 'any'],
    ['auto', 'auto'],
    ['none', 'none'],
    [{ name: 'read_file' }, { type: 'function', function: { name: 'read_file' } }],
  ] as const;
  for (const [toolChoice, sent] of expected)
    assert.deepEqual((await send({ messages: hello, tools: [read], toolChoice })).body['tool_choice'], sent);
  const { body } = await send({ messages: hello, tools: [read], parallelToolCalls: false });
  assert.equal(body['parallel_tool_calls'], false);
  assert.ok(!('tool_choice' in body));
});

test('JSON of any shape and JSON of one shape are asked for as Mistral does', async () => {
  const schema = {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  };
  const messages: readonly Message[] = [{ role: 'user', content: 'A city, as JSON.' }];
  await served.control.script({ kind: 'reply', text: '{"city":"Bern"}' }, { kind: 'reply', text: '{"city":"Bern"}' });
  const any = await send({ messages, responseFormat: { type: 'json-object' } });
  assert.deepEqual(any.body['response_format'], { type: 'json_object' });
  const one = await send({ messages, responseFormat: { type: 'json-schema', name: 'place', schema } });
  assert.deepEqual(one.body['response_format'], {
    type: 'json_schema',
    json_schema: { name: 'place', schema, strict: true },
  });
});

test('an effort the model has is sent, another is left out with a notice', async () => {
  assert.equal((await send({ messages: hello, reasoningEffort: 'high' })).body['reasoning_effort'], 'high');
  assert.ok(!('reasoning_effort' in (await send({ messages: hello, reasoningEffort: 'xhigh' })).body));
});

test('a picture goes as an image_url with its data', async () => {
  const url = `data:image/png;base64,${png(8, 8).toString('base64')}`;
  const { body } = await send({ messages: [{ role: 'user', content: [{ type: 'image', url, detail: 'high' }] }] });
  assert.deepEqual(body.messages[0]?.['content'], [{ type: 'image_url', image_url: { url, detail: 'high' } }]);
});

describe('a conversation', () => {
  const called = (id: string, content = ''): Message[] => [
    { role: 'user', content: 'Read it.' },
    { role: 'assistant', content, toolCalls: [{ id, name: 'read_file', arguments: '{"path":"a.ts"}' }] },
    { role: 'tool', toolCallId: id, content: 'a' },
  ];

  test('has tool call ids of nine letters and digits: Mistral’s own stay, others are mapped alike at call and result', async () => {
    for (const id of ['D681PevKs', 'call_PTLP8xhu3uwZk4l3nlnrrJha', 'toolu_01A09q90qw90lq917835lq9', 'call_0', '']) {
      const first = await send({ messages: called(id), tools: [read] });
      const again = await send({ messages: called(id), tools: [read] });
      const [, assistant, result] = first.body.messages as [
        unknown,
        { tool_calls: [{ id: string }] },
        { tool_call_id: string },
      ];
      assert.match(result.tool_call_id, /^[a-zA-Z0-9]{9}$/);
      assert.equal(assistant.tool_calls[0].id, result.tool_call_id);
      if (id === 'D681PevKs') assert.equal(result.tool_call_id, id);
      // The same each time, or a cached prompt would not be the same.
      assert.deepEqual(again.body.messages, first.body.messages);
    }
  });

  test('says first and calls then, in two messages, where an answer did both', async () => {
    const { body } = await send({ messages: called('D681PevKs', 'Let me look.'), tools: [read] });
    assert.deepEqual(
      body.messages.map(({ role, content }) => [role, content]),
      [
        ['user', 'Read it.'],
        ['assistant', 'Let me look.'],
        ['assistant', ''],
        ['tool', 'a'],
      ],
    );
  });

  test('that was stopped after a tool’s result goes on with a word in between', async () => {
    const messages: Message[] = [...called('D681PevKs'), { role: 'user', content: 'And now?' }];
    const { body } = await send({ messages, tools: [read] });
    assert.deepEqual(
      body.messages.map(({ role }) => role),
      ['user', 'assistant', 'tool', 'assistant', 'user'],
    );
  });

  test('leaves an answer without a word out', async () => {
    const messages: Message[] = [...hello, { role: 'assistant', content: '' }, { role: 'user', content: 'Well?' }];
    const { body } = await send({ messages });
    assert.deepEqual(
      body.messages.map(({ role }) => role),
      ['user', 'user'],
    );
  });
});

describe('what the model thought', () => {
  const thinks = { kind: 'reply', text: 'It is 391.', reasoning: { text: '17 times 23: 340 and 51.' } } as const;

  test('is heard apart from what it said, streamed and whole', async () => {
    for (const streaming of [true, false]) {
      await served.control.script(thinks);
      const { response } = await send({ messages: hello, streaming });
      assert.deepEqual([response.thinking, response.content], ['17 times 23: 340 and 51.', 'It is 391.']);
    }
  });

  test('goes back whole and closed with the next question, to the model that thought it and to no other', async () => {
    await served.control.script(thinks);
    const { response } = await send({ messages: hello });
    const said: Message = { role: 'assistant', content: response.content, continuation: response.continuation! };
    const messages: Message[] = [...hello, said, { role: 'user', content: 'Sure?' }];
    assert.deepEqual((await send({ messages })).body.messages[1]?.['content'], [
      { type: 'thinking', thinking: [{ type: 'text', text: '17 times 23: 340 and 51.' }], closed: true },
      { type: 'text', text: 'It is 391.' },
    ]);
    const { body } = await send({ messages }, { model: 'mistral-large-2512' });
    assert.equal(body.messages[1]?.['content'], 'It is 391.');
  });

  test('before it called a tool goes back before the call', async () => {
    await served.control.script({
      ...thinks,
      text: '',
      toolCalls: [{ name: 'read_file', arguments: { path: 'a.ts' } }],
    });
    const { response } = await send({ messages: hello, tools: [read] });
    const { content, toolCalls, continuation } = response;
    const messages: Message[] = [
      ...hello,
      { role: 'assistant', content, toolCalls, continuation: continuation! },
      { role: 'tool', toolCallId: toolCalls[0]!.id, content: 'a' },
    ];
    const { body } = await send({ messages, tools: [read] });
    assert.deepEqual(
      body.messages.map(({ role, content: sent, tool_calls: calls }) => [role, Array.isArray(sent), Boolean(calls)]),
      [
        ['user', false, false],
        ['assistant', true, false],
        ['assistant', false, true],
        ['tool', false, false],
      ],
    );
  });
});
