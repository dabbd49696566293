import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssistantMessage, Message } from '../../../../src/llm/message.ts';
import { findModel, listModels } from '../../../../src/llm/model-catalog.ts';
import { toWire } from '../../../../src/llm/openai/responses/to-wire.ts';
import type { WireRequest } from '../../../../src/llm/openai/responses/wire.ts';
import type { ChatRequest, ReasoningEffort } from '../../../../src/llm/request.ts';
import { validator } from '../../../support/openai-server/schema.ts';
import { createSampleTools } from '../../../support/sample-tools.ts';

const model = 'gpt-6-sol';
const { calculator, getWeather } = createSampleTools();
const tools = [calculator, getWeather].map(({ name, description, parameters }) => ({ name, description, parameters }));
const ask = (text: string): Message => ({ role: 'user', content: text });

/** What would be sent; what the published schema objects to fails the test. */
function sent(
  request: ChatRequest,
  more: { model?: string; effort?: ReasoningEffort; streaming?: boolean } = {},
): WireRequest {
  const id = more.model ?? model;
  const { effort, streaming = true } = more;
  const body = toWire(request, { model: id, facts: findModel('openai', id), effort, streaming });
  const validate = validator('CreateResponse', 'strict');
  const asSent: unknown = JSON.parse(JSON.stringify(body));
  assert.ok(validate(asSent), JSON.stringify(validate.errors?.slice(0, 3)));
  return body;
}

test('the head’s system message becomes instructions, and nothing is stored at the vendor', () => {
  const body = sent({ messages: [{ role: 'system', content: 'Be brief.' }, ask('Hi')], maxTokens: 500 });
  assert.equal(body.instructions, 'Be brief.');
  assert.deepEqual(body.input, [{ role: 'user', content: 'Hi' }]);
  assert.equal(body.store, false);
  assert.equal(body.max_output_tokens, 500);
  assert.equal(body.stream, true);
  assert.ok(!('messages' in body) && !('max_tokens' in body) && !('stream_options' in body));
});

test('without streaming the request does not mention it', () => {
  assert.equal(sent({ messages: [ask('Hi')] }, { streaming: false }).stream, undefined);
});

test('a limit below the API’s own minimum is raised to it', () => {
  assert.equal(sent({ messages: [ask('Hi')], maxTokens: 1 }).max_output_tokens, 16);
});

test('tools are flat and their schemas arrive unchanged', () => {
  const body = sent({ messages: [ask('2+2?')], tools, toolChoice: { name: 'calculator' }, parallelToolCalls: false });
  assert.deepEqual(body.tools?.[0], {
    type: 'function',
    name: 'calculator',
    description: calculator.description,
    parameters: calculator.parameters,
    strict: false,
  });
  assert.deepEqual(body.tool_choice, { type: 'function', name: 'calculator' });
  assert.equal(body.parallel_tool_calls, false);
  for (const choice of ['auto', 'none', 'required'] as const)
    assert.equal(sent({ messages: [ask('?')], tools, toolChoice: choice }).tool_choice, choice);
});

test('images go as data URIs with their detail', () => {
  const url = 'data:image/png;base64,AAAA';
  const body = sent({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What?' },
          { type: 'image', url, detail: 'high' },
        ],
      },
    ],
  });
  assert.deepEqual(body.input, [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'What?' },
        { type: 'input_image', image_url: url, detail: 'high' },
      ],
    },
  ]);
});

const reasoning = (id: string) => ({ type: 'reasoning' as const, id, summary: [], encrypted_content: `sealed-${id}` });
const looked: AssistantMessage = {
  role: 'assistant',
  content: 'Let me look.',
  toolCalls: [
    { id: 'call_a', name: 'calculator', arguments: '{"expression":"2+2"}' },
    { id: 'call_b', name: 'get_weather', arguments: '' },
  ],
  continuation: {
    provider: 'openai',
    model,
    items: [{ reasoning: reasoning('rs_1') }, 'text', { call: 0 }, { reasoning: reasoning('rs_2') }, { call: 1 }],
  },
};
const results: Message[] = [
  { role: 'tool', toolCallId: 'call_a', content: '4' },
  { role: 'tool', toolCallId: 'call_b', content: 'Rain.' },
];
const callA = { type: 'function_call', call_id: 'call_a', name: 'calculator', arguments: '{"expression":"2+2"}' };
const callB = { type: 'function_call', call_id: 'call_b', name: 'get_weather', arguments: '{}' };
const outputs = [
  { type: 'function_call_output', call_id: 'call_a', output: '4' },
  { type: 'function_call_output', call_id: 'call_b', output: 'Rain.' },
];
const said = { role: 'assistant', content: 'Let me look.' };

test('a tool round pairs by call_id and echoes encrypted reasoning right before what it led to', () => {
  const body = sent({ messages: [ask('?'), looked, ...results], tools });
  assert.deepEqual(body.input.slice(1), [reasoning('rs_1'), said, callA, reasoning('rs_2'), callB, ...outputs]);
  assert.deepEqual(body.include, ['reasoning.encrypted_content']);
});

test('reasoning of another model is left out, the rest stays in order', () => {
  const body = sent({ messages: [ask('?'), looked, ...results], tools }, { model: 'gpt-5.6-sol' });
  assert.deepEqual(body.input.slice(1), [said, callA, callB, ...outputs]);
});

test('reasoning whose calls were left out goes with them', () => {
  const [first] = looked.toolCalls!;
  const body = sent({ messages: [ask('?'), { ...looked, toolCalls: [first!] }, results[0]!], tools });
  assert.deepEqual(body.input.slice(1), [said, callA, outputs[0]]);
});

test('reasoning that led to nothing, because the answer was cut off in it, is left out', () => {
  const cut = {
    role: 'assistant',
    content: '',
    continuation: { ...looked.continuation!, items: [{ reasoning: reasoning('rs_1') }] },
  } as const;
  const body = sent({ messages: [ask('?'), cut, ask('Go on.')] });
  assert.deepEqual(body.input, [ask('?'), ask('Go on.')]);
});

test('effort is sent as the route decided, and sampling only without reasoning', () => {
  const low = { effort: 'low', summary: 'auto' };
  assert.deepEqual(sent({ messages: [ask('?')], temperature: 0 }, { effort: 'low' }).reasoning, low);
  assert.equal(sent({ messages: [ask('?')], temperature: 0 }, { effort: 'low' }).temperature, undefined);
  assert.equal(sent({ messages: [ask('?')], temperature: 0 }, { effort: 'none' }).temperature, 0);
  assert.deepEqual(sent({ messages: [ask('?')] }).reasoning, { summary: 'auto' });
});

test('what was thought is asked for where something is thought, and of models that are known to', () => {
  assert.deepEqual(sent({ messages: [ask('?')] }, { effort: 'none' }).reasoning, { effort: 'none' });
  assert.equal(sent({ messages: [ask('?')] }, { model: 'gpt-4o' }).reasoning, undefined);
  assert.equal(sent({ messages: [ask('?')] }, { model: 'not-known' }).reasoning, undefined);
});

test('answer formats are sent in the words of this API', () => {
  const schema = { type: 'object', properties: {}, additionalProperties: false };
  const format = { type: 'json-schema', name: 'thing', schema } as const;
  assert.deepEqual(sent({ messages: [ask('?')], responseFormat: format }).text, {
    format: { type: 'json_schema', name: 'thing', schema, strict: true },
  });
  assert.deepEqual(sent({ messages: [ask('JSON?')], responseFormat: { type: 'json-object' } }).text, {
    format: { type: 'json_object' },
  });
});

test('what every model of this API is asked is valid', () => {
  const models = listModels('openai', { at: Date.UTC(2026, 10, 22) }).filter(({ endpoints }) =>
    endpoints?.includes('responses'),
  );
  assert.ok(models.length > 10);
  for (const { id } of models)
    sent(
      { messages: [{ role: 'system', content: 's' }, ask('?'), looked, ...results], tools, maxTokens: 64 },
      { model: id },
    );
});
