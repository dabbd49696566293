import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { costOf } from '../../../src/cost/cost-of.ts';
import { collectResponse } from '../../../src/llm/collect-response.ts';
import type { ChatRequest } from '../../../src/llm/request.ts';
import type { StreamEvent } from '../../../src/llm/stream-event.ts';
import { AZURE_KEY } from '../../support/azure-openai-server/azure-settings.ts';
import { createSampleTools } from '../../support/sample-tools.ts';
import { dataUri, png } from '../../support-server/pictures.ts';
import { azure, hello, notSent, provider, refused, send } from './served-azure.ts';

const { calculator } = createSampleTools();
const tools = [calculator].map(({ name, description, parameters }) => ({ name, description, parameters }));

describe('where a request goes', () => {
  test('v1: the deployment is the model of the body, and there is no api-version', async () => {
    for (const endpoint of [
      azure.url,
      `${azure.url}/openai/v1/`,
      `${azure.url}/openai/v1/responses?api-version=preview`,
    ]) {
      const { record, body } = await send({ endpoint });
      assert.deepEqual([record.path, record.query], ['/openai/v1/chat/completions', undefined]);
      assert.equal(body['model'], 'team-chat');
    }
  });

  test('the dated API: the deployment is in the path, the date in the query', async () => {
    const forms = [
      { apiVersion: '2024-10-21' },
      { endpoint: `${azure.url}/?api-version=2024-10-21` },
      { endpoint: `${azure.url}/openai/deployments/team-chat/chat/completions?api-version=2024-10-21`, model: '' },
    ];
    for (const form of forms) {
      const { record } = await send(form);
      assert.equal(record.path, '/openai/deployments/team-chat/chat/completions');
      assert.equal(record.query, 'api-version=2024-10-21');
    }
  });

  test('a model that takes tools over Responses alone is asked there on v1, and refused over the dated API with the way out', async () => {
    const config = { model: 'reasoner', deployments: { reasoner: 'gpt-5.6-sol' } };
    const { record } = await send(config, { ...hello, tools });
    assert.equal(record.path, '/openai/v1/responses');
    await azure.control.reset();
    const error = await notSent({ ...config, apiVersion: '2024-10-21' }, { ...hello, tools });
    assert.match(error.message, /clear "pennyloom\.azure\.apiVersion"/);
  });

  test('without a deployment nothing is sent', async () => {
    assert.match((await notSent({ model: '' })).message, /name of a deployment/);
  });

  test('an address that is none is said when something is sent', async () => {
    assert.match((await notSent({ endpoint: 'nowhere' })).message, /not a URL/);
  });
});

describe('the dated API takes what it had at its date', () => {
  const ask: ChatRequest = {
    messages: [{ role: 'system', content: 'Be brief.' }, ...hello.messages],
    maxTokens: 100,
    tools,
    parallelToolCalls: false,
  };

  test('2024-10-21: no developer role, no reasoning effort, and it is said', async () => {
    const events: StreamEvent[] = [];
    const config = { model: 'gpt-4o', deployments: { 'gpt-4o': 'gpt-5.4' }, apiVersion: '2024-10-21' };
    for await (const event of provider(config).stream({ ...ask, reasoningEffort: 'none' })) events.push(event);
    const [record] = await azure.control.requests();
    const { messages, reasoning_effort: effort } = record!.body as {
      messages: { role: string }[];
      reasoning_effort: unknown;
    };
    assert.deepEqual(record!.violations, []);
    assert.deepEqual([messages[0]?.role, effort], ['system', undefined]);
    const notices = events.flatMap(event =>
      event.type === 'notice' && event.notice.kind === 'adjusted' ? event.notice.text : [],
    );
    assert.match(notices.join(), /Reasoning effort "none" is left out/);
  });

  test('2025-01-01-preview: both are there', async () => {
    const config = { model: 'gpt-4o', deployments: { 'gpt-4o': 'gpt-5.4' }, apiVersion: '2025-01-01-preview' };
    const { body } = await send(config, { ...ask, reasoningEffort: 'none' });
    assert.equal((body['messages'] as { role: string }[])[0]?.role, 'developer');
    assert.equal(body['reasoning_effort'], 'none');
  });

  test('2024-06-01: max_tokens, no stream options, no parallel tool calls', async () => {
    for (const deployments of [{ 'team-chat': 'gpt-4.1' }, {}]) {
      const { body } = await send({ apiVersion: '2024-06-01', deployments }, ask);
      assert.equal(body['max_tokens'], 100);
      for (const later of ['max_completion_tokens', 'stream_options', 'parallel_tool_calls'])
        assert.ok(!(later in body), later);
    }
  });
});

describe('who is asking', () => {
  test('a key goes in the api-key header and in no other', async () => {
    const { record } = await send();
    assert.equal(record.headers['api-key'], AZURE_KEY);
    assert.equal(record.headers.authorization, undefined);
  });

  test('without a key nothing is sent', async () => {
    assert.equal((await notSent({ apiKey: async () => undefined })).code, 'ERR_KEY_REQUIRED');
  });

  test('a token is asked for at each call, and goes in the authorization header and in no other', async () => {
    await azure.control.configure({ tokens: ['token-2'] });
    const scopes: string[] = [];
    const config = {
      auth: 'entra',
      entraHosts: ['127.0.0.1'],
      entraToken: async (scope: string) => `token-${scopes.push(scope)}`,
    } as const;
    assert.equal((await refused(config)).code, 'ERR_INVALID_API_KEY');
    const { record } = await send(config);
    assert.equal(record.headers.authorization, 'Bearer token-2');
    assert.equal(record.headers['api-key'], undefined);
    assert.deepEqual(scopes, Array(2).fill('https://cognitiveservices.azure.com/.default'));
  });

  test('a token goes to no host but those of Azure and those a person named: it is not even asked for', async () => {
    let asked = 0;
    const entraToken = async (): Promise<string> => `token-${++asked}`;
    for (const endpoint of [
      azure.url,
      'https://openai.azure.com.example.com',
      'https://contoso.azure-api.net/openai',
      'https://evilopenai.azure.com',
    ]) {
      const error = await notSent({
        auth: 'entra',
        entraToken,
        endpoint,
        entraHosts: ['localhost', '127.0.0.1.example.com'],
      });
      assert.match(error.message, /is not a host of Azure/, endpoint);
    }
    assert.equal(asked, 0);
  });

  test('the token of each cloud is for that cloud', async () => {
    const scopes: string[] = [];
    const stop = new Error('far enough');
    const entraToken = async (scope: string): Promise<string> => {
      scopes.push(scope);
      throw stop;
    };
    for (const end of ['openai.azure.com', 'services.ai.azure.com', 'openai.azure.us', 'cognitiveservices.azure.cn'])
      await refused({ auth: 'entra', entraToken, endpoint: `https://contoso.${end}` });
    assert.deepEqual(
      scopes,
      ['com', 'com', 'us', 'cn'].map(end => `https://cognitiveservices.azure.${end}/.default`),
    );
  });
});

describe('facts and prices', () => {
  const usage = { inputTokens: 1000, outputTokens: 100, totalTokens: 1100 };
  const priced = (model: string) => costOf({ provider: 'azure-openai', model, usage });

  test('are those of the model a person says the deployment is, at the list price of OpenAI and flagged so', () => {
    const { model } = provider({ model: 'gpt-4.1-prod', deployments: { 'gpt-4.1-prod': 'gpt-4.1-mini' } });
    assert.equal(model, 'gpt-4.1-mini');
    assert.ok(priced(model).flags.includes('openai-list-price'));
    assert.equal(
      priced(model).money?.toString(),
      costOf({ provider: 'openai', model: 'gpt-4.1-mini', usage }).money?.toString(),
    );
  });

  test('are unknown for a deployment nobody mapped, even one named like a model', async () => {
    for (const deployment of ['gpt-4o', 'gpt-4.1-prod', 'gpt-4', 'o1-mini', '__proto__', 'constructor']) {
      const { model } = provider({ model: deployment, deployments: {} });
      assert.equal(priced(model).money, undefined, deployment);
      assert.deepEqual(priced(model).flags, ['unknown-model'], deployment);
    }
    // Sent as it is all the same, and what Azure says answered is told.
    const { body, response } = await send({ model: 'gpt-4o', deployments: {} });
    assert.equal(body['model'], 'gpt-4o');
    assert.equal(response.metadata.model, 'gpt-5.4-2026-03-05');
  });

  test('a dated snapshot prices as its family; the spelling of Azure for gpt-3.5-turbo is understood', () => {
    assert.ok(priced(provider({ deployments: { 'team-chat': 'gpt-4o-2024-11-20' } }).model).money);
    assert.ok(priced(provider({ deployments: { 'team-chat': 'gpt-35-turbo' } }).model).money);
  });

  test('o1-mini as a deployment: no system role, no stream, no tools, no images', async () => {
    const config = { model: 'old-reasoner', deployments: { 'old-reasoner': 'o1-mini' }, streaming: true };
    const system = { role: 'system', content: 'Be brief.' } as const;
    const { body } = await send(config, { messages: [system, ...hello.messages], maxTokens: 500 });
    assert.equal(body['stream'], undefined);
    assert.deepEqual(body['messages'], [{ role: 'user', content: 'Be brief.\n\nHello' }]);
    await azure.control.reset();
    assert.match((await notSent(config, { ...hello, tools })).message, /cannot call tools/);
    const image = { type: 'image', url: dataUri(png(8, 8)) } as const;
    assert.match(
      (await notSent(config, { messages: [{ role: 'user', content: [image] }] })).message,
      /cannot see images/,
    );
  });
});

describe('what Azure adds to an answer', () => {
  test('filter annotations, before and within a stream, leave text, usage and cached tokens as they are', async () => {
    for (const apiVersion of ['', '2024-10-21'])
      for (const streaming of [true, false]) {
        await azure.control.script({
          kind: 'reply',
          text: 'Grüße!',
          usage: { promptTokens: 2000, cachedTokens: 1024 },
        });
        const { response } = await send({ apiVersion, streaming });
        assert.equal(response.content, 'Grüße!');
        assert.equal(response.usage?.inputTokens, 2000);
        assert.equal(response.usage?.cachedInputTokens, 1024);
        assert.equal(response.stopReason, 'end_turn');
      }
  });

  test('arguments that are {}, or nothing at all, come back to it as an empty object', async () => {
    for (const streaming of [true, false])
      for (const args of ['{}', '']) {
        await azure.control.script({ kind: 'reply', toolCalls: [{ name: 'calculator', arguments: args }] });
        const { toolCalls } = (await send({ streaming }, { ...hello, tools })).response;
        assert.deepEqual(
          toolCalls.map(call => [call.name, JSON.parse(call.arguments || '{}')]),
          [['calculator', {}]],
        );
        const messages = [
          ...hello.messages,
          { role: 'assistant', content: '', toolCalls },
          { role: 'tool', toolCallId: toolCalls[0]!.id, content: '4' },
        ] as const;
        const { body } = await send({ streaming }, { messages, tools });
        assert.match(JSON.stringify(body['messages']), /"arguments":"\{\}"/);
      }
  });

  test('images arrive', async () => {
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image', url: dataUri(png(16, 16)) },
    ] as const;
    const { record } = await send({}, { messages: [{ role: 'user', content }] });
    assert.ok((record.billed?.imageTokens ?? 0) > 0);
  });

  test('an answer the filter cut says so', async () => {
    await azure.control.script({ kind: 'reply', text: 'Half of', finishReason: 'content_filter' });
    assert.equal((await send()).response.stopReason, 'content_filter');
  });

  test('what is left of the limits, with whole seconds until it is back', async () => {
    const events: StreamEvent[] = [];
    for await (const event of provider().stream(hello)) events.push(event);
    const headroom = events.find(event => event.type === 'notice' && event.notice.kind === 'rate-limit');
    assert.ok(headroom?.type === 'notice' && headroom.notice.kind === 'rate-limit');
    const { requests, tokens } = headroom.notice.headroom;
    assert.equal(requests?.limit, 10_000);
    assert.equal(requests.remaining, 9_999);
    assert.ok(Number.isInteger((tokens?.resetMs ?? NaN) / 1000), String(tokens?.resetMs));
    assert.equal((await collectResponse(provider().stream(hello), hello)).stopReason, 'end_turn');
  });
});
