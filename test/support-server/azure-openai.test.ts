// The loopback resource of Azure's, asked by clients that nobody here wrote: the official SDK's one for Azure, and its plain one over v1.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import OpenAI, { APIError, AzureOpenAI } from 'openai';
import { AZURE_KEY } from '../support/azure-openai-server/azure-settings.ts';
import { type AzureServer, azureServerInProcess } from '../support/azure-openai-server/in-process.ts';
import { chunksOf, type Json } from './ask.ts';

let azure: AzureServer;
let dated: AzureOpenAI;
let v1: OpenAI;
before(async () => {
  azure = await azureServerInProcess();
  const shared = { apiKey: AZURE_KEY, maxRetries: 0 };
  dated = new AzureOpenAI({ ...shared, endpoint: azure.url, apiVersion: '2024-10-21', deployment: 'team-chat' });
  v1 = new OpenAI({ ...shared, baseURL: `${azure.url}/openai/v1`, defaultHeaders: { 'api-key': AZURE_KEY } });
});
after(() => azure.stop());
beforeEach(() => azure.control.reset());
const hello = { model: 'team-chat', messages: [{ role: 'user' as const, content: 'Hello!' }] };

describe('the official SDK', () => {
  afterEach(async () => {
    for (const { violations } of await azure.control.requests()) assert.deepEqual(violations, []);
  });

  it('asks a deployment over the dated API and over v1, whole and streamed', async () => {
    for (const client of [dated, v1]) {
      await azure.control.script({ kind: 'reply', text: 'Hello there.' }, { kind: 'reply', text: 'Word by word.' });
      const whole = await client.chat.completions.create(hello);
      assert.equal(whole.choices[0]?.message.content, 'Hello there.');
      assert.equal(whole.model, 'gpt-4.1-2025-04-14');
      const stream = client.chat.completions.stream({ ...hello, stream_options: { include_usage: true } });
      assert.equal((await stream.finalChatCompletion()).choices[0]?.message.content, 'Word by word.');
    }
    const asked = await azure.control.requests();
    assert.deepEqual(
      asked.map(({ path, query = '' }) => `${path}?${query}`),
      [
        '/openai/deployments/team-chat/chat/completions?api-version=2024-10-21',
        '/openai/deployments/team-chat/chat/completions?api-version=2024-10-21',
        '/openai/v1/chat/completions?',
        '/openai/v1/chat/completions?',
      ],
    );
  });

  it('is answered over Responses on v1', async () => {
    const answer = await v1.responses.create({ model: 'team-chat', input: 'Hello!', store: false });
    assert.equal(answer.status, 'completed');
  });

  it('recognises what is refused', async () => {
    const failed = async (asked: Promise<unknown>): Promise<[number | undefined, unknown]> => {
      const error: unknown = await asked.then(
        () => assert.fail('it was answered'),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof APIError, String(error));
      return [error.status as number | undefined, error.code];
    };
    const nobody = { ...hello, model: 'nobody' };
    assert.deepEqual(await failed(v1.chat.completions.create(nobody)), [404, 'DeploymentNotFound']);
    await azure.control.script({ kind: 'error', status: 400, code: 'content_filter' });
    assert.deepEqual(await failed(dated.chat.completions.create(hello)), [400, 'content_filter']);
    await azure.control.script({ kind: 'error', status: 401 });
    assert.deepEqual(await failed(dated.chat.completions.create(hello)), [401, '401']);
  });
});

async function post(
  path: string,
  headers: Record<string, string>,
  body: Json = hello,
): Promise<{ status: number; text: string }> {
  const response = await fetch(azure.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

const key = { 'api-key': AZURE_KEY };
const classic = '/openai/deployments/team-chat/chat/completions';

describe('the loopback resource', () => {
  it('wants a date on dated paths and none on v1', async () => {
    assert.match((await post(classic, key)).text, /"code":"404","message":"Resource not found"/);
    assert.match((await post(`${classic}?api-version=preview`, key)).text, /"404"/);
    assert.match(
      (await post('/openai/v1/chat/completions?api-version=2024-10-21', key)).text,
      /"BadRequest","message":"api-version query parameter is not allowed when using \/v1 path"/,
    );
    assert.equal((await post('/openai/v1/chat/completions?api-version=preview', key)).status, 200);
    assert.equal((await post('/v1/chat/completions', key)).status, 404);
  });

  it('lets in a key or a token it knows, and neither in the place of the other', async () => {
    await azure.control.configure({ tokens: ['good-token'] });
    const path = '/openai/v1/chat/completions';
    const status = async (headers: Record<string, string>): Promise<number> => (await post(path, headers)).status;
    assert.equal(await status(key), 200);
    assert.equal(await status({ authorization: 'Bearer good-token' }), 200);
    assert.equal(await status({}), 401);
    assert.equal(await status({ authorization: `Bearer ${AZURE_KEY}` }), 401);
    assert.equal(await status({ 'api-key': 'good-token' }), 401);
    assert.equal(await status({ authorization: 'Bearer old-token' }), 401);
  });

  it('puts its filter around an answer: a chunk before it, and a result in each choice', async () => {
    await azure.control.script({ kind: 'reply', text: 'Hi' });
    const [first, role, word, end] = chunksOf(
      (await post(`${classic}?api-version=2024-10-21`, key, { ...hello, stream: true })).text,
    );
    assert.deepEqual([first.choices, first.id, first.model], [[], '', '']);
    assert.equal(first.prompt_filter_results[0].content_filter_results.jailbreak.filtered, false);
    assert.deepEqual(role.choices[0].content_filter_results, {});
    assert.equal(word.choices[0].content_filter_results.violence.severity, 'safe');
    assert.equal(end.choices[0].finish_reason, 'stop');
  });
});

describe('a dated path', () => {
  const refuses = (body: Json, version: string, why: RegExp): void => {
    it(`of ${version} refuses what came later: ${why.source}`, async () => {
      const { status, text } = await post(`${classic}?api-version=${version}`, key, { ...hello, ...body });
      assert.equal(status, 400);
      assert.match(text, why);
      await azure.control.reset();
    });
  };
  refuses({ reasoning_effort: 'low' }, '2024-10-21', /reasoning_effort/);
  refuses({ messages: [{ role: 'developer', content: 'x' }] }, '2024-10-21', /developer/);
  refuses({ max_completion_tokens: 5 }, '2024-06-01', /max_completion_tokens/);
  refuses({ stream: true, stream_options: { include_usage: true } }, '2024-06-01', /stream_options/);
});
