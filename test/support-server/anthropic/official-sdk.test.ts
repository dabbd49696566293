// A client that nobody here wrote talks to the loopback Anthropic server without a complaint: what our own client is tested against is
// what real clients take and are taken by.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { anthropicServerInProcess, type AnthropicServer } from '../../support/anthropic-server/server.ts';
import { png } from '../pictures.ts';

let server: AnthropicServer;
let client: Anthropic;
before(async () => {
  server = await anthropicServerInProcess();
  client = new Anthropic({ apiKey: 'sk-ant-api03-0123456789abcdefghij', baseURL: server.url, maxRetries: 0 });
});
after(() => server.stop());
beforeEach(() => server.control.reset());

/** Requests the server objects to on purpose are told apart by their test. */
let objections = 0;
beforeEach(() => (objections = 0));
afterEach(async () => {
  const records = await server.control.requests();
  assert.deepEqual(
    records.flatMap(({ violations }) => violations).length,
    objections,
    JSON.stringify(records.map(({ violations }) => violations)),
  );
});

const hello = {
  model: 'claude-sonnet-5',
  max_tokens: 2000,
  messages: [{ role: 'user' as const, content: 'Hello!' }],
};
const weather: Anthropic.Tool = {
  name: 'get_weather',
  description: 'The weather in a city',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const words = (message: Anthropic.Message): string =>
  message.content.flatMap(block => (block.type === 'text' ? block.text : [])).join('');

describe('the official SDK', () => {
  it('asks and is answered', async () => {
    await server.control.script({ kind: 'reply', text: 'Hello there.' });
    const { data: message, request_id: requestId } = await client.messages.create(hello).withResponse();
    assert.deepEqual([words(message), message.stop_reason], ['Hello there.', 'end_turn']);
    assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
    assert.match(requestId ?? '', /^req_/);
  });

  it('streams, with its own helper that puts the answer together', async () => {
    await server.control.script({ kind: 'reply', text: 'Word by word, 👩‍💻 too.', reasoning: { text: 'Let me see.' } });
    const stream = client.messages.stream({ ...hello, thinking: { type: 'adaptive', display: 'summarized' } });
    const kinds = new Set<string>();
    let thought = '';
    for await (const event of stream) {
      kinds.add(event.type);
      if (event.type === 'content_block_delta' && event.delta.type === 'thinking_delta')
        thought += event.delta.thinking;
    }
    const whole = await stream.finalMessage();
    assert.deepEqual([words(whole), thought], ['Word by word, 👩‍💻 too.', 'Let me see.']);
    assert.deepEqual(
      [...kinds],
      [
        'message_start',
        'content_block_start',
        'content_block_delta',
        'content_block_stop',
        'message_delta',
        'message_stop',
      ],
    );
    const [thinking] = whole.content;
    assert.ok(thinking?.type === 'thinking' && thinking.thinking === 'Let me see.' && thinking.signature);
    assert.ok((whole.usage.output_tokens_details?.thinking_tokens ?? 0) > 0);
  });

  it('calls two tools at once and goes on with what the model thought, signed, in hand', async () => {
    await server.control.script(
      {
        kind: 'reply',
        reasoning: { tokens: 64 },
        text: 'Let me look.',
        toolCalls: [
          { name: 'get_weather', arguments: { city: 'Paris' } },
          { name: 'get_weather', arguments: { city: 'Rome' } },
        ],
      },
      { kind: 'reply', text: 'Rain and sun.' },
    );
    const request = { ...hello, model: 'claude-opus-5-5', tools: [weather] };
    const first = await client.messages.stream(request).finalMessage();
    assert.equal(first.stop_reason, 'tool_use');
    const calls = first.content.filter(block => block.type === 'tool_use');
    assert.deepEqual(calls.map(({ input }) => input), [{ city: 'Paris' }, { city: 'Rome' }]); // prettier-ignore
    const second = await client.messages.create({
      ...request,
      messages: [
        ...hello.messages,
        { role: 'assistant', content: first.content },
        { role: 'user', content: calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'fine' })) },
      ],
    });
    assert.equal(words(second), 'Rain and sun.');
  });

  it('gets what fits a JSON schema', async () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string' }, age: { type: 'integer' } },
      required: ['name', 'age'],
      additionalProperties: false,
    };
    const message = await client.messages.create({
      ...hello,
      output_config: { format: { type: 'json_schema', schema } },
    });
    const person = JSON.parse(words(message)) as Record<string, unknown>;
    assert.equal(typeof person['name'], 'string');
    assert.ok(Number.isInteger(person['age']));
  });

  it('shows a picture', async () => {
    const data = png(64, 64).toString('base64');
    const message = await client.messages.create({
      ...hello,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
            { type: 'text', text: 'What is in this picture?' },
          ],
        },
      ],
    });
    assert.match(words(message), /PNG/);
  });

  it('writes to the cache and reads from it', async () => {
    const system: Anthropic.TextBlockParam[] = [
      { type: 'text', text: 'Rules. '.repeat(1500), cache_control: { type: 'ephemeral' } },
    ];
    const first = await client.messages.create({ ...hello, system });
    const second = await client.messages.create({ ...hello, system });
    assert.ok((first.usage.cache_creation_input_tokens ?? 0) > 1024);
    assert.equal(second.usage.cache_read_input_tokens, first.usage.cache_creation_input_tokens);
    assert.equal(second.usage.cache_creation_input_tokens, 0);
    assert.equal(first.usage.input_tokens, second.usage.input_tokens);
  });

  it('knows each error by its class', async () => {
    const cases = [
      [400, Anthropic.BadRequestError, 'invalid_request_error'],
      [401, Anthropic.AuthenticationError, 'authentication_error'],
      [403, Anthropic.PermissionDeniedError, 'permission_error'],
      [404, Anthropic.NotFoundError, 'not_found_error'],
      [429, Anthropic.RateLimitError, 'rate_limit_error'],
      [500, Anthropic.InternalServerError, 'api_error'],
      [529, Anthropic.InternalServerError, 'overloaded_error'],
    ] as const;
    for (const [status, kind, type] of cases) {
      await server.control.script({ kind: 'error', status });
      await assert.rejects(
        () => client.messages.create(hello),
        (error: unknown) => error instanceof kind && error.status === status && error.type === type,
      );
    }
  });

  it('hears of an error in the middle of a stream', async () => {
    const failure = { code: 'overloaded_error', message: 'Overloaded' };
    await server.control.script({ kind: 'reply', text: 'Half', failure });
    await assert.rejects(() => client.messages.stream(hello).finalMessage(), /Overloaded/);
  });

  it('leaves in the middle of a stream', async () => {
    await server.control.script({ kind: 'reply', text: 'long '.repeat(500), faults: { stall: { afterChunks: 8 } } });
    const stream = await client.messages.create({ ...hello, stream: true });
    for await (const event of stream) if (event.type === 'content_block_delta') break;
    assert.ok((await server.control.waitForRequest({ nth: 1 })).aborted);
  });

  it('lists the models, and is told which there are not', async () => {
    const ids = [];
    for await (const { id } of client.models.list()) ids.push(id);
    assert.ok(ids.includes('claude-sonnet-5'));
    await assert.rejects(() => client.messages.create({ ...hello, model: 'claude-2' }), Anthropic.NotFoundError);
  });

  it('is refused what the API refuses', async () => {
    objections = 1;
    await assert.rejects(
      () => client.messages.create({ ...hello, thinking: { type: 'enabled', budget_tokens: 1024 } }),
      (error: unknown) => error instanceof Anthropic.BadRequestError && /thinking\.type\.enabled/.test(error.message),
    );
  });
});
