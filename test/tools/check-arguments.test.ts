import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { JsonSchema } from '../../src/llm/message.ts';
import { parseArguments } from '../../src/tools/check-arguments.ts';
import { readFile } from '../../src/tools/read-file.ts';
import { createSampleTools } from '../support/sample-tools.ts';

const { calculator } = createSampleTools();

async function message(parameters: JsonSchema, text: string): Promise<string> {
  const result = await parseArguments({ name: 'sample', parameters }, text);
  return result.ok ? `accepted: ${JSON.stringify(result.args)}` : result.message;
}

test("the reference's calculator call is read", async () => {
  assert.deepEqual(await parseArguments(calculator, '{"expression":"2+2"}'), { ok: true, args: { expression: '2+2' } });
});

test('empty arguments are {}', async () => {
  const tool = { name: 'sample', parameters: { type: 'object' } };
  for (const text of ['', ' ', '\n']) assert.deepEqual(await parseArguments(tool, text), { ok: true, args: {} });
  assert.match(await message(calculator.parameters, ''), /"expression" is missing/);
});

test('what is no JSON or no object is refused with a reason the model can act on', async () => {
  for (const text of ['{', '{"a":1', "{'a':1}", 'undefined', '{"a":1}{"b":2}']) {
    assert.match(
      await message({ type: 'object' }, text),
      /"sample" were not accepted: they are not valid JSON .*Nothing was run/,
      text,
    );
  }
  for (const text of ['null', '[]', '"x"', '1', 'true'])
    assert.match(await message({}, text), /must be a JSON object/, text);
  assert.match(await message({ type: 'object' }, `{"a":"${'x'.repeat(1 << 20)}"}`), /longer than 1 MB/);
});

test('every mistake is named: missing, wrong type, unknown, out of bounds', async () => {
  const text = await message(readFile.parameters, '{"startLine":"1","endLine":0,"file":"a"}');
  for (const part of [/"path" is missing/, /startLine must be integer/, /endLine must be >= 1/, /no property "file"/])
    assert.match(text, part);
});

test('nested arrays of objects, enum, required and $ref are checked', async () => {
  const schema = {
    type: 'object',
    $defs: { edit: { type: 'object', required: ['kind'], properties: { kind: { enum: ['add', 'remove'] }, at: { type: 'array', items: { type: 'integer' } } } } },
    properties: { edits: { type: 'array', items: { $ref: '#/$defs/edit' } } },
    required: ['edits'],
  }; // prettier-ignore
  assert.match(await message(schema, '{"edits":[{"kind":"add","at":[1,2]}]}'), /^accepted/);
  assert.match(
    await message(schema, '{"edits":[{"kind":"add"},{"kind":"move"}]}'),
    /edits\/1\/kind must be one of \["add","remove"\]/,
  );
  assert.match(await message(schema, '{"edits":[{}]}'), /edits\/0 "kind" is missing/);
  assert.match(await message(schema, '{"edits":[{"kind":"add","at":[1,"2"]}]}'), /edits\/0\/at\/1 must be integer/);
});

test('arguments called __proto__ reach nobody', async () => {
  const result = await parseArguments(
    { name: 'sample', parameters: {} },
    '{"a":{"__proto__":{"x":1}},"__proto__":{"y":2},"\\u005f_proto__":3}',
  );
  assert.ok(result.ok);
  assert.deepEqual(Object.getOwnPropertyNames(result.args), ['a']);
  assert.deepEqual(Object.getOwnPropertyNames(result.args['a']), []);
  assert.equal(({} as { x?: number }).x, undefined);
});

test('a required property is not met by what every object inherits', async () => {
  assert.match(await message({ type: 'object', required: ['constructor'] }, '{}'), /"constructor" is missing/);
});

test("keywords, formats and dialects of other people's schemas are no obstacle, nor is the same $id twice", async () => {
  for (const x of [1, 2]) {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'https://example.com/one',
      type: 'object',
      'x-vendor': x,
      properties: { at: { type: 'string', format: 'made-up', markdownDescription: 'x' } },
    };
    assert.match(await message(schema, '{"at":"now"}'), /^accepted/);
    assert.match(await message(schema, '{"at":1}'), /at must be string/);
  }
});

test('a tool with a broken schema is out of use, and nothing throws', async () => {
  assert.match(await message({ $ref: '#/nowhere' }, '{}'), /cannot be used/);
});

test('many mistakes are told in few words', async () => {
  const text = await message(
    { type: 'object', additionalProperties: false },
    JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`p${index}`, 1]))),
  );
  assert.ok(text.length < 1_000);
  assert.match(text, /and 492 more/);
});
