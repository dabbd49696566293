import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { costOf } from '../../../src/cost/cost-of.ts';
import type { ProviderConfig } from '../../../src/llm/create-provider.ts';
import type { CompatibleServerSettings } from '../../support/openai-compatible-server/settings.ts';
import { hello, send, served } from './served-host.ts';

const openRouter = 'https://openrouter.ai/api/v1';
const xAi = 'https://api.x.ai/v1';
const at = Date.UTC(2026, 10, 28);

/** What the ledger books for one answer of a host with these habits. */
async function booked(
  settings: Partial<CompatibleServerSettings>,
  config: Partial<ProviderConfig>,
  streaming: boolean,
) {
  await served.control.configure(settings);
  const { usage } = (await send({ messages: hello, streaming }, config)).response;
  assert.ok(usage);
  const { money, source, flags } = costOf({
    provider: 'openai-compatible',
    model: config.model ?? 'qwen3-coder',
    usage,
    at,
  });
  return { dollars: money?.toString(), source: source?.name, date: source?.dataDate, flags };
}

const reported = { source: 'provider', date: '2026-11-28', flags: ['provider-reported'] };
const unknown = { dollars: undefined, source: undefined, date: undefined, flags: ['unknown-model'] };

for (const streaming of [true, false])
  describe(streaming ? 'streamed' : 'whole', () => {
    test('OpenRouter’s cost is the cost, to its last digit, however the number is written', async () => {
      const digits: readonly (readonly [string, string])[] = [
        ['0.00095', '0.000950'],
        ['9.5e-7', '0.00000095'],
        ['1E-7', '0.0000001'],
        ['12', '12.000000'],
        ['0.1234567890123', '0.123456789012'],
        ['0.0009884999999999998', '0.0009885'],
        // More digits than a double holds.
        ['123456789.123456789012', '123456789.123456789012'],
        ['0', '0.000000'],
      ];
      for (const [cost, dollars] of digits)
        assert.deepEqual(await booked({ habit: 'openrouter', cost }, { endpoint: openRouter }, streaming), {
          dollars,
          ...reported,
        });
    });

    test('with one’s own key at the provider OpenRouter’s fee and the provider’s bill are added', async () => {
      const settings = { habit: 'openrouter', cost: '0.0000475', upstreamCost: '0.00095' } as const;
      const { dollars } = await booked(settings, { endpoint: openRouter }, streaming);
      assert.equal(dollars, '0.0009975');
    });

    test('xAI’s ticks are ten thousand millionths of a dollar', async () => {
      const { dollars } = await booked({ habit: 'xai', cost: '37756000' }, { endpoint: xAi }, streaming);
      assert.equal(dollars, '0.0037756');
    });

    test('LiteLLM is known by its headers wherever it runs; its zero is unknown', async () => {
      assert.deepEqual(await booked({ habit: 'litellm', cost: '0.0008895' }, {}, streaming), {
        dollars: '0.0008895',
        ...reported,
      });
      assert.deepEqual(await booked({ habit: 'litellm', cost: '0.0' }, {}, streaming), unknown);
    });

    test('a field of the same name elsewhere is not taken for dollars, nor a number that is none', async () => {
      assert.deepEqual(await booked({ habit: 'plain', cost: '0.5' }, {}, streaming), unknown);
      for (const cost of ['-1', 'true', '1e99', 'null'])
        assert.deepEqual(await booked({ habit: 'openrouter', cost }, { endpoint: openRouter }, streaming), unknown);
    });

    test('a model of OpenAI’s name on another host has no price, and never OpenAI’s', async () => {
      await served.control.configure({ extraModels: ['gpt-5.4'] });
      assert.deepEqual(await booked({}, { model: 'gpt-4o' }, streaming), unknown);
    });
  });

test('over Responses the bill is read in the last event', async () => {
  const body = { usage: { input_tokens: 9, output_tokens: 2, total_tokens: 11, cost: '@' } };
  const response = {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    model: 'm',
    output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi.' }] }],
    ...body,
  };
  const event = JSON.stringify({ type: 'response.completed', response }).replace('"@"', '1.5e-7');
  await served.control.script({ kind: 'raw', contentType: 'text/event-stream', body: [`data: ${event}\n\n`] });
  const { usage } = (await send({ messages: hello }, { endpoint: openRouter, api: 'responses' })).response;
  assert.equal(usage?.reportedCost, '0.00000015');
});
