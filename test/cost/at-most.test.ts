import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { atMost, costOf } from '../../src/cost/cost-of.ts';
import { builtInPrices, PriceList } from '../../src/cost/price-list.ts';
import { listModels } from '../../src/llm/model-catalog.ts';
import type { Usage } from '../../src/llm/usage.ts';

const at = Date.parse('2026-11-20T12:00:00Z');
const tokens = (inputTokens: number, outputTokens: number, more: Partial<Usage> = {}): Usage => ({
  inputTokens,
  outputTokens,
  totalTokens: inputTokens + outputTokens,
  ...more,
});
/** The bound of a request to OpenAI on a day, as text. */
const most = (
  model: string,
  inputTokens: number,
  maxOutputTokens = 0,
  when: number | string = at,
): string | undefined =>
  atMost({ provider: 'openai', model, inputTokens, maxOutputTokens, at: new Date(when) })?.toString();

describe('The most a request can cost', () => {
  const priced = ['openai', 'anthropic', 'mistral', 'azure-openai'].flatMap(provider =>
    listModels(provider, { at, includeShutDown: true })
      .filter(model => builtInPrices.find(provider, model.id, at))
      .map(model => ({ provider, model: model.id })),
  );
  const usage = fc
    .record({
      inputTokens: fc.oneof(fc.nat(2000), fc.integer({ min: 199_990, max: 272_010 }), fc.nat(1_000_000)),
      outputTokens: fc.nat(128_000),
      cached: fc.nat(100),
      written: fc.nat(100),
    })
    .map(({ inputTokens, outputTokens, cached, written }) => {
      const cachedInputTokens = Math.floor((inputTokens * cached) / 100);
      return tokens(inputTokens, outputTokens, {
        cachedInputTokens,
        cacheWriteTokens: Math.floor(((inputTokens - cachedInputTokens) * written) / 100),
      });
    });
  const day = fc.integer({ min: Date.parse('2024-06-01'), max: Date.parse('2027-06-01') });
  const tier = fc.constantFrom('standard', 'batch', 'flex', 'priority');
  const anyModel = fc.constantFrom(...priced);

  it('covers more than a hundred models', () => assert.ok(priced.length > 100));

  it('is never less than what it costs, for any model, usage, day and tier', () => {
    fc.assert(
      fc.property(
        anyModel,
        usage,
        day,
        tier,
        fc.nat(5000),
        fc.nat(5000),
        (target, used, when, named, moreIn, moreOut) => {
          const actual = costOf({ ...target, usage: used, at: when, tier: named }).money;
          if (!actual) return true;
          const bound = {
            ...target,
            inputTokens: used.inputTokens + moreIn,
            maxOutputTokens: used.outputTokens + moreOut,
            at: when,
          };
          const own = atMost({ ...bound, tier: named });
          const auto = atMost({ ...bound, tier: 'auto' });
          return own !== undefined && auto !== undefined && own.compare(actual) >= 0 && auto.compare(own) >= 0;
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('is exact where nothing is open: no cache writes, one tier, below the boundary', () => {
    assert.equal(
      atMost({ provider: 'openai', model: 'gpt-4o', inputTokens: 1520, maxOutputTokens: 3840, at })?.toString(),
      '0.042200',
    );
  });

  it('counts every input token as a cache write where writes are dearer, even where their rate is unknown', () => {
    assert.equal(most('gpt-6.2-sol', 1000), '0.002500');
    assert.equal(most('gpt-6.2-astra', 1000), '0.010000');
  });

  it('takes the boundary itself as long, because the sources differ by one token', () => {
    assert.equal(most('gpt-5.4', 271_999), '0.6799975');
    assert.equal(most('gpt-5.4', 272_000), '1.360000');
  });

  it('holds base rates against a tier that has no long-context rates: it does not serve longer requests', () => {
    const bound = { provider: 'openai', model: 'gpt-5.4', inputTokens: 300_000, maxOutputTokens: 0, at };
    assert.equal(atMost({ ...bound, tier: 'priority' })?.toString(), '1.500000');
    assert.equal(atMost({ ...bound, tier: 'auto' })?.toString(), '1.500000');
  });

  it('takes the list price once the promotion has ended', () => {
    assert.equal(most('gpt-5.6-sol', 0, 1_000_000, '2026-11-21'), '20.000000');
    assert.equal(most('gpt-5.6-sol', 0, 1_000_000, '2026-11-22'), '30.000000');
  });

  it('leaves room for Azure’s regional deployments', () => {
    const regional = atMost({
      provider: 'azure-openai',
      model: 'gpt-4o-mini',
      inputTokens: 1_000_000,
      maxOutputTokens: 1_000_000,
      at,
    });
    assert.equal(regional?.toString(), '0.825000');
  });

  it('is nothing for Ollama', () => {
    assert.equal(atMost({ provider: 'ollama', model: 'x', inputTokens: 5, maxOutputTokens: 5, at })?.pico, 0n);
  });

  it('is unknown where the price is', () => {
    assert.equal(atMost({ provider: 'openai', model: 'gpt-6-foo', inputTokens: 1, maxOutputTokens: 1, at }), undefined);
    assert.equal(
      atMost({ provider: 'openai', model: 'gpt-4o', inputTokens: 1, maxOutputTokens: 1, at, tier: 'scale' }),
      undefined,
    );
    assert.equal(
      atMost({ provider: 'openai', model: 'gpt-4o', inputTokens: 1, maxOutputTokens: 1, at }, new PriceList([])),
      undefined,
    );
  });

  it('refuses counts that are none', () => {
    assert.throws(
      () => atMost({ provider: 'openai', model: 'gpt-4o', inputTokens: 1.5, maxOutputTokens: 1, at }),
      RangeError,
    );
    assert.throws(
      () => atMost({ provider: 'openai', model: 'gpt-4o', inputTokens: 1, maxOutputTokens: -1, at }),
      RangeError,
    );
  });

  it('costs add up: two requests below the boundary cost what one of both would, and a token more is never cheaper', () => {
    const boundaries = priced.map(
      ({ provider, model }) => builtInPrices.find(provider, model, at)?.row.aboveTokens ?? Infinity,
    );
    const half = Math.floor(Math.min(...boundaries) / 2);
    const small = fc.record({ inputTokens: fc.nat(half - 1), outputTokens: fc.nat(50_000) });
    fc.assert(
      fc.property(anyModel, small, small, (target, a, b) => {
        const of = (input: number, output: number) => costOf({ ...target, usage: tokens(input, output), at }).money!;
        const one = of(a.inputTokens, a.outputTokens);
        const both = of(a.inputTokens + b.inputTokens, a.outputTokens + b.outputTokens);
        return (
          one.add(of(b.inputTokens, b.outputTokens)).equals(both) &&
          of(a.inputTokens + 1, a.outputTokens).compare(one) > 0 &&
          of(a.inputTokens, a.outputTokens + 1).compare(one) > 0
        );
      }),
    );
  });
});
