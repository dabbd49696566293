import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { schemaSource, validator } from '../support/openai-server/schema.ts';
import { schemaViolations } from '../support/openai-server/violations.ts';
import type { Json } from './ask.ts';
import { hello, tool, user } from './ask.ts';

const violations = (body: unknown): ReturnType<typeof schemaViolations> =>
  schemaViolations('CreateChatCompletionRequest', body);

describe('the published schema of a chat request', () => {
  it('accepts the body the reference prints', () => {
    const messages = [
      { role: 'system', content: 'You are a helpful coding assistant.' },
      user('Explain Go interfaces.'),
    ];
    assert.deepEqual(violations({ model: 'gpt-4o', messages, max_tokens: 4096, temperature: 1 }), []);
  });

  it('accepts a tool round with an image, and null where the published schema calls a field nullable', () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'read_file', arguments: '{}' } };
    const body = {
      model: 'gpt-4o',
      messages: [
        user([
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
        ]),
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'call_1', content: 'nothing' },
      ],
      tools: [tool('read_file', { path: { type: 'string' } }, ['path'])],
      tool_choice: { type: 'function', function: { name: 'read_file' } },
      parallel_tool_calls: false,
      max_tokens: null,
      temperature: null,
      reasoning_effort: null,
      stop: null,
      seed: null,
      stream: true,
      stream_options: { include_usage: true },
    };
    assert.deepEqual(violations(body), []);
  });

  const refused: readonly (readonly [string, Json, string | null, string])[] = [
    ['an unknown parameter', hello({ foo: 1 }), 'foo', 'unknown_parameter'],
    [
      'a field a message does not have',
      hello({ messages: [{ ...user('a'), id: 7 }] }),
      'messages[0].id',
      'unknown_parameter',
    ],
    [
      'an unknown stream option',
      hello({ stream_options: { usage: true } }),
      'stream_options.usage',
      'unknown_parameter',
    ],
    ['a missing model', { messages: [user('a')] }, 'model', 'missing_required_parameter'],
    [
      'a message without content',
      hello({ messages: [{ role: 'user' }] }),
      'messages[0].content',
      'missing_required_parameter',
    ],
    [
      'a message without a role',
      hello({ messages: [{ content: 'a' }] }),
      'messages[0].role',
      'missing_required_parameter',
    ],
    ['a number for content', hello({ messages: [user(3)] }), 'messages[0].content', 'invalid_type'],
    ['an unknown role', hello({ messages: [{ role: 'robot', content: '' }] }), 'messages[0].role', 'invalid_value'],
    [
      'an unknown kind of part',
      hello({ messages: [user([{ type: 'txt', text: '' }])] }),
      'messages[0].content[0].type',
      'invalid_value',
    ],
    [
      'an image address that is not in an object',
      hello({ messages: [user([{ type: 'image_url', image_url: 'x' }])] }),
      'messages[0].content[0].image_url',
      'invalid_type',
    ],
    ['no messages', hello({ messages: [] }), 'messages', 'empty_array'],
    ['a temperature above 2', hello({ temperature: 2.1 }), 'temperature', 'decimal_above_max_value'],
    ['a temperature below 0', hello({ temperature: -1 }), 'temperature', 'decimal_below_min_value'],
    ['a broken number of tokens', hello({ max_tokens: 1.5 }), 'max_tokens', 'invalid_type'],
    ['an unknown effort', hello({ reasoning_effort: 'wild' }), 'reasoning_effort', 'invalid_value'],
    ['five stop words', hello({ stop: ['a', 'b', 'c', 'd', 'e'] }), 'stop', 'array_above_max_length'],
    ['a tool without its wrapper', hello({ tools: [{ name: 'x' }] }), 'tools[0].type', 'missing_required_parameter'],
    ['a list for a body', [], null, 'invalid_type'],
  ];
  for (const [what, body, param, code] of refused) {
    it(`refuses ${what} and names it`, () => {
      const [first] = violations(body);
      assert.deepEqual({ param: first?.param, code: first?.code }, { param, code });
      assert.ok(param === null || code === 'invalid_value' || first?.message.includes(param));
    });
  }

  it('names the values it would take', () => {
    const [first] = violations(hello({ messages: [{ role: 'robot', content: '' }] }));
    assert.match(first?.message ?? '', /'developer', 'system', 'user', 'assistant', 'tool'/);
  });
});

describe('the reduced schema file', () => {
  it('says where it is from, and compiles from every root', async () => {
    const file = JSON.parse(
      await readFile(new URL('../support/openai-server/openai-schema.generated.json', import.meta.url), 'utf8'),
    );
    for (const field of ['title', 'version', 'sha256', 'date', 'license']) assert.ok(schemaSource()[field], field);
    assert.ok(file.roots.includes('CreateResponse') && file.roots.includes('ResponseStreamEvent'));
    for (const root of file.roots) assert.equal(typeof validator(root, 'open'), 'function');
  });

  it('carries no prose', async () => {
    const file = JSON.parse(
      await readFile(new URL('../support/openai-server/openai-schema.generated.json', import.meta.url), 'utf8'),
    );
    const prose: string[] = [];
    const visit = (node: Json, path: string, isNameMap: boolean): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, value] of Object.entries(node)) {
        if (!isNameMap && (['description', 'title', 'example', 'examples'].includes(key) || key.startsWith('x-')))
          prose.push(`${path}/${key}`);
        visit(value, `${path}/${key}`, key === 'properties' && !isNameMap);
      }
    };
    visit(file.schemas, '', true);
    assert.deepEqual(prose, []);
  });
});

describe('the schema reducer', () => {
  const reduce = async (schemas: Json): Promise<Json> => {
    const folder = await mkdtemp(join(tmpdir(), 'reduce-'));
    try {
      const [from, to] = [join(folder, 'in.json'), join(folder, 'out.json')];
      await writeFile(
        from,
        JSON.stringify({ openapi: '3.1.0', info: { title: 'T', version: '9' }, components: { schemas } }),
      );
      const script = new URL('../../scripts/reduce-openai-schema.mjs', import.meta.url).pathname;
      await promisify(execFile)(process.execPath, [script, from, to]);
      return JSON.parse(await readFile(to, 'utf8'));
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  it('keeps what is reachable, strips prose but not properties named like it, and settles older dialects', async () => {
    const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
    const { schemas, source } = await reduce({
      Unused: { type: 'string' },
      Model: {
        type: 'object',
        description: 'prose',
        properties: {
          title: { type: 'string', 'x-secret': 1, example: 'prose' },
          maybe: { type: 'string', enum: ['a'], nullable: true },
          tagged: { oneOf: [ref('A'), ref('B')] },
          loose: { oneOf: [{ type: 'string' }, { type: 'string', enum: ['a'] }] },
          self: { type: 'array', items: { $recursiveRef: '#' } },
        },
      },
      A: { type: 'object', properties: { type: { type: 'string', enum: ['a'] } }, required: ['type'] },
      B: { type: 'object', properties: { type: { const: 'b' } }, required: ['type'] },
    });
    assert.equal(source.version, '9');
    assert.deepEqual(Object.keys(schemas), ['A', 'B', 'Model']);
    assert.deepEqual(schemas.Model, {
      type: 'object',
      properties: {
        title: { type: 'string' },
        maybe: { type: ['string', 'null'], enum: ['a', null] },
        tagged: { oneOf: [ref('A'), ref('B')], discriminator: { propertyName: 'type' }, type: 'object' },
        loose: { anyOf: [{ type: 'string' }, { type: 'string', enum: ['a'] }] },
        self: { type: 'array', items: ref('Model') },
      },
    });
  });
});
