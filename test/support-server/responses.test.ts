import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { InProcessServer } from '../support/openai-server/in-process.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';
import type { ReplyScript } from '../support/loopback/script.ts';
import { validator } from '../support/openai-server/schema.ts';
import type { Answer, Json } from './ask.ts';
import { ask, send } from './ask.ts';
import { type Case, refusals } from './refused.ts';

const path = 'responses';
const hello = (extra: Record<string, unknown> = {}): Json => ({ model: 'gpt-5.4', input: 'Hello!', ...extra });
const tool = {
  type: 'function',
  name: 'read_file',
  description: 'Reads.',
  parameters: { type: 'object' },
  strict: false,
};
const call = { type: 'function_call', call_id: 'call_a', name: 'read_file', arguments: '{}' };
const output = { type: 'function_call_output', call_id: 'call_a', output: 'done' };
const question = { role: 'user', content: 'Hello!' };

const cases: readonly Case[] = [
  ['no model', { input: 'Hello!' }, 400, 'missing_required_parameter', 'model', /'model'/],
  ['a model nobody has', hello({ model: 'gpt-6-foo' }), 400, 'model_not_found', 'model', /does not exist/],
  ['nothing asked', { model: 'gpt-5.4' }, 400, 'missing_required_parameter', 'input', /must be provided/],
  ['messages, which are Chat’s', hello({ messages: [] }), 400, 'unsupported_parameter', 'messages', /moved to 'input'/],
  [
    'max_completion_tokens, which is Chat’s',
    hello({ max_completion_tokens: 50 }),
    400,
    'unsupported_parameter',
    'max_completion_tokens',
    /moved to 'max_output_tokens'/,
  ],
  ['a name it never heard of', hello({ best_of: 3 }), 400, 'unknown_parameter', 'best_of', /best_of/],
  [
    'less output than 16 tokens',
    hello({ max_output_tokens: 15 }),
    400,
    'integer_below_min_value',
    'max_output_tokens',
    /16/,
  ],
  [
    'more output than the model has',
    hello({ max_output_tokens: 200_000 }),
    400,
    'integer_above_max_value',
    'max_output_tokens',
    /128000/,
  ],
  [
    'an effort the model does not have',
    hello({ reasoning: { effort: 'minimal' } }),
    400,
    'unsupported_value',
    'reasoning.effort',
    /'minimal' is not supported with the 'gpt-5\.4' model/,
  ],
  [
    'a temperature while it reasons',
    hello({ reasoning: { effort: 'low' }, temperature: 0.5 }),
    400,
    null,
    'temperature',
    /not supported with this model/,
  ],
  ['a result without its call', hello({ input: [question, output] }), 400, null, 'input', /No tool call found.*call_a/],
  ['a call without its result', hello({ input: [question, call] }), 400, null, 'input', /No tool output found.*call_a/],
  [
    'a tool wrapped as in Chat',
    hello({ tools: [{ ...tool, function: { name: 'f' } }] }),
    400,
    'unknown_parameter',
    'tools[0].function',
    /function/,
  ],
  [
    'JSON mode without the word',
    hello({ text: { format: { type: 'json_object' } } }),
    400,
    null,
    'input',
    /must contain the word 'json'/,
  ],
  [
    'reasoning that is not its own',
    hello({
      input: [question, { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'forged' }, call, output],
    }),
    400,
    'invalid_encrypted_content',
    null,
    /could not be verified/,
  ],
  [
    'an answer that was never stored',
    hello({ previous_response_id: 'resp_none' }),
    400,
    'previous_response_not_found',
    'previous_response_id',
    /not found/,
  ],
];
const readsFile = (path: string) => ({ name: 'read_file', arguments: { path } });

/** The API's own examples say `"user": null`, where its schema wants text. */
function assertPublished(schema: 'Response' | 'ResponseStreamEvent', value: Json): void {
  const valid = validator(schema, 'open');
  const published: unknown = JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
    key === 'user' && inner === null ? undefined : inner,
  );
  assert.ok(valid(published), `${value.type ?? schema}: ${JSON.stringify(valid.errors?.slice(0, 3))}`);
}

/** Everything the model said in a stream: words, refusals and arguments in their order. */
const said = (events: readonly Json[]): string =>
  events
    .filter(({ type }) => /^response\.(output_text|refusal|function_call_arguments)\.delta$/.test(type as string))
    .map(({ delta }) => delta as string)
    .join('');

const saidWhole = (output: readonly Json[]): string =>
  output
    .flatMap(item => (item.type === 'message' ? (item.content as Json[]) : [item]))
    .map(part => (part.text ?? part.refusal ?? part.arguments ?? '') as string)
    .join('');

refusals('of a request to Responses, the API refuses', cases, path);

describe('a response', () => {
  let server: InProcessServer;
  before(async () => {
    server = await openAiServerInProcess();
  });
  after(() => server.stop());
  beforeEach(() => server.control.reset());

  const respond = (extra: Record<string, unknown> = {}): Promise<Answer> => ask(server.baseUrl, hello(extra), { path });
  const events = async (extra: Record<string, unknown> = {}): Promise<Json[]> => {
    const { text } = await respond({ stream: true, ...extra });
    return text
      .split('\n\n')
      .filter(Boolean)
      .map((event): Json => JSON.parse(/^data: (.*)$/m.exec(event)![1]!));
  };
  const sealed = { store: false, include: ['reasoning.encrypted_content'], reasoning: { effort: 'low' } };

  it('is of the published shape, whole and in every event', async () => {
    const script = { kind: 'reply', text: 'Hi.', reasoning: { text: 'Hm.', tokens: 32 } } as const;
    await server.control.script(script, script);
    const { json } = await respond(sealed);
    assertPublished('Response', json);
    const streamed = await events(sealed);
    for (const one of streamed) assertPublished('ResponseStreamEvent', one);
    assert.deepEqual(
      streamed.map(one => one.sequence_number as number),
      streamed.map((_, at) => at),
    );
    const last = streamed.at(-1);
    assert.equal(last.type, 'response.completed');
    assert.deepEqual(last.response.usage, json.usage);
    assert.equal(json.usage.output_tokens_details.reasoning_tokens, 32);
  });

  const endings: readonly [name: string, last: string, script: Omit<ReplyScript, 'kind'>, asked?: Json][] = [
    ['calls two tools', 'completed', { toolCalls: [readsFile('a.ts'), readsFile('b.ts')], text: 'Let me see.' }],
    ['refuses', 'completed', { refusal: 'I would rather not.' }],
    ['is cut short by its limit', 'incomplete', { text: 'word '.repeat(100) }, { max_output_tokens: 16 }],
    ['thinks until its limit', 'incomplete', { text: 'Never.', reasoning: { tokens: 64 } }, { max_output_tokens: 32 }],
    ['is filtered', 'incomplete', { text: 'Half', finishReason: 'content_filter' }],
    ['fails', 'failed', { text: 'Half', failure: { code: 'server_error', message: 'Broke.' } }],
  ];
  for (const [name, status, script, asked = {}] of endings)
    it(`that ${name} is of the published shape too, and its stream adds up to what it ends with`, async () => {
      const request = { ...sealed, tools: [tool], ...asked };
      await server.control.script({ kind: 'reply', ...script, times: 2 });
      const whole = await respond(request);
      assert.deepEqual([whole.status, whole.json.status], [200, status]);
      assertPublished('Response', whole.json);
      const streamed = await events(request);
      for (const one of streamed) assertPublished('ResponseStreamEvent', one);
      const last = streamed.at(-1);
      assert.deepEqual([last.type, last.response.status], [`response.${status}`, status]);
      // What failed ends without the words that were already sent.
      if (status === 'failed') return assert.deepEqual([said(streamed), last.response.output], ['Half', []]);
      assert.equal(said(streamed), saidWhole(last.response.output));
      assert.deepEqual(last.response.usage, whole.json.usage);
      const finished = streamed
        .filter(({ type }) => type === 'response.output_item.done')
        .map(({ item }): Json => item);
      assert.deepEqual(finished, last.response.output);
    });

  it('that was stored is gone on with by its id, and not where it was not to be stored', async () => {
    const { json: kept } = await respond();
    assert.equal((await respond({ previous_response_id: kept.id })).status, 200);
    const { json: forgotten } = await respond({ store: false });
    const { json: refusal } = await respond({ previous_response_id: forgotten.id });
    assert.equal(refusal.error.code, 'previous_response_not_found');
  });

  it('that reasoned before a call wants its reasoning back with it', async () => {
    await server.control.script({
      kind: 'reply',
      reasoning: { tokens: 64 },
      toolCalls: [{ name: 'read_file', arguments: {} }],
    });
    const { json }: Answer = await respond({ ...sealed, tools: [tool] });
    const [reasoning, made] = json.output as Json[];
    assert.deepEqual([reasoning.type, made.type], ['reasoning', 'function_call']);
    const result = { ...output, call_id: made.call_id };
    const forgot = await respond({ ...sealed, tools: [tool], input: [question, made, result] });
    assert.equal(forgot.status, 400);
    assert.match(forgot.json.error.message, /without its required 'reasoning' item/);
    const echoed = await respond({ ...sealed, tools: [tool], input: [question, reasoning, made, result] });
    assert.equal(echoed.status, 200);
    const swapped = await respond({ ...sealed, tools: [tool], input: [question, made, result, reasoning] });
    assert.equal(swapped.status, 400);
  });

  it('bills what it says, thought included once', async () => {
    await server.control.script({ kind: 'reply', text: 'Hi.', reasoning: { tokens: 100 } });
    const { json } = await respond(sealed);
    const [record] = await server.control.requests();
    const { input_tokens: input, output_tokens: out, total_tokens: total } = json.usage;
    assert.equal(total, input + out);
    assert.ok(out > 100);
    const { completionTokens, promptTokens, reasoningTokens } = record!.billed!;
    assert.deepEqual([completionTokens, promptTokens, reasoningTokens], [out, input, 100]);
  });

  it('can be cut, stalled, garbled and broken off', async () => {
    await server.control.script(
      { kind: 'reply', text: 'Half of it', faults: { cutAtByte: 300 } },
      { kind: 'raw', contentType: 'text/event-stream', body: ['data: {"type":', '\n\n'] },
      { kind: 'reply', text: 'Half', failure: { code: 'server_error', message: 'Broke.', as: 'error' } },
    );
    await assert.rejects(respond({ stream: true }));
    assert.match((await respond({ stream: true })).text, /^data: \{"type":\n\n$/);
    assert.equal((await events()).at(-1).type, 'error');
    await server.control.script({ kind: 'reply', text: 'Never', faults: { stall: 'before-headers' } });
    const stop = new AbortController();
    const waiting = send(server.baseUrl, hello(), { path, signal: stop.signal });
    await server.control.waitForRequest({ nth: 4, state: 'receiving' });
    stop.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
  });
});
