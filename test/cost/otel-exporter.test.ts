import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ledgerIn } from '../../src/cost/ledger.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { OtelExporter } from '../../src/cost/otel-exporter.ts';
import { otlpSender } from '../../src/host/otlp-sender.ts';
import { createProvider } from '../../src/llm/create-provider.ts';
import { DirectAgent } from '../../src/llm/http/direct-agent.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { logInto } from '../chat/open-chat.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openAiServerInProcess } from '../support/openai-server/in-process.ts';
import { otlpCollector } from '../support/otlp-collector.ts';

const secret = 'sk-test-0123456789abcdefghij';
const said = 'a-secret-question';
const answered = 'a-secret-answer';

/** Real calls against the loopback server, whose settlements go to a collector on loopback. */
async function exporting(endpoint: string, headers: Record<string, unknown> = {}) {
  const clock = new FakeClock();
  const ledger = ledgerIn(openDatabase(':memory:', schema), clock);
  const logged: string[] = [];
  const log = logInto(logged);
  const send = otlpSender({ endpoint, headers, dispatcher: new DirectAgent(), clock, log });
  const exporter = send && new OtelExporter({ send, clock, log, version: '1.2.3', providerName: name => name });
  ledger.onDidSettle(call => exporter?.add(call));
  const ask = async (baseUrl: string): Promise<void> => {
    const facts = { session: 's', conversation: 'conv', turn: 'turn', feature: 'chat', workspace: 'secret-folder' };
    const provider = createProvider({
      provider: 'openai',
      model: 'gpt-4o',
      retry: false,
      apiKey: secret,
      endpoint: baseUrl,
      eachAttempt: wire => metered(wire, { ledger, clock, maxTokens: 100, facts }),
    });
    await provider.chat({ messages: [{ role: 'user', content: said }] }).catch(() => {});
  };
  return { clock, exporter, ask, logged };
}

// oxlint-disable-next-line typescript/no-explicit-any -- the collector has checked the shape
type Json = any;

test('each call is a span and part of the metrics, in strict OTLP JSON, and nothing that was said is in it', async () => {
  await using served = await openAiServerInProcess();
  await using collector = await otlpCollector();
  const { exporter, ask, clock } = await exporting(collector.url, { 'X-Token': 'abc', Host: 'evil', Bad: 'a\nb' });
  await served.control.script(
    {
      kind: 'reply',
      text: answered,
      usage: { promptTokens: 3000, cachedTokens: 2048, completionTokens: 77, reasoningTokens: 5 },
    },
    { kind: 'error', status: 503 },
  );
  await ask(served.baseUrl);
  await ask(served.baseUrl);
  assert.equal(collector.requests.length, 0, 'calls wait for others');
  await clock.advance(5000);
  await exporter!.flush();
  assert.deepEqual(collector.requests.map(({ path }) => path).toSorted(), ['/v1/metrics', '/v1/traces']);
  for (const { violations, headers, text } of collector.requests) {
    assert.deepEqual(violations, []);
    assert.equal(headers['x-token'], 'abc');
    assert.notEqual(headers.host, 'evil');
    assert.equal(headers['bad'], undefined);
    for (const hidden of [said, answered, secret.slice(8), 'secret-folder', 'abc"'])
      assert.ok(!text.includes(hidden), hidden);
  }
  const body = (path: string): Json => collector.requests.find(one => one.path === path)!.body as Json;
  const spans = body('/v1/traces')['resourceSpans'][0]['scopeSpans'][0]['spans'];
  assert.equal(spans.length, 2);
  assert.equal(spans[0]['traceId'], spans[1]['traceId'], 'one question, one trace');
  const of = (span: Json): Record<string, unknown> =>
    Object.fromEntries(span['attributes'].map((one: Json) => [one['key'], Object.values(one['value'])[0]]));
  assert.deepEqual(of(spans[0]), {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.conversation.id': of(spans[0])['gen_ai.conversation.id'],
    'gen_ai.usage.input_tokens': '3000',
    'gen_ai.usage.output_tokens': '77',
    'gen_ai.usage.cache_read.input_tokens': '2048',
    'gen_ai.usage.reasoning.output_tokens': '5',
    'pennyloom.cost.usd': 0.00571,
    'pennyloom.cost.state': 'reported',
    'pennyloom.feature': 'chat',
  });
  assert.equal(of(spans[1])['error.type'], 'rejected');
  assert.equal(spans[1]['status']['code'], 2);
  const metrics = body('/v1/metrics')['resourceMetrics'][0]['scopeMetrics'][0]['metrics'];
  assert.deepEqual(
    metrics.map((metric: Json) => metric['name']),
    ['gen_ai.client.operation.duration', 'gen_ai.client.token.usage', 'pennyloom.cost'],
  );
});

test('a collector that refuses or is not there costs a line in the log, once, and no call', async () => {
  await using served = await openAiServerInProcess();
  await using collector = await otlpCollector();
  const { exporter, ask, logged } = await exporting(collector.url);
  collector.status = 400;
  await ask(served.baseUrl);
  await exporter!.flush();
  await ask(served.baseUrl);
  await exporter!.flush();
  assert.deepEqual(logged, ['warn: The OpenTelemetry collector did not take 1 call(s): 400']);
  await collector[Symbol.asyncDispose]();
  await ask(served.baseUrl);
  await exporter!.flush();
  assert.equal(logged.length, 2);
});

test('what waits is sent when the window closes', async () => {
  await using served = await openAiServerInProcess();
  await using collector = await otlpCollector();
  const { exporter, ask, clock } = await exporting(collector.url);
  await ask(served.baseUrl);
  exporter!.dispose();
  await exporter!.flush();
  assert.equal(collector.requests.length, 2);
  assert.equal(clock.pending, 0);
});

test('an address that is neither https nor this machine is not sent to', async () => {
  const { exporter, logged } = await exporting('http://collector.example:4318');
  assert.equal(exporter, undefined);
  assert.match(logged[0]!, /^warn: pennyloom\.otel\.endpoint: .* is not https/);
});
