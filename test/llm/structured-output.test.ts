import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LlmError } from '../../src/llm/llm-error.ts';
import type { ChatResponse, ResponseFormat } from '../../src/llm/request.ts';
import { checkFormat, jsonIsMentioned } from '../../src/llm/structured-output.ts';

const answer = (content: string, more: Partial<ChatResponse> = {}): ChatResponse => ({
  content,
  toolCalls: [],
  stopReason: 'end_turn',
  metadata: {},
  ...more,
});
const json: ResponseFormat = { type: 'json-object' };
const schema: ResponseFormat = {
  type: 'json-schema',
  name: 'point',
  schema: {
    type: 'object',
    properties: { x: { type: 'number' }, label: { enum: ['a', 'b'] } },
    required: ['x', 'label'],
    additionalProperties: false,
  },
};

async function refused(response: ChatResponse, format: ResponseFormat): Promise<LlmError> {
  let caught: unknown;
  await checkFormat(response, format).catch((error: unknown) => (caught = error));
  assert.ok(caught instanceof LlmError);
  assert.equal(caught.code, 'ERR_BAD_RESPONSE');
  assert.equal(caught.facts.text, response.content);
  assert.ok(!caught.message.includes(response.content) || response.content.length < 3);
  return caught;
}

test('JSON that is JSON passes, in JSON mode and against a schema', async () => {
  await checkFormat(answer('{"anything": [1, 2]}'), json);
  await checkFormat(answer('{"x": 1.5, "label": "b"}'), schema);
});

test('text that is no JSON is a typed error that keeps the text', async () => {
  assert.match((await refused(answer('Sure! Here it is: {'), json)).message, /is not JSON/);
});

test('JSON cut off by the token limit says so', async () => {
  const error = await refused(answer('{"x": 1, "lab', { stopReason: 'max_tokens' }), schema);
  assert.match(error.message, /cut off/);
});

test('JSON that does not fit the schema names what is wrong', async () => {
  const error = await refused(answer('{"x": "one", "label": "c", "y": 2}'), schema);
  assert.match(error.message, /"point"/);
  assert.match(error.message, /x must be number/);
  assert.match(error.message, /there is no property "y"/);
});

test('plain text, refusals and tool calls are not held against the format', async () => {
  await checkFormat(answer('words'), { type: 'text' });
  await checkFormat(answer('I cannot do that.', { stopReason: 'refusal' }), schema);
  await checkFormat(answer('', { stopReason: 'tool_use', toolCalls: [{ id: '1', name: 'f', arguments: '' }] }), json);
});

test('whether JSON is mentioned is looked for in every message', () => {
  assert.equal(jsonIsMentioned({ messages: [{ role: 'user', content: 'as json, please' }] }), true);
  assert.equal(jsonIsMentioned({ messages: [{ role: 'user', content: [{ type: 'text', text: 'In JSON' }] }] }), true);
  assert.equal(jsonIsMentioned({ messages: [{ role: 'user', content: 'plain' }] }), false);
});
