import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { costOf, priceOf } from '../../src/cost/cost-of.ts';
import { builtInPrices } from '../../src/cost/price-list.ts';
import type { Usage } from '../../src/llm/usage.ts';

const at = Date.parse('2026-11-20T12:00:00Z');
const tokens = (inputTokens: number, outputTokens: number, more: Partial<Usage> = {}): Usage => ({
  inputTokens,
  outputTokens,
  totalTokens: inputTokens + outputTokens,
  ...more,
});
const cost = (model: string, usage: Usage, provider = 'openai', tier?: string) =>
  costOf({ provider, model, usage, at, ...(tier === undefined ? {} : { tier }) });
const money = (model: string, usage: Usage, tier?: string) => cost(model, usage, 'openai', tier).money?.toString();

describe('The reference’s examples, to the last digit', () => {
  const examples = {
    'gpt-4o': ['0.002250', '0.022500', '0.225000'],
    'gpt-4o-mini': ['0.000135', '0.001350', '0.013500'],
    'gpt-4-turbo': ['0.007000', '0.070000', '0.700000'],
    'o1-preview': ['0.013500', '0.135000', '1.350000'],
  };
  for (const [model, [simple, medium, large]] of Object.entries(examples)) {
    it(`${model}: simple ${simple}, medium ${medium}, large ${large}`, () => {
      assert.equal(money(model, tokens(100, 200)), simple);
      assert.equal(money(model, tokens(1000, 2000)), medium);
      assert.equal(money(model, tokens(10_000, 20_000)), large);
    });
  }

  it('gpt-4o: 42/287, 1520/3840, and 234/567, where the reference’s log line slips', () => {
    assert.equal(money('gpt-4o', tokens(42, 287)), '0.002975');
    assert.equal(money('gpt-4o', tokens(1520, 3840)), '0.042200');
    assert.equal(money('gpt-4o', tokens(234, 567)), '0.006255');
  });

  it('a thousand simple questions to gpt-4o-mini cost 0.135000', () => {
    const costs = Array.from({ length: 1000 }, () => cost('gpt-4o-mini', tokens(100, 200)).money!);
    assert.equal(Money.sum(costs).toString(), '0.135000');
  });
});

describe('A cost that the host itself reports', () => {
  it('is the cost, whatever the price list says and whatever the tokens are', () => {
    for (const [provider, model] of [
      ['openai-compatible', 'nobody/knows'],
      ['openai', 'gpt-4o'],
    ] as const)
      assert.deepEqual(cost(model, tokens(1000, 100, { reportedCost: '1.2e-7' }), provider), {
        money: Money.parse('0.00000012'),
        source: { name: 'provider', dataDate: '2026-11-20', tier: 'standard' },
        flags: ['provider-reported'],
      });
  });

  it('where there is none, a model of a compatible host is never taken for OpenAI’s of the same name', () => {
    const { money: none, flags } = cost('gpt-4o', tokens(1000, 100), 'openai-compatible');
    assert.deepEqual([none, flags], [undefined, ['unknown-model']]);
  });
});

describe('Cached input and cache writes', () => {
  it('cached tokens are a part of the input, at their own rate', () => {
    // 400 × 2.5 + 600 × 1.25 + 100 × 10, per million
    assert.equal(money('gpt-4o', tokens(1000, 100, { cachedInputTokens: 600 })), '0.002750');
  });

  it('cache writes are a part of the input, at the write rate', () => {
    // 100 × 2 + 300 × 0.10 + 600 × 2.50 + 10 × 10, per million
    const usage = tokens(1000, 10, { cachedInputTokens: 300, cacheWriteTokens: 600 });
    assert.equal(money('gpt-6.2-sol', usage), '0.001830');
  });

  it('without a write rate, a write is plain input', () => {
    assert.equal(money('gpt-4o', tokens(1000, 0, { cacheWriteTokens: 1000 })), money('gpt-4o', tokens(1000, 0)));
  });

  it('without a cached rate, cached tokens cost the full rate, flagged', () => {
    const priced = cost('gpt-4-turbo', tokens(1000, 0, { cachedInputTokens: 500 }));
    assert.equal(priced.money?.toString(), '0.010000');
    assert.deepEqual(priced.flags, ['cached-rate-missing']);
    assert.deepEqual(cost('gpt-4-turbo', tokens(1000, 0, { cachedInputTokens: 0 })).flags, []);
  });

  it('writes that were not reported are flagged where they are billed', () => {
    assert.ok(cost('gpt-6-sol', tokens(10, 10)).flags.includes('cache-write-not-reported'));
    assert.deepEqual(cost('gpt-6-sol', tokens(10, 10, { cacheWriteTokens: 0 })).flags, []);
    assert.deepEqual(cost('gpt-4o', tokens(10, 10)).flags, []);
  });

  it('Anthropic’s caches: reads at 0.1, of Fable 5.1 at 0.025; writes at 1.25, for an hour at 2', () => {
    const million = (more: Partial<Usage>) => tokens(1_000_000, 0, more);
    const claude = (model: string, usage: Usage) => cost(model, usage, 'anthropic').money?.toString();
    assert.equal(claude('claude-fable-5', million({ cachedInputTokens: 1_000_000 })), '1.000000');
    assert.equal(claude('claude-fable-5-1', million({ cachedInputTokens: 1_000_000 })), '0.250000');
    assert.equal(claude('claude-opus-5-5', million({ cachedInputTokens: 1_000_000 })), '0.200000');
    assert.equal(claude('claude-opus-5', million({ cacheWriteTokens: 1_000_000 })), '6.250000');
    const halfForAnHour = { cacheWriteTokens: 1_000_000, cacheWrite1hTokens: 500_000 };
    assert.equal(claude('claude-opus-5', million(halfForAnHour)), '8.125000');
  });

  it('more writes for an hour than writes is a contradiction', () => {
    const usage = tokens(100, 0, { cacheWriteTokens: 10, cacheWrite1hTokens: 11 });
    assert.deepEqual(cost('claude-opus-5', usage, 'anthropic').flags, ['usage-contradictory']);
  });

  it('reasoning is inside the output and counted once', () => {
    assert.equal(money('gpt-5', tokens(10, 1000, { reasoningTokens: 900 })), money('gpt-5', tokens(10, 1000)));
  });
});

describe('Long context', () => {
  for (const model of ['gpt-6.1-sol', 'gpt-6.2-sol']) {
    it(`${model}: 272,000 tokens are cheap, one more makes the whole request dear`, () => {
      assert.equal(money(model, tokens(272_000, 1000)), '0.554000');
      assert.equal(money(model, tokens(272_001, 1000)), '1.103004');
      assert.ok(cost(model, tokens(272_001, 1000)).flags.includes('long-context'));
    });
  }

  it('cached tokens count towards the boundary and double with it', () => {
    // 200,000 × 4 + 100,000 × 0.20, per million
    assert.equal(money('gpt-6.2-sol', tokens(300_000, 0, { cachedInputTokens: 100_000 })), '0.820000');
  });

  it('Claude Sonnet 4.5 has its boundary at 200,000', () => {
    assert.equal(cost('claude-sonnet-4-5', tokens(200_000, 0), 'anthropic').money?.toString(), '0.600000');
    assert.equal(cost('claude-sonnet-4-5', tokens(200_001, 0), 'anthropic').money?.toString(), '1.200006');
  });

  it('Claude Haiku 5.5 has its own at 100,000, cached tokens counted, and is five times as dear beyond', () => {
    const haiku = (input: number) =>
      cost('claude-haiku-5-5', tokens(input, 1000, { cachedInputTokens: 50_000, cacheWriteTokens: 0 }), 'anthropic');
    // 50,000 × 0.10 + 50,000 × 0.01 + 1,000 × 0.50, per million; then 50,001 × 0.50 + 50,000 × 0.05 + 1,000 × 2.50.
    assert.equal(haiku(100_000).money?.toString(), '0.006000');
    assert.equal(haiku(100_001).money?.toString(), '0.0300005');
    assert.ok(haiku(100_001).flags.includes('long-context'));
  });

  it('a tier without long-context rates has no price there', () => {
    const priced = cost('gpt-5.4', tokens(300_000, 10), 'openai', 'priority');
    assert.equal(priced.money, undefined);
    assert.deepEqual(priced.flags, ['unknown-tier']);
  });
});

describe('Service tiers', () => {
  it('have their own rates, not one factor', () => {
    assert.equal(money('gpt-4o', tokens(1_000_000, 0), 'priority'), '4.250000');
    assert.equal(money('gpt-4o-mini', tokens(1_000_000, 0), 'priority'), '0.250000');
    assert.equal(money('gpt-5.4', tokens(100_000, 0), 'flex'), '0.125000');
    assert.equal(money('gpt-5.4', tokens(300_000, 0), 'batch'), '0.750000');
  });

  it('"default", "auto" and none are the standard one', () => {
    for (const tier of ['default', 'auto', undefined])
      assert.equal(money('gpt-4o', tokens(1_000_000, 0), tier), '2.500000');
  });

  it('a tier nobody has prices for is unknown, never the standard price', () => {
    assert.equal(cost('gpt-4o', tokens(10, 10), 'openai', 'scale').money, undefined);
    assert.equal(cost('gpt-4o', tokens(10, 10), 'openai', 'flex').money, undefined);
  });
});

describe('What is not known', () => {
  it('an unknown model has no cost: not zero, not another model’s', () => {
    for (const model of ['gpt-4.1-prod', 'gpt-6-foo', 'gpt-6', '']) {
      assert.deepEqual(
        cost(model, tokens(10, 10)),
        { money: undefined, source: undefined, flags: ['unknown-model'] },
        model,
      );
    }
    assert.equal(cost('gpt-4o', tokens(10, 10), 'openai-compatible').money, undefined);
  });

  it('Ollama is free, whatever the model', () => {
    const local = cost('llama3.2:3b', tokens(1_000_000, 1_000_000), 'ollama');
    assert.equal(local.money?.toString(), '0.000000');
    assert.deepEqual(local.flags, ['local']);
  });

  it('counts that contradict each other cost nothing we could name', () => {
    const contradictions = [
      tokens(10, 10, { cachedInputTokens: 11 }),
      tokens(10, 10, { cachedInputTokens: 6, cacheWriteTokens: 6 }),
      tokens(-1, 10),
      tokens(10, 1.5),
      tokens(Number.NaN, 0),
      tokens(10, Infinity),
    ];
    for (const usage of contradictions) {
      const priced = cost('gpt-4o', usage);
      assert.equal(priced.money, undefined);
      assert.deepEqual(priced.flags, ['usage-contradictory']);
    }
  });

  it('an ended promotion, an unconfirmed row and a fallback say so', () => {
    const after = costOf({
      provider: 'openai',
      model: 'gpt-5.6-sol',
      usage: tokens(1, 1),
      at: Date.parse('2026-11-22'),
    });
    assert.ok(after.flags.includes('price-unverified'));
    assert.ok(!cost('gpt-5.6-sol', tokens(1, 1)).flags.includes('price-unverified'));
    assert.ok(cost('gpt-6.2-sol', tokens(1, 1)).flags.includes('unconfirmed'));
    assert.ok(cost('gpt-4o-2025-03-01', tokens(1, 1)).flags.includes('family-price'));
    assert.ok(cost('gpt-4o', tokens(1, 1), 'azure-openai').flags.includes('openai-list-price'));
    assert.ok(cost('mistral-medium-latest', tokens(1, 1), 'mistral').flags.includes('sources-disagree'));
  });
});

describe('Where a cost comes from', () => {
  it('is its source, the date of the data, the first day of the rate and the tier', () => {
    assert.deepEqual(cost('gpt-5.6-terra', tokens(1, 1)).source, {
      name: 'genai-prices 0.1.8',
      dataDate: '2026-09-23',
      effectiveFrom: '2026-07-30',
      tier: 'standard',
    });
    assert.equal(cost('gpt-4o', tokens(1, 1), 'openai', 'priority').source?.tier, 'priority');
  });

  it('the price of the day of the call counts, not today’s', () => {
    const usage = tokens(1_000_000, 0);
    const may = costOf({ provider: 'openai', model: 'o3', usage, at: new Date('2025-05-01') });
    assert.equal(may.money?.toString(), '10.000000');
    assert.equal(money('o3', usage), '2.000000');
  });

  it('an override is priced and named', () => {
    const prices = builtInPrices.withOverrides([
      {
        provider: 'openai',
        id: 'gpt-4o',
        tiers: { standard: { base: { input: '1', output: '1' } } },
        source: 'your settings',
        dataDate: '2026-11-20',
      },
    ]);
    const own = costOf({ provider: 'openai', model: 'gpt-4o', usage: tokens(1000, 1000), at }, prices);
    assert.equal(own.money?.toString(), '0.002000');
    assert.deepEqual(own.flags, ['override']);
  });

  it('a moving name is priced as the model that answered, where that has a price; any other as it was asked', () => {
    const usage = tokens(1_000_000, 0);
    const asked = { provider: 'mistral', model: 'mistral-medium-latest', usage, at };
    assert.equal(costOf(asked).money?.toString(), '1.500000');
    const answered = costOf({ ...asked, answeredBy: 'mistral-medium-2508' });
    assert.equal(answered.money?.toString(), '0.400000');
    assert.ok(!answered.flags.includes('moving-alias'));
    const unheard = costOf({ ...asked, answeredBy: 'mistral-medium-2611' });
    assert.equal(unheard.money?.toString(), '1.500000');
    assert.ok(unheard.flags.includes('moving-alias'));
    const other = costOf({ provider: 'openai', model: 'gpt-4o', answeredBy: 'gpt-4o-mini', usage, at });
    assert.equal(other.money?.toString(), '2.500000');
  });

  it('the price in force can be shown', () => {
    assert.deepEqual(priceOf('openai', 'gpt-5.4', at), {
      rates: {
        base: { input: '2.5', cached: '0.25', output: '15' },
        long: { input: '5', cached: '0.5', output: '22.5' },
      },
      aboveTokens: 272_000,
      source: { name: 'genai-prices 0.1.8', dataDate: '2026-09-23', tier: 'standard' },
      flags: [],
    });
    assert.equal(priceOf('openai', 'gpt-6-foo', at), undefined);
  });
});
