import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { LearnedModels } from '../../src/host/learned-models.ts';
import { contextWindow } from '../../src/host/token-counter.ts';
import { amendCatalog, findModel } from '../../src/llm/model-catalog.ts';
import type { ProviderConfig } from '../../src/llm/provider-config.ts';
import { type OllamaServer, ollamaServer } from '../support/ollama-server/server.ts';

let server: OllamaServer;
let told: number;
let models: LearnedModels;
beforeEach(async () => {
  server = await ollamaServer();
  told = 0;
  models = new LearnedModels(() => told++);
});
afterEach(async () => {
  await server.stop();
  amendCatalog([], 'server');
  amendCatalog([], 'settings');
});
const config = (model: string): ProviderConfig => ({ provider: 'ollama', model, endpoint: server.url, retry: false });
const paths = async (): Promise<string[]> => (await server.control.requests()).map(({ path }) => path);

test('what a local model can do is known once it was about to be asked, and said once', async () => {
  assert.equal(findModel('ollama', 'gemma3:4b'), undefined);
  assert.deepEqual(await paths(), [], 'nobody was asked before');
  for (let question = 0; question < 3; question++) await models.learn(config('gemma3:4b'));
  const facts = findModel('ollama', 'gemma3:4b');
  assert.deepEqual([facts?.tools, facts?.vision, facts?.contextWindow], [false, true, 131_072]);
  assert.deepEqual([told, await paths()], [1, ['/api/show']]);
  await models.learn(config('qwen3:8b'));
  assert.equal(findModel('ollama', 'gemma3:4b')?.tools, false);
  assert.equal(told, 2);
});

test('a conversation must fit into what the model has, or into what the settings allow of it', async () => {
  const room = () => {
    const counter = { count: () => Promise.resolve(undefined) };
    const settings = { maxTokens: 1000, contextOverflow: 'ask' } as const;
    return contextWindow({ name: 'ollama', model: 'qwen3:8b' }, settings, counter).contextTokens;
  };
  assert.equal(room(), Infinity);
  await models.learn(config('qwen3:8b'));
  assert.equal(room(), 40_960);
  amendCatalog([{ provider: 'ollama', id: 'qwen3:8b', contextWindow: 16_384 }], 'settings');
  assert.equal(room(), 16_384);
});

test('a server that does not tell, or is not there, keeps nobody from asking', async () => {
  await models.learn(config('never-pulled'));
  assert.equal(findModel('ollama', 'never-pulled'), undefined);
  await models.learn({ ...config('qwen3:8b'), endpoint: 'http://example.org' });
  await server.stop();
  await models.learn(config('llama3.2'));
  assert.equal(told, 0);
});

test('vendors whose models the catalogue knows are not asked', async () => {
  await models.learn({ provider: 'openai', model: 'gpt-4o', endpoint: `${server.url}/v1` });
  assert.deepEqual(await paths(), []);
});
