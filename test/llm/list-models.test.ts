import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { DirectAgent } from '../../src/llm/http/direct-agent.ts';
import { LlmError } from '../../src/llm/llm-error.ts';
import { amendCatalog, findModel, lifeCycle, type ModelAmendment } from '../../src/llm/model-catalog.ts';
import { listedModel } from '../../src/llm/openai/listed-model.ts';
import { findVendor } from '../../src/llm/vendors.ts';
import type { ProviderConfig } from '../../src/llm/provider-config.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type RawServer, startRawServer } from '../support/raw-server.ts';
import { key, origin, served } from './openai/served-wire.ts';

const clock = new FakeClock(Date.UTC(2026, 10, 28, 12));
const dispatcher = new DirectAgent();
afterEach(() => amendCatalog([], 'list'));
after(() => dispatcher.close());

const list = (provider: string, config: Partial<ProviderConfig>): Promise<readonly ModelAmendment[]> =>
  findVendor(provider)!.listModels!({ provider, apiKey: key, clock, dispatcher, ...config } as ProviderConfig);

async function failure(asked: Promise<unknown>): Promise<LlmError> {
  const error: unknown = await asked.catch((reason: unknown) => reason);
  assert.ok(error instanceof LlmError, String(error));
  return error;
}

describe('OpenAI’s list', () => {
  const config = () => ({ endpoint: `${origin}/v1` });

  test('is asked for once, by GET, with the key, and runs no model', async () => {
    const models = await list('openai', config());
    const [request, ...others] = await served.control.requests();
    assert.deepEqual(others, []);
    assert.deepEqual(
      [request!.method, request!.path, request!.headers['authorization'], request!.answeredBy],
      ['GET', '/v1/models', `Bearer ${key}`, 'api'],
    );
    assert.deepEqual(request!.violations, []);
    assert.ok(models.some(({ id }) => id === 'gpt-5.4'));
    for (const { provider, source, checkedOn } of models) {
      assert.equal(provider, 'openai');
      assert.equal(source, `listed by ${new URL(origin).host}`);
      assert.equal(checkedOn, '2026-11-28');
    }
  });

  test('says when a model ends, and that wins over the catalogue: another day, or none', async () => {
    const models = await list('openai', config());
    assert.equal(models.find(({ id }) => id === 'gpt-4o')?.shutdown, '2027-01-14');
    assert.equal(models.find(({ id }) => id === 'gpt-5.4')?.shutdown, null);
    const told = { provider: 'openai', source: 's', checkedOn: '2026-11-28' };
    amendCatalog(
      [
        { ...told, id: 'gpt-4o', shutdown: '2027-06-30' },
        { ...told, id: 'gpt-4.1', shutdown: null },
      ],
      'list',
    );
    const state = (id: string) => lifeCycle(findModel('openai', id)!, clock.now());
    assert.deepEqual(state('gpt-4o'), {
      state: 'ending',
      shutdown: '2027-06-30',
      daysLeft: 214,
      replacement: 'gpt-6-luna',
    });
    assert.deepEqual(state('gpt-4.1'), { state: 'live' });
    assert.equal(state('gpt-4o-mini').state, 'ending');
  });

  test('is refused like a question: the code says why, the key shows nowhere', async () => {
    const wrong = 'sk-wrong-key-of-somebody';
    await served.control.configure({ keys: [key] });
    const error = await failure(list('openai', { ...config(), apiKey: wrong }));
    assert.ok(!JSON.stringify(error.facts).includes(wrong) && !error.message.includes(wrong));
    const missing = await failure(list('openai', { ...config(), apiKey: async () => undefined }));
    assert.deepEqual([missing.code, missing.facts.notSent], ['ERR_KEY_REQUIRED', true]);
    const plain = await failure(list('openai', { endpoint: 'http://api.example.com/v1' }));
    assert.match(plain.message, /is not https/);
  });
});

describe('a list', () => {
  let server: RawServer;
  before(async () => {
    server = await startRawServer();
  });
  after(() => server.close());

  const answer = (body: unknown, status = 200): void =>
    server.answer({
      status,
      headers: { 'content-type': 'application/json' },
      steps: [{ write: typeof body === 'string' ? body : JSON.stringify(body) }],
    });

  test('of Anthropic comes in one piece, with what its models take', async () => {
    answer({
      data: [
        {
          type: 'model',
          id: 'claude-opus-5-5',
          display_name: 'Claude Opus 5.5',
          created_at: '2026-09-22T00:00:00Z',
          max_input_tokens: 1_000_000,
          max_tokens: 128_000,
          capabilities: { image_input: { supported: true } },
        },
        { type: 'model', id: 'claude-next', display_name: '', max_input_tokens: null, capabilities: null },
      ],
      has_more: false,
    });
    const models = await list('anthropic', { endpoint: new URL(server.endpoint).origin });
    const { method, path, headers } = await server.request(server.requests.length);
    assert.deepEqual(
      [method, path, headers['x-api-key'], headers['anthropic-version'], headers['authorization']],
      ['GET', '/v1/models?limit=1000', key, '2023-06-01', undefined],
    );
    const told = {
      provider: 'anthropic',
      source: `listed by ${new URL(server.endpoint).host}`,
      checkedOn: '2026-11-28',
    };
    assert.deepEqual(models, [
      {
        ...told,
        id: 'claude-opus-5-5',
        name: 'Claude Opus 5.5',
        contextWindow: 1_000_000,
        maxOutputTokens: 128_000,
        vision: true,
      },
      { ...told, id: 'claude-next' },
    ]);
  });

  test('of an Azure resource is asked for with its key, over v1 or a dated API', async () => {
    answer({ data: [{ id: 'gpt-4.1' }] });
    for (const [apiVersion, wanted] of [
      ['', '/openai/v1/models'],
      ['2024-10-21', '/openai/models?api-version=2024-10-21'],
    ]) {
      const models = await list('azure-openai', { endpoint: new URL(server.endpoint).origin, apiVersion: apiVersion! });
      assert.deepEqual(
        models.map(({ id, provider }) => [id, provider]),
        [['gpt-4.1', 'azure-openai']],
      );
      const { path, headers } = await server.request(server.requests.length);
      assert.deepEqual([path, headers['api-key'], headers['authorization']], [wanted, key, undefined]);
    }
  });

  test('of Mistral leaves out what cannot chat', async () => {
    answer({
      data: [
        {
          id: 'mistral-small-2603',
          capabilities: { completion_chat: true, vision: true },
          max_context_length: 262_144,
        },
        { id: 'mistral-embed', capabilities: { completion_chat: false } },
      ],
    });
    const models = await list('mistral', { endpoint: server.endpoint });
    assert.deepEqual(
      models.map(({ id, vision, contextWindow }) => [id, vision, contextWindow]),
      [['mistral-small-2603', true, 262_144]],
    );
  });

  test('of a compatible host goes with its headers, and with a key only where there is one', async () => {
    answer({ data: [{ id: 'qwen3', max_model_len: 32_768 }] });
    const config = { endpoint: server.endpoint, headers: { 'x-team': 'kettle' }, apiKey: async () => undefined };
    const models = await list('openai-compatible', config);
    assert.deepEqual(
      models.map(({ id, contextWindow }) => [id, contextWindow]),
      [['qwen3', 32_768]],
    );
    const { path, headers } = await server.request(server.requests.length);
    assert.deepEqual([path, headers['x-team'], headers['authorization']], ['/v1/models', 'kettle', undefined]);
    assert.match((await failure(list('openai-compatible', { endpoint: '' }))).message, /needs an endpoint/);
  });

  test('may come bare; what has no id is no model', async () => {
    answer([{ id: 'one' }, { id: '' }, { name: 'two' }, null, 'three']);
    assert.deepEqual(
      (await list('openai', { endpoint: server.endpoint })).map(({ id }) => id),
      ['one'],
    );
  });

  for (const body of ['<html>', '{"models": []}', 'null', '']) {
    test(`that is none is told as such: ${body || 'nothing'}`, async () => {
      answer(body);
      assert.equal((await failure(list('openai', { endpoint: server.endpoint }))).code, 'ERR_BAD_RESPONSE');
    });
  }

  test('that is refused keeps the server’s words without the key', async () => {
    answer({ error: { message: `Incorrect API key provided: ${key}`, code: 'invalid_api_key' } }, 401);
    const error = await failure(list('openai', { endpoint: server.endpoint }));
    assert.deepEqual([error.code, error.facts.status], ['ERR_INVALID_API_KEY', 401]);
    assert.ok(!error.message.includes(key));
  });
});

describe('an entry of a list', () => {
  const cases: readonly [string, Record<string, unknown>, Partial<ModelAmendment> | undefined][] = [
    ['OpenAI’s, with no end', { shutdown_date: null }, { shutdown: null }],
    ['OpenAI’s, with one', { shutdown_date: '2026-12-11' }, { shutdown: '2026-12-11' }],
    [
      'Mistral’s',
      {
        capabilities: { completion_chat: true, function_calling: true, vision: false },
        max_context_length: 131_072,
        deprecation: '2026-12-31T12:00:00Z',
        deprecation_replacement_model: 'mistral-small-2603',
      },
      {
        contextWindow: 131_072,
        tools: true,
        vision: false,
        shutdown: '2026-12-31',
        replacement: 'mistral-small-2603',
      },
    ],
    [
      'Azure’s',
      { capabilities: { chat_completion: true }, deprecation: { inference: 1_798_761_600 } },
      { shutdown: '2027-01-01' },
    ],
    ['Azure’s that embeds', { capabilities: { chat_completion: false } }, undefined],
    ['Mistral’s that embeds', { capabilities: { completion_chat: false } }, undefined],
    [
      'OpenRouter’s',
      {
        context_length: 200_000,
        architecture: { input_modalities: ['text', 'image'] },
        supported_parameters: ['tools', 'temperature'],
        top_provider: { max_completion_tokens: 8192 },
      },
      { contextWindow: 200_000, maxOutputTokens: 8192, vision: true, tools: true },
    ],
    [
      'Groq’s',
      { context_window: 131_072, max_completion_tokens: 32_768 },
      { contextWindow: 131_072, maxOutputTokens: 32_768 },
    ],
    ['vLLM’s', { max_model_len: 4096 }, { contextWindow: 4096 }],
    ['llama.cpp’s', { meta: { n_ctx_train: 8192 } }, { contextWindow: 8192 }],
    ['LM Studio’s, with an id alone', {}, {}],
    ['one full of nonsense', { context_length: '4k', capabilities: 'all', shutdown_date: 7, meta: null }, {}],
  ];
  for (const [whose, entry, facts] of cases)
    test(`${whose} is read as far as it goes`, () => assert.deepEqual(listedModel(entry), facts));
});
