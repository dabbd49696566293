// What costs nothing, what has a price and what has none, side by side in one ledger, over real wires.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { costOf } from '../../src/cost/cost-of.ts';
import { Ledger } from '../../src/cost/ledger.ts';
import { MemoryCallStore } from '../../src/cost/memory-call-store.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { formatCost } from '../../src/host/format-cost.ts';
import { createProvider, type ProviderConfig } from '../../src/llm/create-provider.ts';
import { SERVED_MODELS } from '../support/ollama-server/models.ts';
import { ollamaServer } from '../support/ollama-server/server.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';

const facts = { session: 's', conversation: 'c', turn: 't', feature: 'chat', workspace: '' };
const messages = [{ role: 'user' as const, content: 'Hello' }];

test('a local model costs $0.00, and a total with a cloud model in it is "≥" and says how many calls have no price', async t => {
  const [openAi, ollama] = await Promise.all([openAiServerInProcess(), ollamaServer()]);
  t.after(() => Promise.all([openAi.stop(), ollama.stop()]));
  const [pattern] = SERVED_MODELS;
  const models = [pattern!, { ...pattern!, name: 'gpt-oss:120b-cloud' }];
  await ollama.control.configure({ models });
  const ledger = new Ledger(new MemoryCallStore(), systemClock, () => crypto.randomUUID());
  const ask = async (config: ProviderConfig): Promise<void> => {
    const eachAttempt: ProviderConfig['eachAttempt'] = wire =>
      metered(wire, { ledger, clock: systemClock, facts, maxTokens: 100 });
    await createProvider({ ...config, retry: false, maxTokens: 100, eachAttempt }).chat({ messages });
  };
  const local = { provider: 'ollama', endpoint: ollama.url } as const;

  await ask({ ...local, model: 'mistral-small3.2:24b' });
  const free = ledger.total({});
  assert.deepEqual([formatCost(free, 'en'), free.calls, free.unknownCalls], ['$0.00', 1, 0]);
  assert.ok(free.models[0]!.inputTokens > 0);

  await ask({ provider: 'openai', model: 'gpt-4o', endpoint: openAi.baseUrl, apiKey: 'sk-test-0123456789abcdef' });
  const priced = ledger.total({});
  assert.ok(priced.money.compare(free.money) > 0);

  await ask({ ...local, model: 'gpt-oss:120b-cloud' });
  const mixed = ledger.total({});
  assert.equal(mixed.money.compare(priced.money), 0);
  assert.deepEqual([mixed.calls, mixed.unknownCalls], [3, 1]);
  assert.match(formatCost(mixed, 'en'), /^≥ \$/);
});

test('the same model at ollama.com is not the free one', () => {
  const usage = { inputTokens: 1000, outputTokens: 1000, totalTokens: 2000 };
  const modelAt = (endpoint: string): string =>
    createProvider({ provider: 'ollama', model: 'gpt-oss:120b', endpoint, retry: false }).model;
  const cost = (model: string) => costOf({ provider: 'ollama', model, usage });
  assert.equal(cost(modelAt('http://localhost:11434')).money?.toString(), '0.000000');
  for (const endpoint of ['https://ollama.com', 'https://ollama.com/api']) {
    assert.equal(modelAt(endpoint), 'gpt-oss:120b-cloud');
    assert.deepEqual([cost(modelAt(endpoint)).money, cost(modelAt(endpoint)).flags], [undefined, ['unknown-model']]);
  }
});
