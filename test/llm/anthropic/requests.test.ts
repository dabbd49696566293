// What goes over the wire, held against a server that refuses what Anthropic would refuse.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LlmError } from '../../../src/llm/llm-error.ts';
import type { Message, ToolDefinition } from '../../../src/llm/message.ts';
import { png } from '../../support-server/pictures.ts';
import { claude, key, send, served } from './served-wire.ts';

const hello: readonly Message[] = [{ role: 'user', content: 'Hello' }];
const haiku = { model: 'claude-haiku-4-5' };
const readFile: ToolDefinition = {
  name: 'read_file',
  description: 'Reads a file.',
  parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};
const tools = [readFile];
const calling = (id: string, args = '{"path":"a.ts"}'): Message => ({
  role: 'assistant',
  content: '',
  toolCalls: [{ id, name: 'read_file', arguments: args }],
});
const result = (id: string, content = 'done'): Message => ({ role: 'tool', toolCallId: id, content });

/** Without the marks for the cache, which have a test file of their own. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (name, inner: unknown) => (name === 'cache_control' ? undefined : inner)));

test('the key goes in x-api-key, the version is dated, and the address may be given with or without /v1 and /messages', async () => {
  for (const end of ['', '/', '/v1', '/v1/', '/v1/messages']) {
    const { headers, path } = await send({ messages: hello }, { endpoint: served.url + end });
    assert.equal(path, '/v1/messages', end);
    assert.deepEqual(
      [headers['x-api-key'], headers['anthropic-version'], headers['authorization'], headers['anthropic-beta']],
      [key, '2023-06-01', undefined, undefined],
    );
  }
});

test('instructions stand apart, and max_tokens is always there: asked for, set, or the most the model has', async () => {
  const messages: Message[] = [{ role: 'system', content: 'Be brief.' }, ...hello];
  const { body } = await send({ messages, streaming: false }, haiku);
  assert.deepEqual(plain(body), {
    model: 'claude-haiku-4-5',
    max_tokens: 64_000,
    system: [{ type: 'text', text: 'Be brief.' }],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  });
  assert.equal((await send({ messages: hello, maxTokens: 5 })).body.max_tokens, 5);
  assert.equal((await send({ messages: hello }, { maxTokens: 6 })).body.max_tokens, 6);
});

test('roles take turns, results come before words, and nothing without words is said', async () => {
  const { body } = await send({
    tools,
    messages: [
      { role: 'system', content: ' ' },
      { role: 'user', content: 'One' },
      {
        role: 'user',
        content: [
          { type: 'text', text: '' },
          { type: 'text', text: 'two' },
        ],
      },
      { role: 'assistant', content: '' },
      { role: 'user', content: 'three' },
      { role: 'assistant', content: ' \n' },
      calling('toolu_A'),
      result('toolu_A', ' '),
      { role: 'user', content: 'four' },
    ],
  });
  assert.equal(body.system, undefined);
  assert.deepEqual(plain(body.messages), [
    { role: 'user', content: ['One', 'two', 'three'].map(text => ({ type: 'text', text })) },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_A', name: 'read_file', input: { path: 'a.ts' } }] },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_A' },
        { type: 'text', text: 'four' },
      ],
    },
  ]);
});

test('ids of calls that are none, or come twice, become ones; results stay with their calls', async () => {
  const { body } = await send({
    tools,
    messages: [
      ...hello,
      calling('functions.read_file:0'),
      result('functions.read_file:0', 'first'),
      calling('call_0'),
      result('call_0', 'second'),
      calling('call_0'),
      result('call_0', 'third'),
    ],
  });
  const blocks = body.messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  const calls = blocks.flatMap(block => (block.type === 'tool_use' ? block.id : []));
  const results = blocks.flatMap(block => (block.type === 'tool_result' ? [[block.tool_use_id, block.content]] : []));
  assert.equal(new Set(calls).size, 3);
  assert.deepEqual(results, [
    [calls[0], 'first'],
    [calls[1], 'second'],
    [calls[2], 'third'],
  ]);
});

test('arguments are an object on the wire; what is none is shown as what it is', async () => {
  for (const [args, input] of [
    ['', {}],
    ['{"b":1,"a":[2]}', { b: 1, a: [2] }],
    ['{"path":', { INVALID_JSON: '{"path":' }],
    ['[1]', { INVALID_JSON: '[1]' }],
  ] as const) {
    const { body } = await send({ tools, messages: [...hello, calling('toolu_A', args), result('toolu_A')] });
    assert.deepEqual(plain(body.messages[1]?.content), [{ type: 'tool_use', id: 'toolu_A', name: 'read_file', input }]);
  }
});

test('images go as base64 or by address; what Claude does not see is refused before anything is sent', async () => {
  const data = png(20, 10).toString('base64');
  const image = (url: string): Message => ({ role: 'user', content: [{ type: 'image', url }] });
  const { body } = await send({ messages: [image(`data:image/png;base64,${data}`)] });
  assert.deepEqual(plain(body.messages[0]?.content), [
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
  ]);
  const url = 'https://example.com/cat.png';
  assert.deepEqual(plain((await send({ messages: [image(url)] })).body.messages[0]?.content), [
    { type: 'image', source: { type: 'url', url } },
  ]);
  const before = (await served.control.requests()).length;
  await assert.rejects(
    claude().chat({ messages: [image('data:image/svg+xml;base64,PHN2Zy8+')] }),
    (error: unknown) =>
      error instanceof LlmError && error.code === 'ERR_REFUSED_LOCALLY' && error.facts.notSent === true,
  );
  assert.equal((await served.control.requests()).length, before);
});

test('tools arrive with their schemas unchanged; the choice and one call at a time are said in Anthropic’s words', async () => {
  const { body } = await send({ messages: hello, tools });
  assert.deepEqual(plain(body.tools), [
    { name: 'read_file', description: 'Reads a file.', input_schema: readFile.parameters },
  ]);
  assert.equal(body.tool_choice, undefined);
  const choice = async (more: object): Promise<unknown> =>
    (await send({ messages: hello, tools, ...more }, haiku)).body.tool_choice;
  assert.deepEqual(await choice({ toolChoice: 'auto' }), { type: 'auto' });
  assert.deepEqual(await choice({ toolChoice: 'none', parallelToolCalls: false }), { type: 'none' });
  assert.deepEqual(await choice({ toolChoice: 'required' }), { type: 'any' });
  assert.deepEqual(await choice({ toolChoice: { name: 'read_file' } }), { type: 'tool', name: 'read_file' });
  assert.deepEqual(await choice({ parallelToolCalls: false }), { type: 'auto', disable_parallel_tool_use: true });
  assert.deepEqual(await choice({ toolChoice: 'required', parallelToolCalls: false }), {
    type: 'any',
    disable_parallel_tool_use: true,
  });
});

test('a conversation with calls in it is sent also where there are no tools any more: none of them may be called', async () => {
  const { body } = await send({ messages: [...hello, calling('toolu_A'), result('toolu_A')] });
  assert.deepEqual([body.tools?.map(({ name }) => name), body.tool_choice], [['read_file'], { type: 'none' }]);
});

test('a model’s limits are kept before anything is sent', async () => {
  await assert.rejects(claude(haiku).chat({ messages: hello, maxTokens: 64_001 }), /between 1 and 64000/);
  await assert.rejects(claude({ apiKey: '' }).chat({ messages: hello }), { code: 'ERR_KEY_REQUIRED' });
  assert.deepEqual(await served.control.requests(), []);
});

test('streamed and whole are the same answer', async () => {
  const reply = {
    kind: 'reply',
    text: 'Words 漢字.',
    reasoning: { text: 'Hm.', tokens: 40 },
    toolCalls: [{ name: 'read_file', arguments: { path: 'ü' }, id: 'toolu_1' }],
  } as const;
  await served.control.script(reply, reply);
  const answers = [];
  for (const streaming of [true, false]) {
    const { content, thinking, toolCalls, stopReason, usage, continuation } = (
      await send({ messages: hello, tools, streaming })
    ).response;
    const counts = [usage?.inputTokens, usage?.outputTokens, usage?.reasoningTokens];
    answers.push({ content, thinking, toolCalls, stopReason, counts, continuation });
  }
  assert.deepEqual(answers[0], answers[1]);
  assert.deepEqual([answers[0]?.thinking, answers[0]?.stopReason], ['Hm.', 'tool_use']);
});

test('a busy Claude is asked again', async () => {
  await served.control.script(
    { kind: 'error', status: 529 },
    { kind: 'error', status: 429 },
    { kind: 'reply', text: 'Now.' },
  );
  const retry = { attempts: 5, baseMs: 1, capMs: 1, jitterMs: 1 };
  const { content } = await claude({ retry }).chat({ messages: hello });
  assert.equal(content, 'Now.');
  assert.deepEqual((await served.control.requests()).map(({ status }) => status), [529, 429, 200]); // prettier-ignore
});
