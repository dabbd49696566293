import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createProvider, type ProviderConfig } from '../../../src/llm/create-provider.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';
import { ParameterMemory } from '../../../src/llm/openai/parameter-memory.ts';
import { defaultRetry } from '../../../src/resilience/retry.ts';
import { COMPATIBLE_KEY } from '../../support/openai-compatible-server/settings.ts';
import { hello, send, served } from './served-host.ts';

async function refused(config: Partial<ProviderConfig>): Promise<LlmError> {
  const endpoint = served.baseUrl;
  const provider = createProvider({ provider: 'openai-compatible', model: 'm', endpoint, retry: false, ...config });
  const error: unknown = await provider.chat({ messages: hello }).then(
    () => assert.fail('it was sent'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof LlmError);
  assert.deepEqual(await served.control.requests(), [], 'something was sent');
  assert.equal(error.facts.notSent, true);
  return error;
}

test('Chat, max_tokens and "system" are what a host is asked with, and nothing it may not know', async () => {
  const messages = [{ role: 'system', content: 'Briefly.' }, ...hello] as const;
  const { body, headers } = await send({ messages, maxTokens: 64 });
  assert.deepEqual(body, {
    model: 'qwen3-coder',
    messages,
    max_tokens: 64,
    stream: true,
    stream_options: { include_usage: true },
  });
  assert.equal(headers['authorization'], `Bearer ${COMPATIBLE_KEY}`);
});

test('a host without a key gets none, over plain http on this machine', async () => {
  await served.control.configure({ keyless: true });
  for (const apiKey of ['', '  ', async () => undefined])
    assert.ok(!('authorization' in (await send({ messages: hello }, { apiKey })).headers));
});

test('a host that wants max_completion_tokens says so once and is asked with it from then on', async () => {
  await served.control.configure({ refuses: ['max_tokens'] });
  const parameterMemory = new ParameterMemory();
  const provider = createProvider({
    provider: 'openai-compatible',
    model: 'qwen3-coder',
    endpoint: served.baseUrl,
    apiKey: COMPATIBLE_KEY,
    retry: defaultRetry,
    parameterMemory,
  });
  const notices: string[] = [];
  for (let question = 0; question < 2; question++)
    for await (const event of provider.stream({ messages: hello, maxTokens: 9 }))
      if (event.type === 'notice' && event.notice.kind === 'adjusted') notices.push(event.notice.text);
  const bodies = (await served.control.requests()).map(({ body }) => Object.keys(body as object));
  assert.deepEqual(
    bodies.map(keys => keys.filter(name => name.startsWith('max_'))),
    [['max_tokens'], ['max_completion_tokens'], ['max_completion_tokens']],
  );
  assert.equal(notices.length, 1);
  assert.match(notices[0]!, /max_completion_tokens/);
});

test('the base URL may be the whole address, with and without a slash', async () => {
  for (const end of ['', '/', '/chat/completions', '/chat/completions/'])
    assert.equal((await send({ messages: hello }, { endpoint: served.baseUrl + end })).body['model'], 'qwen3-coder');
  const paths = (await served.control.requests()).map(({ path }) => path);
  assert.deepEqual(new Set(paths), new Set(['/v1/chat/completions']));
});

test('an endpoint that is none, or plain http elsewhere, is refused before sending', async () => {
  assert.match((await refused({ endpoint: '' })).message, /needs an endpoint/);
  assert.match((await refused({ endpoint: 'nowhere' })).message, /not a URL/);
  assert.match((await refused({ endpoint: 'http://10.0.0.7:8000/v1' })).message, /not https/);
});

describe('extra headers', () => {
  test('go with every request', async () => {
    const { headers } = await send(
      { messages: hello },
      { headers: { 'HTTP-Referer': 'https://a.example', 'X-Title': 'P' } },
    );
    assert.deepEqual([headers['http-referer'], headers['x-title']], ['https://a.example', 'P']);
  });

  test('that speak for us are refused before sending, named with the setting', async () => {
    for (const name of [
      'Authorization',
      'api-key',
      'X-API-Key',
      'Cookie',
      'HOST',
      'content-length',
      'Content-Type',
      ' host ',
    ]) {
      const { code, message, facts } = await refused({ headers: { [name]: 'secret-value' } });
      assert.deepEqual([code, facts.param], ['ERR_REFUSED_LOCALLY', 'headers']);
      assert.ok(message.includes(`"${name}"`) && message.includes('pennyloom.headers'), message);
      assert.ok(!message.includes('secret-value'));
    }
    assert.match((await refused({ headers: { authorization: 'x' } })).message, /Set API Key/);
  });

  test('that are none are refused without their value in the message', async () => {
    for (const headers of [
      { 'X Title': 'secret-value' },
      { '': 'secret-value' },
      { 'X-Title': 'secret-value\r\nHost: evil' },
      { 'X-Title': 'secret-value漢' },
    ]) {
      const { message } = await refused({ headers });
      assert.match(message, /pennyloom\.headers/);
      assert.ok(!message.includes('secret-value'));
    }
  });

  test('are taken out of what the server says', async () => {
    await served.control.script({ kind: 'error', status: 400, message: 'Unknown team team-0815-token.' });
    await assert.rejects(
      send({ messages: hello }, { headers: { 'X-Team': 'team-0815-token' } }),
      (error: unknown) =>
        error instanceof LlmError && error.message.includes('****') && !error.message.includes('0815'),
    );
  });
});

test('a failure names the host, as a person knows it', async () => {
  await served.control.script({ kind: 'error', status: 500 }, { kind: 'error', status: 500 });
  const failing = (endpoint: string) =>
    send({ messages: hello }, { endpoint }).catch((error: unknown) => (error as LlmError).facts.vendor);
  assert.equal(await failing('https://api.groq.com/openai/v1'), 'Groq');
  assert.equal(await failing(served.baseUrl), new URL(served.url).host);
});

test('a key that was for nobody is not put into a header', async () => {
  assert.equal((await refused({ apiKey: 'two words' })).code, 'ERR_INVALID_API_KEY');
});
