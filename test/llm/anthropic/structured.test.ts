import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonSchema, Message } from '../../../src/llm/message.ts';
import type { ResponseFormat } from '../../../src/llm/request.ts';
import { claude, noticesOf, send, served } from './served-wire.ts';

const hello: readonly Message[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Who?' },
];
const person = {
  type: 'object',
  properties: { name: { type: 'string' }, minimum: { type: 'integer' } },
  required: ['name', 'minimum'],
  additionalProperties: false,
};
const format = (schema: JsonSchema): ResponseFormat => ({ type: 'json-schema', name: 'person', schema });
const reply = (text: string) => served.control.script({ kind: 'reply', text });

test('an answer is held to a schema of the kind the API takes', async () => {
  await reply('{"name":"Ada","minimum":3}');
  const { body, response } = await send({ messages: hello, responseFormat: format(person) });
  assert.deepEqual(body.output_config, { format: { type: 'json_schema', schema: person } });
  assert.equal((body.system as readonly unknown[]).length, 1);
  assert.equal(response.content, '{"name":"Ada","minimum":3}');
});

test('elsewhere JSON is asked for in words and told; what comes is checked all the same', async () => {
  const cases: readonly (readonly [ResponseFormat, string])[] = [
    [{ type: 'json-object' }, 'claude-sonnet-5'],
    [format({ ...person, properties: { name: { type: 'string', minLength: 1 }, minimum: {} } }), 'claude-sonnet-5'],
    [format({ type: 'object', properties: { name: { type: 'string' } } }), 'claude-sonnet-5'],
    [format({ ...person, properties: { name: { $ref: '#/$defs/name' }, minimum: {} }, $defs: { name: {} } }), 'claude-sonnet-5'],
  ]; // prettier-ignore
  for (const [responseFormat, model] of cases) {
    await reply('{"name":"Ada","minimum":3}');
    const { body, response } = await send({ messages: hello, responseFormat }, { model });
    assert.equal(body.output_config, undefined);
    const said = (body.system as readonly { readonly text: string }[]).at(-1)?.text ?? '';
    assert.match(said, /^Answer with JSON and nothing else/);
    if (responseFormat.type === 'json-schema') assert.ok(said.includes(JSON.stringify(responseFormat.schema)));
    assert.equal(response.content, '{"name":"Ada","minimum":3}');
    await reply('{}');
    const [told, ...more] = await noticesOf({ messages: hello, responseFormat }, { model });
    assert.match(told ?? '', /is asked .* and the answer is checked\.$/);
    assert.deepEqual(more, []);
  }
});

test('what was asked for as JSON and is none fails with the text kept apart', async () => {
  for (const [text, responseFormat] of [
    ['Ada, I think.', { type: 'json-object' }],
    ['{"name":5,"minimum":3}', format(person)],
  ] as const) {
    await reply(text);
    await assert.rejects(claude().chat({ messages: hello, responseFormat }), (error: unknown) => {
      const { code, facts } = error as { code: string; facts: { text?: string } };
      return code === 'ERR_BAD_RESPONSE' && facts.text === text;
    });
  }
});
