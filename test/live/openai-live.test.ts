// The real OpenAI, at its price: a few hundredths of a cent. Only with a key in the environment.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costOf, priceOf } from '../../src/cost/cost-of.ts';
import { Money } from '../../src/core/money.ts';
import { createProvider } from '../../src/llm/create-provider.ts';
import { lifeCycle, listModels } from '../../src/llm/model-catalog.ts';

const apiKey = process.env['OPENAI_API_KEY']?.trim();
const skip = apiKey ? false : 'no OPENAI_API_KEY';

/** The live Chat model with the lowest price for a short question. */
function cheapest(): string {
  const now = Date.now();
  const priced = listModels('openai', { at: now })
    .filter(model => lifeCycle(model, now).state === 'live' && model.endpoints?.includes('chat') && model.streaming)
    .flatMap(({ id, flags }) => {
      const rates = flags.includes('unconfirmed') ? undefined : priceOf('openai', id, now)?.rates.base;
      return rates ? [{ id, price: Money.parse(rates.input).add(Money.parse(rates.output)) }] : [];
    });
  const [first] = priced.sort((a, b) => a.price.compare(b.price));
  assert.ok(first, 'no live model has a price');
  return first.id;
}

test('the cheapest live model says hello, whole and streamed, and its cost is known', { skip }, async () => {
  const model = cheapest();
  for (const streaming of [true, false]) {
    const provider = createProvider({ provider: 'openai', model, apiKey: apiKey!, streaming, maxTokens: 400 });
    const { content, usage } = await provider.chat({ messages: [{ role: 'user', content: 'Say hello' }] });
    assert.match(content, /hello|hi\b/i);
    assert.ok(usage && usage.inputTokens > 0 && usage.outputTokens > 0);
    assert.ok(costOf({ provider: 'openai', model, usage }).money, model);
  }
});

test('the choice of the cheapest needs no key', () => {
  assert.match(cheapest(), /^gpt-/);
});
