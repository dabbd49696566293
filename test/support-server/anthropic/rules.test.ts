// The loopback Anthropic server refuses what the vendor refuses, one rule at a time.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { anthropicServerInProcess, type AnthropicServer } from '../../support/anthropic-server/server.ts';
import { png, pngOfBytes } from '../pictures.ts';

type Json = Record<string, unknown>;

let server: AnthropicServer;
before(async () => {
  server = await anthropicServerInProcess();
});
after(() => server.stop());
beforeEach(() => server.control.reset());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: { readonly error?: { readonly type: string; readonly message: string } } & Json;
}

async function ask(body: unknown, headers: Record<string, string | undefined> = {}): Promise<Answer> {
  const all = { 'x-api-key': 'sk-ant-api03-0123456789abcdefghij', 'anthropic-version': '2023-06-01', 'content-type': 'application/json', ...headers }; // prettier-ignore
  const sent = Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => !!entry[1]));
  const response = await fetch(`${server.url}/v1/messages`, {
    method: 'POST',
    headers: sent,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, json: (await response.json()) as Answer['json'] };
}

const user = (...content: unknown[]): Json => ({ role: 'user', content });
const assistant = (...content: unknown[]): Json => ({ role: 'assistant', content });
const text = (words: string): Json => ({ type: 'text', text: words });
const call = (id: string): Json => ({ type: 'tool_use', id, name: 'f', input: {} });
const result = (id: string): Json => ({ type: 'tool_result', tool_use_id: id, content: 'done' });
const tool = { name: 'f', input_schema: { type: 'object' } };
const hello = (more: Json = {}): Json => ({
  model: 'claude-haiku-4-5',
  max_tokens: 100,
  messages: [user(text('Hello'))],
  ...more,
});
const conversation = (...messages: Json[]): Json => hello({ messages, tools: [tool] });

test('a plain request is answered, streamed and whole', async () => {
  assert.equal((await ask(hello())).status, 200);
  assert.deepEqual((await server.control.requests()).at(-1)?.violations, []);
});

const image = (data: string, type = 'image/png'): Json => ({ type: 'image', source: { type: 'base64', media_type: type, data } }); // prettier-ignore
const picture = png(8, 8).toString('base64');
const marked = (words: string): Json => ({ ...text(words), cache_control: { type: 'ephemeral' } });

const refusals: readonly (readonly [what: string, body: Json, words: RegExp])[] = [
  ['no limit', { ...hello(), max_tokens: undefined }, /^max_tokens: Field required/],
  ['no messages', hello({ messages: [] }), /messages/],
  ['a field nobody knows', hello({ max_completion_tokens: 5 }), /max_completion_tokens: Extra inputs are not permitted/],
  ['a role of its own', hello({ messages: [{ role: 'tool', content: 'x' }] }), /messages\.0\.role/],
  ['system among the messages', hello({ messages: [{ role: 'system', content: 'x' }] }), /messages\.0\.role/],
  ['the assistant first', conversation(assistant(text('Hi')), user(text('Hello'))), /first message must use the "user" role/],
  ['two of one role', conversation(user(text('a')), user(text('b'))), /alternate/],
  ['no words', hello({ messages: [user(text(''))] }), /non-empty/],
  ['nothing but space', hello({ messages: [user(text(' \n'))] }), /non-whitespace/],
  ['no content', hello({ messages: [user()] }), /non-empty content/],
  ['a block nobody knows', hello({ messages: [user({ type: 'video' })] }), /does not match any of the expected tags/],
  ['a call in what the user says', hello({ messages: [user(call('a'))] }), /does not match any of the expected tags/],
  ['a call without a result', conversation(user(text('a')), assistant(call('t1')), user(text('b'))), /without `tool_result` blocks immediately after: t1/],
  ['a result after words', conversation(user(text('a')), assistant(call('t1')), user(text('b'), result('t1'))), /without `tool_result` blocks immediately after/],
  ['a result of no call', conversation(user(text('a')), assistant(text('b')), user(result('t1'))), /unexpected `tool_use_id`/],
  ['two results of one call', conversation(user(text('a')), assistant(call('t1')), user(result('t1'), result('t1'))), /single result/],
  ['an id twice', conversation(user(text('a')), assistant(call('t1')), user(result('t1')), assistant(call('t1')), user(result('t1'))), /must be unique/],
  ['an id that is none', conversation(user(text('a')), assistant(call('a.b:0')), user(result('a.b:0'))), /should match pattern/],
  ['calls without tools', hello({ messages: [user(text('a')), assistant(call('t1')), user(result('t1'))] }), /must define tools/],
  ['input that is no object', conversation(user(text('a')), assistant({ ...call('t1'), input: '{}' }), user(result('t1'))), /valid dictionary/],
  ['a schema without a type', hello({ tools: [{ name: 'f', input_schema: {} }] }), /input_schema\.type/],
  ['a choice without tools', hello({ tool_choice: { type: 'auto' } }), /only be specified while providing tools/],
  ['a choice of no tool', hello({ tools: [tool], tool_choice: { type: 'tool', name: 'g' } }), /'g' not found/],
  ['one tool twice', hello({ tools: [tool, tool] }), /unique/],
  ['a forced call where none is', hello({ model: 'claude-opus-5-5', tools: [tool], tool_choice: { type: 'any' } }), /forced tool use/],
  ['a temperature above 1', hello({ temperature: 1.5 }), /range: 0\.\.1/],
  ['a temperature where none is', hello({ model: 'claude-sonnet-5', temperature: 0.5 }), /deprecated/],
  ['a temperature while it thinks', hello({ max_tokens: 4000, temperature: 0.5, thinking: { type: 'enabled', budget_tokens: 1024 } }), /may only be set to 1/],
  ['too much output', hello({ max_tokens: 64_001 }), /64001 > 64000/],
  ['a budget as large as the limit', hello({ max_tokens: 2000, thinking: { type: 'enabled', budget_tokens: 2000 } }), /must be greater than/],
  ['a small budget', hello({ max_tokens: 2000, thinking: { type: 'enabled', budget_tokens: 1023 } }), /1024/],
  ['a budget where none is', hello({ model: 'claude-sonnet-5', max_tokens: 2000, thinking: { type: 'enabled', budget_tokens: 1024 } }), /not supported for this model/],
  ['an effort where none is', hello({ output_config: { effort: 'low' } }), /does not support the effort/],
  ['an effort it has not', hello({ model: 'claude-opus-4-5', output_config: { effort: 'max' } }), /Supported levels/],
  ['no thinking where it always thinks', hello({ model: 'claude-fable-5-1', thinking: { type: 'disabled' } }), /not supported for this model/],
  ['no thinking at the top', hello({ model: 'claude-opus-5', thinking: { type: 'disabled' }, output_config: { effort: 'max' } }), /not supported at effort/],
  ['a beginning of the answer', hello({ model: 'claude-opus-4-8', messages: [user(text('a')), assistant(text('b'))] }), /prefill/],
  ['space at the end of one', hello({ messages: [user(text('a')), assistant(text('b '))] }), /trailing whitespace/],
  ['five marks', hello({ messages: [user(...'abcde'.split('').map(marked))] }), /maximum of 4 blocks/],
  ['a mark of its own kind', hello({ messages: [user({ ...text('a'), cache_control: { type: 'forever' } })] }), /cache_control\.type/],
  ['an open object in a schema', hello({ output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } }), /additionalProperties/],
  ['bounds in a schema', hello({ output_config: { format: { type: 'json_schema', schema: { type: 'integer', minimum: 1 } } } }), /'minimum' is not supported/],
  ['a picture of another kind', hello({ messages: [user(image(picture, 'image/svg+xml'))] }), /media_type/],
  ['a picture that says it is another', hello({ messages: [user(image(picture, 'image/jpeg'))] }), /appears to be image\/png/],
  ['a picture that is none', hello({ messages: [user(image(Buffer.from('nothing').toString('base64')))] }), /Could not process image/],
  ['a picture that is too large', hello({ messages: [user(image(pngOfBytes(8_000_000).toString('base64')))] }), /exceeds 10 MB maximum/],
  ['a picture that is too long', hello({ messages: [user(image(png(8001, 1).toString('base64')))] }), /8000 pixels/],
  ['thinking nobody signed', conversation(user(text('a')), assistant({ type: 'thinking', thinking: 'x', signature: 'forged' }, text('b')), user(text('c'))), /Invalid `signature`/],
]; // prettier-ignore

for (const [what, body, words] of refusals)
  test(`refused: ${what}`, async () => {
    const { status, json } = await ask(body);
    assert.equal(status, 400);
    assert.equal(json['type'], 'error');
    assert.equal(json.error?.type, 'invalid_request_error');
    assert.match(json.error?.message ?? '', words);
    assert.notDeepEqual((await server.control.requests()).at(-1)?.violations, []);
  });

test('who asks without a key, with a wrong one, without a version or for a model that is none, is told so', async () => {
  const bearer = { 'x-api-key': undefined, authorization: 'Bearer somebody-else' };
  const cases = [
    [hello(), { 'x-api-key': undefined }, 401, 'authentication_error'],
    [hello(), bearer, 401, 'authentication_error'],
    [hello(), { 'x-api-key': 'sk-proj-of-somebody-else-1234' }, 401, 'authentication_error'],
    [hello(), { 'anthropic-version': undefined }, 400, 'invalid_request_error'],
    [hello(), { 'anthropic-version': '2024-01-01' }, 400, 'invalid_request_error'],
    [hello({ temperature: 1 }), { 'anthropic-version': '2026-10-21' }, 400, 'invalid_request_error'],
    [hello(), { 'anthropic-beta': 'prompt-caching-2024-07-31' }, 400, 'invalid_request_error'],
    [hello(), { 'content-type': 'text/plain' }, 400, 'invalid_request_error'],
    ['{"model":', {}, 400, 'invalid_request_error'],
    [hello({ model: 'claude-2' }), {}, 404, 'not_found_error'],
  ] as const;
  for (const [body, headers, status, type] of cases) {
    const answer = await ask(body, headers);
    assert.deepEqual([answer.status, answer.json.error?.type], [status, type], JSON.stringify(headers));
  }
});

test('thinking is taken back as it was given and where it was given, and nowhere else', async () => {
  const model = 'claude-opus-5-5';
  const begin = [user(text('a'))];
  const first = await ask(hello({ model, max_tokens: 4000, messages: begin }));
  const content = first.json['content'] as Json[];
  assert.equal(content[0]?.['type'], 'thinking');
  const again = async (messages: Json[], more: Json = {}): Promise<number> =>
    (await ask(hello({ model, max_tokens: 4000, messages, ...more }))).status;
  const next = user(text('b'));
  assert.equal(await again([...begin, assistant(...content), next]), 200);
  assert.equal(await again([...begin, assistant(...content), next, assistant(text('c')), user(text('d'))]), 200);
  assert.equal(await again([user(text('other')), assistant(...content), next]), 400);
  assert.equal(await again([...begin, assistant(...content), next], { system: 'New.' }), 400);
  assert.equal(
    await again([...begin, assistant({ ...content[0], thinking: 'Other.' }, ...content.slice(1)), next]),
    400,
  );
  // Another model cannot read it, and says nothing.
  assert.equal(await again([user(text('other')), assistant(...content), next], { model: 'claude-opus-4-8' }), 200);
});

test('a minute’s limits are kept, told in headers, and come back with time', async () => {
  let now = Date.UTC(2026, 10, 28, 12);
  await using own = await anthropicServerInProcess(
    { limits: { requests: 2, inputTokens: 1000, outputTokens: 1000 } },
    { now: () => now },
  );
  const post = () =>
    fetch(`${own.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': 'sk-ant-api03-0123456789abcdefghij', 'anthropic-version': '2023-06-01', 'content-type': 'application/json' },
      body: JSON.stringify(hello()),
    }); // prettier-ignore
  const first = await post();
  assert.equal(first.headers.get('anthropic-ratelimit-requests-limit'), '2');
  assert.equal(first.headers.get('anthropic-ratelimit-requests-remaining'), '1');
  assert.equal(first.headers.get('anthropic-ratelimit-requests-reset'), '2026-11-28T12:00:30Z');
  assert.equal(first.headers.get('anthropic-ratelimit-output-tokens-remaining'), '900');
  assert.equal((await post()).status, 200);
  const refused = await post();
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '30']);
  now += 30_000;
  assert.equal((await post()).status, 200);
});
