import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createProvider } from '../../../src/llm/create-provider.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';
import { hello, key, origin, refused, send, served } from './served-wire.ts';

describe('the endpoint', () => {
  test('may be the base or the full address, with or without a slash at the end', async () => {
    for (const form of [
      '/v1',
      '/v1/',
      '/v1//',
      '/v1/chat/completions',
      '/v1/chat/completions/',
      '/v1/models',
      '/v1/responses',
    ])
      assert.equal(
        (await send({ messages: hello }, { endpoint: `${origin}${form}` })).path,
        '/v1/chat/completions',
        form,
      );
    assert.equal((await send({ messages: hello }, { endpoint: `  ${origin}/v1\n` })).path, '/v1/chat/completions');
  });

  test('must be https, or http on this machine', async () => {
    for (const endpoint of [
      'http://api.openai.com/v1',
      'http://127.0.0.1.example.com/v1',
      'http://192.168.1.4/v1',
      'ftp://localhost/v1',
    ])
      assert.match((await refused({ messages: hello }, { endpoint })).message, /is not https/, endpoint);
    for (const endpoint of ['', 'localhost', 'api.openai.com/v1', 'https://'])
      assert.match((await refused({ messages: hello }, { endpoint })).message, /not a URL|is not https/, endpoint);
  });

  test('holds no secrets, neither used nor shown', async () => {
    const error = await refused({ messages: hello }, { endpoint: 'https://me:hunter22@api.openai.com/v1' });
    assert.ok(!error.message.includes('hunter22'));
    const pasted = await refused({ messages: hello }, { endpoint: 'sk-proj-Zk3vQ9xT7bLm2NwR5cYd8HfJ' });
    assert.ok(!pasted.message.includes('Zk3vQ9xT7b'), pasted.message);
  });
});

describe('the key', () => {
  test('passes in all its forms, without the white space around it', async () => {
    const forms = [
      'sk-proj-0123456789abcdefghij',
      ' sk-0123456789abcdefghijkl\n',
      async () => '\tsk-0123456789abcdefghijkl ',
    ];
    for (const apiKey of forms) {
      const { headers } = await send({ messages: hello }, { apiKey });
      assert.match(String(headers['authorization']), /^Bearer sk-\S+$/);
    }
  });

  test('that is missing or blank makes no call and says so', async () => {
    for (const apiKey of ['', '  \n', async () => undefined, async () => '']) {
      const error = await refused({ messages: hello }, { apiKey });
      assert.equal(error.code, 'ERR_KEY_REQUIRED');
      assert.equal(error.message, 'API key is required');
    }
    const none = createProvider({ retry: false, provider: 'openai', endpoint: `${origin}/v1` });
    await assert.rejects(none.chat({ messages: hello }), { code: 'ERR_KEY_REQUIRED' });
  });

  test('with a line break or a letter outside ASCII in it is refused without being shown', async () => {
    for (const apiKey of ['sk-abc\r\nx-evil: 1', 'sk-schlüssel-0123456789', 'sk-abc def-0123456789']) {
      const error = await refused({ messages: hello }, { apiKey });
      assert.equal(error.code, 'ERR_INVALID_API_KEY');
      assert.ok(!`${error.message} ${error.stack} ${JSON.stringify(error.facts)}`.includes(apiKey.slice(3, 8)));
    }
  });

  test('is asked for anew at each call', async () => {
    let asked = 0;
    const apiKey = async (): Promise<string> => `sk-number-${asked++}-0123456789abcdef`;
    const provider = createProvider({
      retry: false,
      provider: 'openai',
      model: 'gpt-4o',
      apiKey,
      endpoint: `${origin}/v1`,
    });
    await provider.chat({ messages: hello });
    await provider.chat({ messages: hello });
    const keys = (await served.control.requests()).map(({ headers }) => headers.authorization);
    assert.deepEqual(keys, ['Bearer sk-number-0-0123456789abcdef', 'Bearer sk-number-1-0123456789abcdef']);
  });

  test('whose keeper fails is a failure before sending, and the next call asks again', async () => {
    let asked = 0;
    const apiKey = async (): Promise<string> => {
      if (asked++ === 0) throw new Error(`the keyring is locked (${key})`);
      return key;
    };
    const provider = createProvider({
      retry: false,
      provider: 'openai',
      model: 'gpt-4o',
      apiKey,
      endpoint: `${origin}/v1`,
    });
    const error: unknown = await provider.chat({ messages: hello }).catch((reason: unknown) => reason);
    assert.ok(error instanceof LlmError);
    assert.equal(error.facts.notSent, true);
    assert.match(error.message, /keyring is locked/);
    assert.ok(!error.message.includes(key));
    assert.ok((await provider.chat({ messages: hello })).content);
  });

  test('that is wrong, echoed by the server, is not in the error', async () => {
    const wrong = 'sk-proj-invalid-9xT7bLm2NwR5cYd8HfJ';
    const provider = createProvider({
      retry: false,
      provider: 'openai',
      model: 'gpt-4o',
      apiKey: wrong,
      endpoint: `${origin}/v1`,
    });
    const error: unknown = await provider.chat({ messages: hello }).catch((reason: unknown) => reason);
    assert.ok(error instanceof LlmError);
    assert.equal(error.code, 'ERR_INVALID_API_KEY');
    assert.match(
      error.message,
      /^OpenAI API error \(401\): Incorrect API key provided: sk-proj-\*\*\*\*\. .*invalid_api_key, request req_/,
    );
    assert.ok(!/8HfJ|9xT7b/.test(`${error.message}${error.stack}${JSON.stringify(error.facts)}`));
  });
});
