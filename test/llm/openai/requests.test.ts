import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createProvider } from '../../../src/llm/create-provider.ts';
import type { ContentPart, Message, ToolDefinition } from '../../../src/llm/message.ts';
import { findModel, listModels } from '../../../src/llm/model-catalog.ts';
import { toWire } from '../../../src/llm/openai/chat/to-wire.ts';
import { SERVED_MODELS } from '../../support/openai-server/models.ts';
import { hello, key, origin, refused, send, served } from './served-wire.ts';

/** 2 × 2 pixels. */
const png =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGNwaDgARAwQCgAoDgYBQzpj2gAAAABJRU5ErkJggg==';

test('the reference’s request arrives as POST with a Bearer key and JSON', async () => {
  const messages: readonly Message[] = [
    { role: 'system', content: 'You are a helpful assistant.' },
    { role: 'user', content: 'Hello!' },
  ];
  const { body, headers, path, method } = await send({ messages, maxTokens: 4096, temperature: 1, streaming: false });
  assert.deepEqual(body, {
    model: 'gpt-4o',
    messages,
    [findModel('openai', 'gpt-4o')!.tokenLimitField!]: 4096,
    temperature: 1,
  });
  assert.equal(method, 'POST');
  assert.equal(path, '/v1/chat/completions');
  assert.equal(headers['authorization'], `Bearer ${key}`);
  assert.equal(headers['content-type'], 'application/json');
});

test('a streamed request asks for usage', async () => {
  const { body, headers } = await send({ messages: hello });
  assert.deepEqual(body, { model: 'gpt-4o', messages: hello, stream: true, stream_options: { include_usage: true } });
  assert.equal(headers['accept'], 'text/event-stream');
});

test('streamed and whole give the same content, usage, calls and stop reason', async () => {
  for (const messages of [hello, [{ role: 'user', content: 'Count to twenty in words.' }] as const]) {
    const provider = createProvider({
      retry: false,
      provider: 'openai',
      model: 'gpt-4o',
      apiKey: key,
      endpoint: `${origin}/v1`,
    });
    const comparable = async (streaming: boolean) => {
      const { metadata: _, usage, ...rest } = await provider.chat({ messages, streaming });
      return { ...rest, usage: { ...usage, raw: undefined } };
    };
    assert.deepEqual(await comparable(true), await comparable(false));
  }
});

describe('temperature', () => {
  test('is sent as it is set, 0 as 0, both ends of its range accepted', async () => {
    for (const temperature of [0, 0.7, 2])
      assert.equal((await send({ messages: hello, temperature })).body['temperature'], temperature);
    assert.equal((await send({ messages: hello }, { temperature: 0 })).body['temperature'], 0);
  });

  test('that is unset is not sent at all', async () => {
    assert.ok(!('temperature' in (await send({ messages: hello })).body));
  });

  test('outside its range is refused before sending, the range named', async () => {
    for (const temperature of [-0.01, 2.01, NaN, Infinity]) {
      const error = await refused({ messages: hello, temperature });
      assert.equal(error.code, 'ERR_REFUSED_LOCALLY');
      assert.match(error.message, /between 0 and 2/);
      assert.equal(error.facts.param, 'temperature');
    }
  });
});

describe('maxTokens', () => {
  test('of 1 and of the model’s maximum are accepted', async () => {
    const { maxOutputTokens, tokenLimitField } = findModel('openai', 'gpt-4o')!;
    for (const maxTokens of [1, maxOutputTokens!])
      assert.equal((await send({ messages: hello, maxTokens })).body[tokenLimitField!], maxTokens);
  });

  test('outside is refused before sending, the range named', async () => {
    const { maxOutputTokens } = findModel('openai', 'gpt-4o')!;
    for (const maxTokens of [0, -1, 1.5, NaN, maxOutputTokens! + 1])
      assert.match(
        (await refused({ messages: hello, maxTokens })).message,
        new RegExp(`between 1 and ${maxOutputTokens} `),
      );
  });

  test('goes into the field that the catalogue names for the model', async () => {
    await served.control.configure({ extraModels: ['someones-own'] });
    assert.equal(
      (await send({ messages: hello, maxTokens: 5 }, { model: 'someones-own' })).body['max_completion_tokens'],
      5,
    );
    assert.equal(
      (await send({ messages: hello, maxTokens: 5 }, { model: 'gpt-5.4' })).body['max_completion_tokens'],
      5,
    );
  });
});

test('a timeout from 1 s to 10 min is accepted, others are refused before sending', async () => {
  for (const timeoutMs of [1000, 600_000]) await send({ messages: hello }, { timeoutMs });
  await served.control.reset();
  for (const timeoutMs of [0, 999, 600_001, NaN, -1])
    assert.match((await refused({ messages: hello }, { timeoutMs })).message, /between 1 and 600 seconds/);
});

const weather: ToolDefinition = {
  name: 'get_weather',
  description: 'Current weather',
  parameters: {
    type: 'object',
    properties: {
      places: {
        type: 'array',
        items: {
          type: 'object',
          properties: { city: { type: 'string' }, unit: { enum: ['C', 'F'] } },
          required: ['city'],
        },
      },
      when: { $ref: '#/$defs/day' },
    },
    required: ['places'],
    $defs: { day: { type: 'string', format: 'date' } },
  },
};

describe('tools', () => {
  test('arrive with their schemas unchanged', async () => {
    const { body } = await send({ messages: hello, tools: [weather] });
    assert.deepEqual(body['tools'], [{ type: 'function', function: weather }]);
    assert.ok(!('tool_choice' in body) && !('parallel_tool_calls' in body));
  });

  test('are chosen as set: auto, none, required, one by name; several at once can be forbidden', async () => {
    const choices = [
      ['auto', 'auto'],
      ['none', 'none'],
      ['required', 'required'],
      [{ name: 'get_weather' }, { type: 'function', function: { name: 'get_weather' } }],
    ] as const;
    for (const [toolChoice, wire] of choices) {
      await served.control.script({ kind: 'reply', toolCalls: [{ name: 'get_weather', arguments: { places: [] } }] });
      const { body } = await send({ messages: hello, tools: [weather], toolChoice, parallelToolCalls: false });
      assert.deepEqual(body['tool_choice'], wire);
      assert.equal(body['parallel_tool_calls'], false);
    }
  });

  test('that are none leave their settings out, which the vendor would refuse', async () => {
    const { body } = await send({ messages: hello, tools: [], toolChoice: 'required', parallelToolCalls: false });
    assert.ok(!('tools' in body) && !('tool_choice' in body) && !('parallel_tool_calls' in body));
  });

  test('go round: calls with content null, results by id, empty arguments as {}', async () => {
    await served.control.script({
      kind: 'reply',
      toolCalls: [
        { id: 'call_A', name: 'get_weather', arguments: { places: [] } },
        { id: 'call_B', name: 'get_weather', arguments: '' },
      ],
    });
    const provider = createProvider({
      retry: false,
      provider: 'openai',
      model: 'gpt-4o',
      apiKey: key,
      endpoint: `${origin}/v1`,
    });
    const { content, toolCalls, stopReason } = await provider.chat({ messages: hello, tools: [weather] });
    assert.equal(stopReason, 'tool_use');
    assert.equal(content, '');
    const results = toolCalls.map(({ id }) => ({ role: 'tool', toolCallId: id, content: `result of ${id}` }) as const);
    const { body } = await send({
      messages: [...hello, { role: 'assistant', content, toolCalls }, ...results],
      tools: [weather],
    });
    assert.deepEqual((body['messages'] as unknown[]).slice(1), [
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_A', type: 'function', function: { name: 'get_weather', arguments: '{"places":[]}' } },
          { id: 'call_B', type: 'function', function: { name: 'get_weather', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_A', content: 'result of call_A' },
      { role: 'tool', tool_call_id: 'call_B', content: 'result of call_B' },
    ]);
  });
});

test('image parts arrive as data URIs with the detail that was set', async () => {
  const content: readonly ContentPart[] = [
    { type: 'text', text: 'What is this?' },
    { type: 'image', url: png, width: 2, height: 2 },
    { type: 'image', url: png, detail: 'low', width: 2, height: 2 },
  ];
  const { body } = await send({ messages: [{ role: 'user', content }] });
  assert.deepEqual((body['messages'] as { content: unknown }[])[0]!.content, [
    { type: 'text', text: 'What is this?' },
    { type: 'image_url', image_url: { url: png } },
    { type: 'image_url', image_url: { url: png, detail: 'low' } },
  ]);
});

test('tools for a model that takes them only over Responses are refused where a setting insists on Chat', async () => {
  const error = await refused({ messages: hello, tools: [weather] }, { model: 'gpt-6.1-sol', api: 'chat' });
  assert.match(error.message, /cannot call tools over Chat Completions/);
});

test('an image for a model that cannot see is refused before sending', async () => {
  const blind = listModels('openai', { at: Date.UTC(2026, 10, 22), includeShutDown: true }).find(
    ({ vision }) => !vision,
  );
  assert.ok(blind);
  const error = await refused(
    { messages: [{ role: 'user', content: [{ type: 'image', url: png }] }] },
    { model: blind.id },
  );
  assert.match(error.message, /cannot see images/);
});

test('answer formats are sent in OpenAI’s words', async () => {
  const schema = {
    type: 'object',
    properties: { answer: { type: 'string' } },
    required: ['answer'],
    additionalProperties: false,
  };
  const strict = await send({ messages: hello, responseFormat: { type: 'json-schema', name: 'answer', schema } });
  assert.deepEqual(strict.body['response_format'], {
    type: 'json_schema',
    json_schema: { name: 'answer', schema, strict: true },
  });
  const json: readonly Message[] = [{ role: 'user', content: 'Answer in JSON.' }];
  const loose = await send({ messages: json, responseFormat: { type: 'json-object' } });
  assert.deepEqual(loose.body['response_format'], { type: 'json_object' });
  assert.ok(!('response_format' in (await send({ messages: hello, responseFormat: { type: 'text' } })).body));
});

test('reasoning effort goes to models that take it and to those nobody knows, and to no others', async () => {
  const effort = async (model: string) =>
    (await send({ messages: hello, reasoningEffort: 'low' }, { model })).body['reasoning_effort'];
  assert.equal(await effort('gpt-5.4'), 'low');
  assert.equal(await effort('gpt-4o'), undefined);
  const unknown = toWire(
    { messages: hello, reasoningEffort: 'low' },
    { model: 'x', facts: undefined, effort: 'low', streaming: true },
  );
  assert.equal(unknown.reasoning_effort, 'low');
});

test('what every live Chat model is asked with every setting, the vendor’s own rules accept', async t => {
  const today = Date.UTC(2026, 10, 22);
  const known = new Set(SERVED_MODELS.flatMap(({ id, api }) => (api === 'both' ? id : [])));
  const models = listModels('openai', { at: today }).filter(
    ({ id, endpoints }) => endpoints?.includes('chat') && known.has(id),
  );
  assert.ok(models.length > 10);
  for (const { id: model, vision, tools, reasoning } of models)
    await t.test(model, async () => {
      const system: Message = { role: 'system', content: 'Be brief.' };
      const needsResponses = reasoning?.toolsOnChatNeedEffortNone && !reasoning.efforts.includes('none');
      await send({ messages: [system, ...hello], maxTokens: 64, temperature: 0 }, { model });
      if (tools && !needsResponses)
        await send({ messages: hello, tools: [weather], parallelToolCalls: false }, { model, api: 'chat' });
      if (vision) await send({ messages: [{ role: 'user', content: [{ type: 'image', url: png }] }] }, { model });
      await send({ messages: hello, streaming: false }, { model });
    });
});
