// The whole stack against the loopback server: each request that is sent has a row of its own, and no row has none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { Ledger } from '../../src/cost/ledger.ts';
import { MemoryCallStore } from '../../src/cost/memory-call-store.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { createProvider } from '../../src/llm/create-provider.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';

const facts = { session: 's', conversation: 'c', turn: 't', feature: 'chat', workspace: '' };
const quick = { attempts: 3, baseMs: 1, capMs: 1, jitterMs: 0 };
const messages = [{ role: 'user' as const, content: 'Hello' }];

test('a 429 and a 503 before the answer: three requests, three rows, one of them billed, the body whole each time', async t => {
  const server = await openAiServerInProcess();
  t.after(() => server.stop());
  const store = new MemoryCallStore();
  const ledger = new Ledger(store, systemClock, () => crypto.randomUUID());
  const provider = createProvider({
    provider: 'openai',
    model: 'gpt-4o',
    apiKey: 'sk-test-0123456789abcdef',
    endpoint: server.baseUrl,
    maxTokens: 100,
    retry: quick,
    eachAttempt: wire => metered(wire, { ledger, clock: systemClock, facts, maxTokens: 100 }),
  });
  await server.control.script(
    { kind: 'error', status: 429, code: 'rate_limit_exceeded', faults: { headers: { 'retry-after-ms': '5' } } },
    { kind: 'error', status: 503, message: 'overloaded' },
  );
  const { content } = await provider.chat({ messages });
  assert.ok(content);
  const requests = await server.control.requests();
  assert.deepEqual(
    requests.map(({ status }) => status),
    [429, 503, 200],
  );
  assert.equal(new Set(requests.map(({ body }) => JSON.stringify(body))).size, 1);
  const total = ledger.total({});
  assert.deepEqual([total.calls, total.unknownCalls, total.running], [1, 0, undefined]);
  const [billed] = requests.flatMap(request => request.billed ?? []);
  assert.equal(total.models[0]!.inputTokens, billed!.promptTokens);
  assert.equal(total.models[0]!.outputTokens, billed!.completionTokens);
});

test('a refused parameter costs one more request, which is not billed, and none the next time', async t => {
  const server = await openAiServerInProcess();
  t.after(() => server.stop());
  const ledger = new Ledger(new MemoryCallStore(), systemClock, () => crypto.randomUUID());
  const provider = createProvider({
    provider: 'openai',
    model: 'gpt-4o',
    apiKey: 'sk-test-0123456789abcdef',
    endpoint: server.baseUrl,
    retry: quick,
    eachAttempt: wire => metered(wire, { ledger, clock: systemClock, facts, maxTokens: 100 }),
  });
  await server.control.script({ kind: 'error', status: 400, code: 'unsupported_parameter', param: 'temperature' });
  await provider.chat({ messages, temperature: 0.3 });
  await provider.chat({ messages, temperature: 0.3 });
  const requests = await server.control.requests();
  assert.deepEqual(
    requests.map(({ status }) => status),
    [400, 200, 200],
  );
  assert.equal(ledger.total({}).calls, 2);
});
