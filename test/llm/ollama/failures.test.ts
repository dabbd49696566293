import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { failureRecord } from '../../../src/chat/failure-record.ts';
import { silentLog } from '../../../src/core/log.ts';
import { explainFailure } from '../../../src/host/explain-failure.ts';
import { createProvider } from '../../../src/llm/create-provider.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';
import { ollama } from '../../../src/llm/ollama/ollama.ts';
import { vendorOf } from '../../../src/llm/vendors.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { SERVED_MODELS } from '../../support/ollama-server/models.ts';
import { ask, asked, configOf, hello, refused, server } from './served-ollama.ts';

afterEach(() => server.stop());

/** What a person reads first, and what they can do, in order. */
function told(error: LlmError): { readonly title: string; readonly first: string | undefined } {
  const provider = createProvider(configOf({ model: 'llama3.2' }));
  const view = explainFailure(failureRecord(error, { provider, now: 0, log: silentLog }), 'en');
  return { title: view.title, first: view.resolutions[0] };
}

describe('a failure says how it is mended', () => {
  test('where nobody listens: ollama serve', async () => {
    await server.stop();
    const error = await refused({ messages: hello });
    assert.deepEqual([error.code, error.facts.notSent, error.retryable], ['ERR_NETWORK', true, true]);
    const { title, first } = told(error);
    assert.match(title, /Ollama could not be reached.*refused the connection/);
    assert.match(first!, /"ollama serve"/);
  });

  test('where the model was never pulled: ollama pull, with its name', async () => {
    const error = await refused({ messages: hello }, { model: 'llama3.2' });
    assert.deepEqual([error.code, error.facts.status], ['ERR_MODEL_NOT_FOUND', 404]);
    assert.match(told(error).first!, /"ollama pull llama3.2"/);
  });

  test('where a cloud model wants an account: ollama signin', async () => {
    await server.control.script({ kind: 'error', status: 401 });
    assert.match(told(await refused({ messages: hello })).first!, /"ollama signin"/);
  });

  test('where a model does not fit into memory: a smaller one', async () => {
    await server.control.script({ kind: 'error', status: 500, message: 'model requires more system memory (9 GiB)' });
    const error = await refused({ messages: hello });
    assert.match(error.message, /more system memory/);
    assert.match(told(error).first!, /does not fit into memory/);
  });

  test('and a full queue is waited for, not mended', async () => {
    await server.control.script({ kind: 'error', status: 503 });
    const error = await refused({ messages: hello });
    assert.deepEqual([error.code, error.retryable], ['ERR_SERVICE_UNAVAILABLE', true]);
    assert.match(told(error).first!, /^Wait a moment/);
  });
});

test('an address where something else answers is not taken for a missing model', async () => {
  await server.control.script({ kind: 'raw', status: 404, contentType: 'text/plain', body: '404 page not found' });
  const error = await refused({ messages: hello });
  assert.deepEqual([error.code, error.retryable], ['ERR_BAD_RESPONSE', false]);
});

test('an error in the middle keeps what was said', async () => {
  await server.control.script({
    kind: 'reply',
    chunks: ['One ', 'two '],
    failure: { code: '', message: 'CUDA error' },
  });
  const { text, error } = await ask({ messages: hello });
  assert.equal(text, 'One two ');
  assert.ok(error instanceof LlmError && error.retryable);
  assert.match(error.message, /CUDA error/);
});

describe('the list of models', () => {
  test('is what has been pulled, with what each can do', async () => {
    const models = await vendorOf('ollama').listModels!(configOf());
    assert.deepEqual(
      models.map(({ id, tools, vision, contextWindow }) => [id, tools, vision, contextWindow]),
      [
        ['mistral-small3.2:24b', true, true, 131_072],
        ['qwen3:8b', true, false, 40_960],
        ['gpt-oss:20b', true, false, 131_072],
        ['gemma3:4b', false, true, 131_072],
        ['coder-with-room:latest', true, false, 32_768],
      ],
    );
    assert.equal((await asked('/api/tags')).length, 1);
    assert.equal((await asked('/api/chat')).length, 0);
  });

  test('fails as a question does', async () => {
    await server.control.script({ kind: 'error', status: 401, match: { path: '/api/tags' } });
    const failed = await vendorOf('ollama').listModels!(configOf()).catch((error: unknown) => error);
    assert.ok(failed instanceof LlmError && failed.code === 'ERR_INVALID_API_KEY');
  });
});

describe('whether Ollama is there', () => {
  const probe = (clock?: FakeClock) => ollama.probe!(configOf({ ...(clock && { clock }) }));

  test('is told with the number of its models', async () => {
    assert.deepEqual(await probe(), { isThere: true, words: 'running, 5 models' });
    assert.equal((await asked('/api/version')).length, 1);
    const [one] = SERVED_MODELS;
    await server.control.configure({ models: [one!] });
    assert.deepEqual(await probe(), { isThere: true, words: 'running, 1 model' });
    await server.control.configure({ models: [] });
    assert.match((await probe()).words, /ollama pull/);
  });

  test('and where it is not, how to start it', async () => {
    await server.stop();
    assert.deepEqual(await probe(), { isThere: false, words: 'not running: "ollama serve" starts it' });
  });

  test('is not waited for longer than 300 ms', async () => {
    const clock = new FakeClock();
    await server.control.script({
      kind: 'default',
      times: 'always',
      match: { path: '/api/version' },
      faults: { stall: 'before-headers' },
    });
    const waiting = probe(clock);
    await server.control.waitForRequest({ path: '/api/version', state: 'receiving' });
    await clock.advance(299);
    assert.equal(await Promise.race([waiting, Promise.resolve('waiting')]), 'waiting');
    await clock.advance(1);
    assert.equal((await waiting).isThere, false);
    assert.equal(clock.pending, 0);
  });

  test('is not another server that happens to listen there', async () => {
    await server.control.script({
      kind: 'raw',
      body: '<html>',
      contentType: 'text/html',
      match: { path: '/api/tags' },
    });
    assert.match((await probe()).words, /something else answers/);
  });
});
