import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { costOf, priceOf } from '../../src/cost/cost-of.ts';
import { boundOf } from '../../src/cost/estimate.ts';
import { ledgerIn } from '../../src/cost/ledger.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { readOwnModels } from '../../src/cost/own-models.ts';
import { overridePrices } from '../../src/cost/price-list.ts';
import { checkRequest } from '../../src/llm/check-request.ts';
import { amendCatalog, findModel, listModels } from '../../src/llm/model-catalog.ts';
import { route } from '../../src/llm/openai/route.ts';
import type { ChatRequest } from '../../src/llm/request.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ScriptedProvider, tokens } from '../support/scripted-provider.ts';

const day = '2026-11-28';
const at = Date.parse(day);
const providers = ['openai', 'openai-compatible'];
const house = { provider: 'openai-compatible', id: 'house-model' };

const use = (...entries: readonly unknown[]): readonly string[] => {
  const { prices, amendments, complaints } = readOwnModels(entries, providers, day);
  overridePrices(prices);
  amendCatalog(amendments);
  return complaints;
};
afterEach(() => use());

const rates = (entry: object) => readOwnModels([{ ...house, ...entry }], providers, day).prices[0]?.tiers.standard.base;

describe('A price of one’s own', () => {
  it('is taken exactly, as text or as a number', () => {
    assert.deepEqual(rates({ input: 0.1, cached: 0.075, cacheWrite: '0.125', output: '1.000001' }), {
      input: '0.1',
      cached: '0.075',
      cacheWrite: '0.125',
      output: '1.000001',
    });
    use({ ...house, input: 0.07, output: 0.28 });
    const { money } = costOf({ provider: house.provider, model: house.id, usage: tokens(1_000_003, 7), at });
    assert.equal(money?.toString(), '0.07000217');
  });

  it('may be nothing at all', () => {
    assert.deepEqual(rates({ input: 0, output: '0' }), { input: '0', output: '0' });
  });

  it('says in every cost that it is one', () => {
    use({ ...house, input: 1, output: 2 });
    const cost = costOf({ provider: house.provider, model: house.id, usage: tokens(1, 1), at });
    assert.deepEqual(cost.flags, ['override']);
    assert.deepEqual(cost.source, { name: 'override', dataDate: day, tier: 'standard' });
    assert.deepEqual(priceOf(house.provider, house.id, at)?.flags, ['override']);
  });

  it('holds whatever service tier the host names', () => {
    use({ ...house, input: 1, output: 2 });
    const cost = costOf({
      provider: house.provider,
      model: house.id,
      usage: tokens(1_000_000, 0),
      at,
      tier: 'on_demand',
    });
    assert.equal(cost.money?.toString(), '1.000000');
  });

  it('is what the ledger reserves and settles by, and gone with the setting', async () => {
    const clock = new FakeClock();
    const db = openDatabase(':memory:', schema);
    const ledger = ledgerIn(db, clock);
    const ask = async (): Promise<void> => {
      const wire = new ScriptedProvider().enqueueText('Hello.', tokens(1_000_000, 1_000_000));
      const facts = { session: 's', conversation: 'c', turn: 't', feature: 'chat', workspace: '' };
      const provider = metered(wire, { ledger, clock, facts, maxTokens: 100 });
      for await (const _ of provider.stream({ messages: [{ role: 'user', content: 'Hi' }] }));
    };
    const { name: provider, model: id } = new ScriptedProvider();
    use({ provider, id, input: '0.03', output: '0.05' });
    await ask();
    use();
    await clock.advance(1);
    await ask();
    assert.deepEqual(
      ledger.total({ turn: 't' }).prices?.map(({ source, flags }) => [source, flags]),
      [
        ['override', ['override']],
        ['genai-prices 0.1.8', []],
      ],
    );
    const [own, builtIn] = db.all('SELECT cost, bound, price_source FROM calls ORDER BY started');
    assert.equal(own!['cost'], 80_000_000_000n);
    assert.equal(own!['price_source'], 'override');
    assert.notEqual(builtIn!['price_source'], 'override');
    assert.ok((builtIn!['bound'] as bigint) > (own!['bound'] as bigint));
  });
});

describe('Facts of one’s own', () => {
  const request: ChatRequest = { messages: [{ role: 'user', content: 'Hi' }] };

  it('correct a known model only where they say something', () => {
    const before = findModel('openai', 'gpt-5.4')!;
    use({ provider: 'openai', id: 'gpt-5.4', context: 64_000, vision: false });
    const after = findModel('openai', 'gpt-5.4')!;
    assert.deepEqual(
      [after.contextWindow, after.vision, after.tools, after.endpoints],
      [64_000, false, before.tools, before.endpoints],
    );
    assert.ok(after.flags.includes('override'));
    assert.equal(priceOf('openai', 'gpt-5.4', at)?.flags.includes('override'), false);
    assert.equal(listModels('openai', { at }).find(({ id }) => id === 'gpt-5.4')?.contextWindow, 64_000);
    assert.equal(findModel('openai', 'gpt-5.4-mini')?.flags.includes('override'), false);
  });

  it('add a model nobody else knows, of which the rest stays unknown', () => {
    use({ ...house, input: 1, output: 2, maxOutput: 1000, tools: false });
    assert.deepEqual(
      listModels(house.provider, { at }).map(({ id }) => id),
      [house.id],
    );
    const facts = findModel(house.provider, house.id)!;
    assert.equal(facts.contextWindow, undefined);
    assert.throws(() => checkRequest({ ...request, maxTokens: 1001 }, house.id, facts), /between 1 and 1000/);
    assert.throws(
      () => checkRequest({ ...request, tools: [{ name: 't', description: '', parameters: {} }] }, house.id, facts),
      /cannot call tools/,
    );
    // 1000 tokens of output at 2 per million, and a few of input.
    const bound = boundOf(request, house.provider, house.id, undefined, at)!;
    assert.ok(bound.compare(Money.parse('0.002')) > 0 && bound.compare(Money.parse('0.0022')) < 0, bound.toString());
  });

  it('do not pretend to know how the model is spoken to', () => {
    use({ ...house, context: 1000 });
    const facts = findModel(house.provider, house.id);
    assert.deepEqual(route({ ...request, reasoningEffort: 'low' }, facts), { api: 'chat', effort: 'low', notices: [] });
  });
});

describe('An entry with anything wrong in it is left out whole and named', () => {
  const wrong: readonly [string, unknown, RegExp][] = [
    ['no id', { provider: 'openai' }, /^Entry 1 names no "id"\.$/],
    ['a provider nobody knows', { provider: 'acme', id: 'm' }, /^Entry 1 \("m"\) needs a "provider": openai, openai-c/],
    ['half a price', { ...house, output: 1 }, /needs both "input" and "output"/],
    ['only a cached price', { ...house, cached: 1 }, /needs both "input" and "output"/],
    ['a price that is none', { ...house, input: 'cheap', output: 1 }, /has "input": "cheap", which is no price/],
    ['a negative price', { ...house, input: -1, output: 1 }, /has "input": -1/],
    ['seven decimals', { ...house, input: 1, output: '0.0000001' }, /has "output": "0.0000001".*six decimals/],
    ['a number too small to write', { ...house, input: 1e-7, output: 1 }, /has "input": 1e-7/],
    ['a context of zero', { ...house, context: 0 }, /has "context": 0/],
    ['a context in words', { ...house, context: '128k' }, /has "context": "128k"/],
    ['an ability in words', { ...house, tools: 'yes' }, /has "tools"/],
    ['a misspelt field', { ...house, input: 1, output: 1, cache: 0.1 }, /has "cache", which means nothing/],
    ['no object', 'gpt-5.4', /^Entry 1 names no "id"/],
  ];
  for (const [what, entry, sentence] of wrong) {
    it(what, () => {
      const good = { provider: 'openai', id: 'gpt-5.4', input: 1, output: 1 };
      const { prices, amendments, complaints } = readOwnModels([entry, good], providers, day);
      assert.deepEqual(
        prices.map(({ id }) => id),
        ['gpt-5.4'],
      );
      assert.equal(amendments.length, 1);
      assert.equal(complaints.length, 1);
      assert.match(complaints[0]!, sentence);
    });
  }

  it('the same model twice', () => {
    const complaints = use({ ...house, input: 1, output: 1 }, { ...house, input: 2, output: 2 });
    assert.deepEqual(complaints, ['Entry 2 ("house-model") is there twice.']);
    assert.equal(priceOf(house.provider, house.id, at)?.rates.base.input, '1');
  });

  it('and so is a setting that is no list', () => {
    assert.equal(readOwnModels({ id: 'm' }, providers, day).complaints.length, 1);
  });
});
