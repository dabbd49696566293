// A client that nobody here wrote talks to the loopback server without a complaint: what our own client is tested against is what
// real clients take and are taken by.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import OpenAI from 'openai';
import type { InProcessServer } from '../support/openai-server/in-process.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';
import { KEY } from './ask.ts';
import { png } from './pictures.ts';

let server: InProcessServer;
let client: OpenAI;
before(async () => {
  server = await openAiServerInProcess();
  client = new OpenAI({ apiKey: KEY, baseURL: server.baseUrl, maxRetries: 0 });
});
after(() => server.stop());
beforeEach(() => server.control.reset());

/** Requests the server objects to on purpose are told apart by their test. */
let objections = 0;
beforeEach(() => (objections = 0));
afterEach(async () => {
  const records = await server.control.requests();
  assert.equal(records.filter(({ violations }) => violations.length > 0).length, objections);
});

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather in a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

describe('the official SDK over Chat Completions', () => {
  const hello = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'Hello!' }] };

  it('asks and is answered', async () => {
    await server.control.script({ kind: 'reply', text: 'Hello there.' });
    const { choices, usage, _request_id: requestId } = await client.chat.completions.create(hello);
    assert.equal(choices[0]?.message.content, 'Hello there.');
    assert.equal(choices[0]?.finish_reason, 'stop');
    assert.ok(usage && usage.total_tokens === usage.prompt_tokens + usage.completion_tokens);
    assert.match(requestId ?? '', /^req_/);
  });

  it('streams, with its own helper that puts the answer together', async () => {
    await server.control.script({ kind: 'reply', text: 'Word by word, 👩‍💻 too.' });
    const stream = client.chat.completions.stream({ ...hello, stream_options: { include_usage: true } });
    const words: string[] = [];
    stream.on('content', delta => words.push(delta));
    const whole = await stream.finalChatCompletion();
    assert.equal(words.join(''), 'Word by word, 👩‍💻 too.');
    assert.equal(whole.choices[0]?.message.content, 'Word by word, 👩‍💻 too.');
    assert.ok((await stream.totalUsage()).completion_tokens > 3);
  });

  it('runs two tools called at once and goes on with their results', async () => {
    await server.control.script(
      {
        kind: 'reply',
        toolCalls: [
          { name: 'get_weather', arguments: { city: 'Paris' } },
          { name: 'get_weather', arguments: { city: 'Rome' } },
        ],
      },
      { kind: 'reply', text: 'Rain and sun.' },
    );
    const asked: string[] = [];
    const runner = client.chat.completions.runTools({
      ...hello,
      stream: true,
      tools: [
        {
          type: 'function',
          function: {
            ...weather.function,
            parse: (text: string) => JSON.parse(text) as { city: string },
            function: ({ city }: { city: string }) => {
              asked.push(city);
              return `weather of ${city}`;
            },
          },
        },
      ],
    });
    assert.equal(await runner.finalContent(), 'Rain and sun.');
    assert.deepEqual(asked, ['Paris', 'Rome']);
    assert.equal((await server.control.requests()).length, 2);
  });

  it('gets what fits a JSON schema', async () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string' }, age: { type: 'integer' } },
      required: ['name', 'age'],
      additionalProperties: false,
    };
    const { choices } = await client.chat.completions.parse({
      ...hello,
      response_format: { type: 'json_schema', json_schema: { name: 'person', schema, strict: true } },
    });
    const parsed = choices[0]?.message.parsed as Record<string, unknown>;
    assert.equal(typeof parsed['name'], 'string');
    assert.ok(Number.isInteger(parsed['age']));
  });

  it('shows a picture', async () => {
    const url = `data:image/png;base64,${png(64, 64).toString('base64')}`;
    const { choices, usage } = await client.chat.completions.create({
      model: 'gpt-4o',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is in this picture?' },
            { type: 'image_url', image_url: { url, detail: 'low' } },
          ],
        },
      ],
    });
    assert.match(choices[0]?.message.content ?? '', /PNG/);
    assert.ok(usage && usage.prompt_tokens > 85);
  });

  it('knows each error by its class, with code, parameter and request id', async () => {
    const cases = [
      [401, 'invalid_api_key', OpenAI.AuthenticationError],
      [403, 'unsupported_country_region_territory', OpenAI.PermissionDeniedError],
      [404, 'model_not_found', OpenAI.NotFoundError],
      [409, 'conflict', OpenAI.ConflictError],
      [429, 'rate_limit_exceeded', OpenAI.RateLimitError],
      [500, 'server_error', OpenAI.InternalServerError],
    ] as const;
    for (const [status, code, kind] of cases) {
      await server.control.script({ kind: 'error', status, code, message: 'No.' });
      await assert.rejects(
        () => client.chat.completions.create(hello),
        (error: InstanceType<typeof OpenAI.APIError>) => {
          assert.ok(error instanceof kind, `${status}: ${error.constructor.name}`);
          assert.equal(error.code, code);
          assert.match(error.requestID ?? '', /^req_/);
          return true;
        },
      );
    }
    // And one that the server itself finds.
    objections = 1;
    await assert.rejects(
      () => client.chat.completions.create({ ...hello, temperature: 3 }),
      (error: unknown) => error instanceof OpenAI.BadRequestError && error.param === 'temperature',
    );
  });

  it('asks again by itself when told to wait', async () => {
    await server.control.script(
      { kind: 'error', status: 429, code: 'rate_limit_exceeded', faults: { headers: { 'retry-after-ms': '1' } } },
      { kind: 'reply', text: 'Now.' },
    );
    const { choices } = await client.chat.completions.create(hello, { maxRetries: 2 });
    assert.equal(choices[0]?.message.content, 'Now.');
    assert.equal((await server.control.requests()).length, 2);
  });

  it('leaves in the middle of a stream', async () => {
    await server.control.script({ kind: 'reply', text: 'long '.repeat(500), faults: { stall: { afterChunks: 4 } } });
    const stream = await client.chat.completions.create({ ...hello, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    assert.ok((await server.control.waitForRequest({ nth: 1 })).aborted);
  });

  it('lists the models', async () => {
    const ids: string[] = [];
    for await (const { id, object } of client.models.list()) {
      assert.equal(object, 'model');
      ids.push(id);
    }
    assert.ok(ids.includes('gpt-4o') && !ids.includes('gpt-4'), ids.join());
    assert.equal((await client.models.retrieve('gpt-4o')).id, 'gpt-4o');
  });
});

describe('the official SDK over Responses', () => {
  const hello = { model: 'gpt-5.4', input: 'Hello!', store: false };
  const tool = { ...weather.function, type: 'function' as const, strict: false };

  it('asks and is answered', async () => {
    await server.control.script({ kind: 'reply', text: 'Hello there.' });
    const { output_text: text, status, usage } = await client.responses.create(hello);
    assert.equal(text, 'Hello there.');
    assert.equal(status, 'completed');
    assert.ok(usage && usage.total_tokens === usage.input_tokens + usage.output_tokens);
  });

  it('streams, with its own helper that puts the answer together', async () => {
    await server.control.script({ kind: 'reply', text: 'Word by word.', reasoning: { text: 'Let me see.' } });
    const stream = client.responses.stream({
      ...hello,
      reasoning: { effort: 'low', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
    });
    const kinds = new Set<string>();
    let text = '';
    let thought = '';
    for await (const event of stream) {
      kinds.add(event.type);
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (event.type === 'response.reasoning_summary_text.delta') thought += event.delta;
    }
    const whole = await stream.finalResponse();
    assert.deepEqual([text, thought, whole.output_text], ['Word by word.', 'Let me see.', 'Word by word.']);
    assert.ok(kinds.has('response.created') && kinds.has('response.completed'));
    assert.ok((whole.usage?.output_tokens_details.reasoning_tokens ?? 0) > 0);
  });

  it('calls tools, and goes on with what the model thought, sealed, in hand', async () => {
    await server.control.script(
      {
        kind: 'reply',
        reasoning: { tokens: 64 },
        toolCalls: [
          { name: 'get_weather', arguments: { city: 'Paris' } },
          { name: 'get_weather', arguments: { city: 'Rome' } },
        ],
      },
      { kind: 'reply', text: 'Rain and sun.' },
    );
    const request = { ...hello, tools: [tool], include: ['reasoning.encrypted_content' as const] };
    const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'The weather in Paris and Rome?' }];
    const first = await client.responses.create({ ...request, input });
    const calls = first.output.filter(item => item.type === 'function_call');
    assert.deepEqual(
      calls.map(call => JSON.parse(call.arguments) as unknown),
      [{ city: 'Paris' }, { city: 'Rome' }],
    );
    const sealed = first.output.find(item => item.type === 'reasoning');
    assert.ok(sealed?.encrypted_content);
    const outputs = calls.map(({ call_id: id }) => ({
      type: 'function_call_output' as const,
      call_id: id,
      output: 'fine',
    }));
    const second = await client.responses.create({
      ...request,
      input: [...input, ...(first.output as OpenAI.Responses.ResponseInput), ...outputs],
    });
    assert.equal(second.output_text, 'Rain and sun.');
  });

  it('gets what fits a JSON schema', async () => {
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    };
    const { output_parsed: parsed } = await client.responses.parse({
      ...hello,
      text: { format: { type: 'json_schema', name: 'place', schema, strict: true } },
    });
    assert.equal(typeof (parsed as Record<string, unknown>)['city'], 'string');
  });

  it('is told when the answer was cut short, and when it failed', async () => {
    await server.control.script(
      { kind: 'reply', text: 'word '.repeat(100) },
      { kind: 'reply', text: 'Half', failure: { code: 'server_error', message: 'The model broke.' } },
    );
    const short = await client.responses.create({ ...hello, max_output_tokens: 16 });
    assert.equal(short.status, 'incomplete');
    assert.equal(short.incomplete_details?.reason, 'max_output_tokens');
    const stream = client.responses.stream(hello);
    const types: string[] = [];
    for await (const { type } of stream) types.push(type);
    assert.equal(types.at(-1), 'response.failed');
  });

  it('leaves in the middle of a stream', async () => {
    await server.control.script({ kind: 'reply', text: 'long '.repeat(500), faults: { stall: { afterChunks: 6 } } });
    const stream = await client.responses.create({ ...hello, stream: true });
    for await (const event of stream) if (event.type === 'response.output_text.delta') break;
    assert.ok((await server.control.waitForRequest({ nth: 1 })).aborted);
  });

  it('knows each error by its class', async () => {
    await server.control.script({ kind: 'error', status: 401, code: 'invalid_api_key' });
    await assert.rejects(() => client.responses.create(hello), OpenAI.AuthenticationError);
    objections = 1;
    await assert.rejects(
      () => client.responses.create({ ...hello, reasoning: { effort: 'minimal' } }),
      (error: unknown) => error instanceof OpenAI.BadRequestError && /reasoning/.test(error.param ?? ''),
    );
  });
});
