import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { priceOf } from '../../src/cost/cost-of.ts';
import { builtInPrices, picoPerToken, PriceList } from '../../src/cost/price-list.ts';
import type { PriceRow, Rates } from '../../src/cost/price-list.ts';
import { listModels } from '../../src/llm/model-catalog.ts';

const november = Date.parse('2026-11-22T12:00:00Z');
const generated = JSON.parse(
  readFileSync(new URL('../../src/cost/price-list.generated.json', import.meta.url), 'utf8'),
) as { rows: PriceRow[] };

function rate(provider: string, model: string, at: string | number): Rates | undefined {
  return builtInPrices.find(provider, model, new Date(at))?.row.tiers.standard.base;
}

describe('Every row of the price list', () => {
  it('has a source and the date of its data', () => {
    assert.ok(generated.rows.length > 100);
    for (const row of generated.rows) {
      assert.ok(row.source.length > 3, row.id);
      assert.match(row.dataDate, /^\d{4}-\d{2}-\d{2}$/, row.id);
    }
  });

  it('holds rates that are whole picodollars per token, and no rate is zero', () => {
    for (const row of generated.rows) {
      for (const { base, long } of Object.values(row.tiers)) {
        for (const rates of long ? [base, long] : [base]) {
          for (const value of Object.values(rates)) assert.ok(picoPerToken(value) > 0n, row.id);
        }
      }
    }
  });

  it('never asks more for cached input than for input, nor less for a long request', () => {
    for (const row of generated.rows) {
      for (const { base, long } of Object.values(row.tiers)) {
        if (base.cached !== undefined) assert.ok(picoPerToken(base.cached) < picoPerToken(base.input), row.id);
        if (!long) continue;
        assert.ok(row.aboveTokens, row.id);
        for (const field of ['input', 'cached', 'cacheWrite', 'cacheWrite1h', 'output'] as const) {
          assert.equal(base[field] === undefined, long[field] === undefined, `${row.id} ${field}`);
          if (base[field] !== undefined) assert.ok(picoPerToken(long[field]!) >= picoPerToken(base[field]), row.id);
        }
      }
    }
  });

  it('says where its sources disagree, and the page lists it', () => {
    const page = readFileSync(new URL('../../docs/price-sources.md', import.meta.url), 'utf8');
    const disputed = generated.rows.filter(row => row.flags?.includes('sources-disagree'));
    assert.ok(disputed.length > 0);
    for (const row of disputed) {
      assert.ok(
        [row.id, ...(row.aliases ?? [])].some(id => page.includes(`| \`${id}\` |`)),
        row.id,
      );
    }
  });

  it('belongs to every live model of the catalogue but one moving name no two sources agree about', () => {
    for (const provider of ['openai', 'anthropic', 'mistral', 'azure-openai'])
      for (const { id } of listModels(provider, { at: november }))
        assert.equal(builtInPrices.find(provider, id, november) === undefined, id === 'ministral-3b-latest', id);
  });
});

describe('The reference’s seven rows', () => {
  const printed = {
    'gpt-4o': ['2.5', '10'],
    'gpt-4o-mini': ['0.15', '0.6'],
    'gpt-4-turbo': ['10', '30'],
    'gpt-4': ['30', '60'],
    'gpt-3.5-turbo': ['0.5', '1.5'],
    'o1-preview': ['15', '60'],
    'o1-mini': ['3', '12'],
  };
  for (const [model, [input, output]] of Object.entries(printed)) {
    it(`${model} cost ${input}/${output} in November 2024`, () => {
      const found = builtInPrices.find('openai', model, Date.parse('2024-11-15'));
      assert.deepEqual(found?.row.tiers.standard.base, { input, output });
      assert.equal(found?.row.source, 'reference, 2024-11');
    });
  }

  it('do not reach into another month', () => {
    assert.equal(rate('openai', 'o1-mini', '2024-12-01')?.input, '1.1');
    assert.equal(rate('openai', 'gpt-4o', '2024-10-31')?.cached, '1.25');
  });
});

describe('Prices have dates', () => {
  it('a cut holds from its first day, UTC', () => {
    assert.equal(rate('openai', 'gpt-5.6-terra', '2026-07-29T23:59:59Z')?.input, '2.5');
    assert.equal(rate('openai', 'gpt-5.6-terra', '2026-07-30T00:00:00Z')?.input, '2');
    assert.equal(rate('openai', 'o3', '2025-06-09')?.output, '40');
    assert.equal(rate('openai', 'o3', '2025-06-10')?.output, '8');
  });

  it('after the promotion the price of gpt-5.6-sol is unverified', () => {
    assert.equal(builtInPrices.find('openai', 'gpt-5.6-sol', Date.parse('2026-11-21'))?.unverified, false);
    assert.equal(builtInPrices.find('openai', 'gpt-5.6-sol', Date.parse('2026-11-22'))?.unverified, true);
    assert.equal(rate('openai', 'gpt-5.6-sol', '2026-11-22')?.input, '4');
  });

  it('nor is it the day somebody reads this; the cost says so', () => {
    assert.equal(builtInPrices.find('openai', 'gpt-5.6-sol', Date.now())?.unverified, true);
    assert.ok(priceOf('openai', 'gpt-5.6-sol')?.flags.includes('price-unverified'));
    assert.ok(!priceOf('openai', 'gpt-5.6-terra')?.flags.includes('price-unverified'));
  });

  it('the cached rate of Sonnet 5.5 was halved on 7 October 2026', () => {
    assert.equal(rate('anthropic', 'claude-sonnet-5-5', '2026-10-06')?.cached, '0.2');
    assert.equal(rate('anthropic', 'claude-sonnet-5-5', '2026-10-07')?.cached, '0.1');
  });

  it('a moving name costs what the model costs that it stood for that day', () => {
    assert.deepEqual(rate('mistral', 'mistral-large-latest', '2025-12-01'), { input: '2', output: '6' });
    assert.deepEqual(
      rate('mistral', 'mistral-large-latest', november),
      rate('mistral', 'mistral-large-2512', november),
    );
    assert.deepEqual(
      rate('mistral', 'mistral-small-latest', november),
      rate('mistral', 'mistral-small-2603', november),
    );
    assert.ok(priceOf('mistral', 'mistral-small-latest', november)?.flags.includes('moving-alias'));
  });

  it('a day before the first known price is unverified, not unknown', () => {
    const found = builtInPrices.find('openai', 'gpt-6.2-sol', Date.parse('2026-11-16'));
    assert.equal(found?.unverified, true);
    assert.equal(found.row.tiers.standard.base.input, '2');
  });
});

describe('A price is found', () => {
  it('for a snapshot with a price of its own before its family', () => {
    assert.equal(rate('openai', 'gpt-4o-2024-05-13', november)?.input, '5');
    assert.equal(rate('openai', 'gpt-4o-2024-11-20', november)?.input, '2.5');
  });

  it('for an unlisted snapshot as its family, saying so', () => {
    assert.equal(builtInPrices.find('openai', 'gpt-4o-2025-03-01', november)?.family, true);
    assert.equal(builtInPrices.find('openai', 'gpt-4o-2024-11-20', november)?.family, false);
  });

  it('never by how the id begins, nor on another provider', () => {
    for (const id of [
      'gpt-4.1-prod',
      'gpt-6-foo',
      'gpt-6',
      'gpt-4o-audio-preview-2024-12-17',
      'ft:gpt-4o-2024-08-06:me::x',
      'o1-',
      '',
    ]) {
      assert.equal(builtInPrices.find('openai', id, november), undefined, id);
    }
    assert.equal(builtInPrices.find('openai-compatible', 'gpt-4o', november), undefined);
    assert.equal(builtInPrices.find('anthropic', 'gpt-4o', november), undefined);
  });

  it('on Azure in OpenAI’s list, where Azure has none of its own', () => {
    assert.equal(builtInPrices.find('azure-openai', 'gpt-4o', november)?.row.provider, 'openai');
  });
});

describe('An override', () => {
  const own: PriceRow = {
    provider: 'openai',
    id: 'gpt-4o-2024-11-20',
    tiers: { standard: { base: { input: '1', output: '2' } } },
    source: 'your settings',
    dataDate: '2026-11-22',
  };
  const prices = builtInPrices.withOverrides([own]);

  it('wins over every dated row of that id, and says so', () => {
    const found = prices.find('openai', 'gpt-4o-2024-11-20', november);
    assert.equal(found?.row.tiers.standard.base.input, '1');
    assert.deepEqual(found?.row.flags, ['override']);
    assert.equal(prices.rowsOf('openai', 'gpt-4o-2024-11-20')?.rows.length, 1);
  });

  it('touches no other id, not even of the same row', () => {
    assert.equal(prices.find('openai', 'gpt-4o', november)?.row.tiers.standard.base.input, '2.5');
    assert.equal(prices.find('openai', 'gpt-4o-2024-08-06', november)?.row.tiers.standard.base.input, '2.5');
    assert.equal(builtInPrices.find('openai', 'gpt-4o-2024-11-20', november)?.row.tiers.standard.base.input, '2.5');
  });

  it('adds a model nobody else knows', () => {
    const list = new PriceList([]).withOverrides([{ ...own, provider: 'openai-compatible', id: 'house-model' }]);
    assert.equal(list.find('openai-compatible', 'house-model', november)?.row.tiers.standard.base.output, '2');
  });
});

describe('A rate', () => {
  it('finer than six decimals is refused rather than rounded', () => {
    assert.throws(() => picoPerToken('0.0000001'), RangeError);
    assert.equal(picoPerToken('0.000001'), 1n);
    assert.equal(new Money(picoPerToken('2.5')).times(1_000_000).toString(), '2.500000');
  });
});
