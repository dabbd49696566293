import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { InProcessServer } from '../support/openai-server/in-process.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';
import { validator } from '../support/openai-server/schema.ts';
import { ask, get, hello, KEY, user } from './ask.ts';

const fits = (schema: string, value: unknown): void => {
  const validate = validator(schema, 'open');
  assert.ok(validate(value), JSON.stringify(validate.errors?.slice(0, 3)));
};

describe('POST /v1/chat/completions', () => {
  let server: InProcessServer;
  before(async () => {
    server = await openAiServerInProcess();
  });
  after(() => server.stop());
  beforeEach(() => server.control.reset());

  it('answers a script in the published shape, with real counts', async () => {
    await server.control.script({ kind: 'reply', text: 'Hello! How can I assist you today?' });
    const { status, json, headers } = await ask(server.baseUrl, hello({ max_tokens: 4096, temperature: 1 }));
    assert.equal(status, 200);
    fits('CreateChatCompletionResponse', json);
    assert.equal(json.choices[0].message.content, 'Hello! How can I assist you today?');
    assert.equal(json.choices[0].finish_reason, 'stop');
    const { prompt_tokens, completion_tokens, total_tokens } = json.usage;
    assert.deepEqual([prompt_tokens, completion_tokens, total_tokens], [9, 9, 18]);
    assert.match(headers.get('x-request-id') ?? '', /^req_/);
    assert.match(headers.get('openai-processing-ms') ?? '', /^\d+$/);
    assert.equal(headers.get('access-control-allow-origin'), null);
  });

  it('logs what it received and what it would bill, without violations', async () => {
    await ask(server.baseUrl, hello());
    const [record] = await server.control.requests();
    assert.deepEqual(record?.violations, []);
    assert.equal(record?.headers.authorization, `Bearer ${KEY}`);
    assert.deepEqual(record?.body, hello());
    assert.equal(record?.billed?.promptTokens, 9);
    assert.equal(record?.billed?.reported, true);
    assert.equal(record?.state, 'done');
  });

  it('answers a bad body as the API does, and records every violation', async () => {
    const { status, json } = await ask(server.baseUrl, hello({ foo: 1, temperature: 3 }));
    assert.equal(status, 400);
    fits('ErrorResponse', json);
    assert.deepEqual(json.error, {
      message: "Unknown parameter: 'foo'.",
      type: 'invalid_request_error',
      param: 'foo',
      code: 'unknown_parameter',
    });
    const [record] = await server.control.requests();
    assert.deepEqual(
      record?.violations.map(({ param }) => param),
      ['foo', 'temperature'],
    );
  });

  it('refuses a body that is not JSON, and one that does not say it is', async () => {
    const broken = await ask(server.baseUrl, '{"model":');
    assert.equal(broken.status, 400);
    assert.match(broken.json.error.message, /could not parse the JSON body/);
    const unmarked = await ask(server.baseUrl, hello(), { headers: { 'content-type': 'text/plain' } });
    assert.equal(unmarked.json.error.code, 'unsupported_content_type');
    const [first] = await server.control.requests();
    assert.equal(first?.bodyText, '{"model":');
  });

  it('refuses other paths and methods', async () => {
    assert.equal((await get(`${server.url}/v1/nothing`)).status, 404);
    const wrong = await get(`${server.baseUrl}/chat/completions`);
    assert.equal(wrong.status, 405);
    assert.equal(wrong.json.error.code, 'method_not_supported');
  });

  it('refuses more than 60 MB with 413', async () => {
    const body = JSON.stringify(hello({ messages: [user('x'.repeat(61 * 1024 * 1024))] }));
    assert.equal((await ask(server.baseUrl, body)).status, 413);
  });

  it('stops at the token limit, and says length', async () => {
    await server.control.script({ kind: 'reply', text: 'one two three four five six' });
    const { json } = await ask(server.baseUrl, hello({ max_completion_tokens: 3 }));
    assert.equal(json.choices[0].message.content, 'one two three');
    assert.equal(json.choices[0].finish_reason, 'length');
    assert.equal(json.usage.completion_tokens, 3);
  });

  it('thinks, and bills it, on a reasoning model', async () => {
    const { json } = await ask(server.baseUrl, hello({ model: 'gpt-5.4', reasoning_effort: 'low' }));
    assert.equal(json.usage.completion_tokens_details.reasoning_tokens, 64);
    assert.ok(json.usage.completion_tokens > 64);
  });

  it('gives as many choices as asked for', async () => {
    const { json } = await ask(server.baseUrl, hello({ n: 2 }));
    assert.deepEqual(
      json.choices.map((choice: { index: number }) => choice.index),
      [0, 1],
    );
  });

  it('refuses a conversation beyond the context, which is no violation', async () => {
    const { json } = await ask(server.baseUrl, hello({ messages: [user('word '.repeat(128_000))] }));
    assert.equal(json.error.code, 'context_length_exceeded');
    assert.match(json.error.message, /maximum context length is 128000 tokens/);
    assert.deepEqual((await server.control.requests())[0]?.violations, []);
  });

  it('serves several requests over one connection', async () => {
    await ask(server.baseUrl, hello());
    await ask(server.baseUrl, hello());
    assert.equal((await server.control.requests()).length, 2);
  });

  it('survives a client that hangs up while sending', async () => {
    const request = httpRequest(`${server.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-length': 1000 },
    });
    request.on('error', () => {});
    request.write('{');
    await server.control.waitForRequest({ state: 'receiving' });
    request.destroy();
    const record = await server.control.waitForRequest({ state: 'done' });
    assert.equal(record.aborted, true);
    assert.equal((await ask(server.baseUrl, hello())).status, 200);
  });
});

describe('the simulated prompt cache', () => {
  it('is off by default and, when on, counts a repeated beginning in steps of 128', async () => {
    await using server = await openAiServerInProcess();
    const long = [{ role: 'system', content: 'rule '.repeat(2_000) }, user('first')];
    const cached = async (model: string): Promise<number[]> => {
      const counts: number[] = [];
      for (const last of ['a', 'b']) {
        const { json } = await ask(server.baseUrl, { model, messages: [...long, user(last)] });
        counts.push(json.usage.prompt_tokens_details.cached_tokens);
      }
      return counts;
    };
    assert.deepEqual(await cached('gpt-4o'), [0, 0]);
    await server.control.configure({ cache: { enabled: true } });
    const [first, second = 0] = await cached('gpt-4o');
    assert.equal(first, 0);
    assert.ok(second >= 1_920 && second % 128 === 0, String(second));
    const { json } = await ask(server.baseUrl, { model: 'gpt-5.6-luna', messages: long });
    assert.equal(json.usage.prompt_tokens_details.cache_write_tokens, json.usage.prompt_tokens);
  });
});

describe('GET /v1/models', () => {
  it('lists what exists that day, with shutdown dates', async () => {
    await using server = await openAiServerInProcess({ extraModels: ['gpt-test'] });
    const { json } = await get(`${server.baseUrl}/models`);
    fits('ListModelsResponse', json);
    const ids = json.data.map((model: { id: string }) => model.id);
    assert.ok(ids.includes('gpt-4o') && ids.includes('gpt-test') && !ids.includes('gpt-4'));
    const { json: one } = await get(`${server.baseUrl}/models/gpt-4o`);
    assert.equal(one.shutdown_date, '2027-01-14');
    assert.equal((await get(`${server.baseUrl}/models/gpt-4`)).json.error.code, 'model_not_found');
    await server.control.configure({ today: '2027-01-14' });
    assert.equal((await ask(server.baseUrl, hello())).json.error.code, 'model_not_found');
    assert.equal((await ask(server.baseUrl, hello({ model: 'gpt-test' }))).status, 200);
  });
});

describe('authorization', () => {
  it('takes any sound key, and refuses others with the key masked', async () => {
    await using server = await openAiServerInProcess();
    const codes: Record<string, [number, string | null]> = {};
    for (const key of [
      KEY,
      'sk-short',
      'pk-abcdefghijklmnopqrstuvwx',
      'sk-proj-invalid-0123456789wxyz',
      'sk-proj-quota-0123456789abcdef',
    ]) {
      const { status, json } = await ask(server.baseUrl, hello(), { key });
      codes[key] = [status, json.error?.code ?? null];
      assert.ok(status !== 401 || !json.error.message.includes(key));
    }
    assert.deepEqual(Object.values(codes), [
      [200, null],
      [401, 'invalid_api_key'],
      [401, 'invalid_api_key'],
      [401, 'invalid_api_key'],
      [429, 'insufficient_quota'],
    ]);
    const masked = await ask(server.baseUrl, hello(), { key: 'sk-proj-invalid-0123456789wxyz' });
    assert.match(masked.json.error.message, /provided: sk-proj-\*+wxyz\. /);
    const none = await ask(server.baseUrl, hello(), { key: null });
    assert.equal(none.status, 401);
    assert.match(none.json.error.message, /didn't provide an API key/);
    await server.control.configure({ keys: ['sk-only-this-one-000000'] });
    assert.equal((await ask(server.baseUrl, hello())).status, 401);
    assert.equal((await ask(server.baseUrl, hello(), { key: 'sk-only-this-one-000000' })).status, 200);
  });
});
