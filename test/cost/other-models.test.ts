import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Money } from '../../src/core/money.ts';
import { always } from '../../src/cost/call-archive.ts';
import { costOf, priceOf } from '../../src/cost/cost-of.ts';
import { onOtherModels, pricedModels, priceBoundaries } from '../../src/cost/other-models.ts';
import { bothArchives, portionsOf, randomCalls } from './random-calls.ts';

const now = Date.UTC(2026, 10, 28);
const models = pricedModels(now);

test('what usage would have cost elsewhere is the sum over its calls, to the last picodollar, also across length boundaries', async () => {
  await fc.assert(
    fc.asyncProperty(randomCalls, async calls => {
      const { db, kept } = bothArchives(calls);
      const others = onOtherModels(await kept.usage({ span: always }, priceBoundaries(models, now)), models, now);
      const usages = (await portionsOf(kept, { span: always })).flat().flatMap(({ usage, state }) => {
        const { inputTokens, cachedInputTokens = 0, cacheWriteTokens = 0 } = usage ?? { inputTokens: -1 };
        return usage && state !== 'reserved' && cachedInputTokens + cacheWriteTokens <= inputTokens ? [usage] : [];
      });
      for (const { provider, model, money } of others) {
        const one = usages.map(usage => costOf({ provider, model, usage, at: now }).money!);
        assert.equal(money.pico, Money.sum(one).pico, model);
      }
      db.close();
    }),
    { numRuns: 60 },
  );
});

test('only models with a known price are compared, the cheapest first', async () => {
  const { db, kept } = bothArchives(fc.sample(randomCalls, { numRuns: 1, seed: 5 })[0]!);
  const others = onOtherModels(await kept.usage({ span: always }, priceBoundaries(models, now)), models, now);
  assert.ok(others.length > 10, `${others.length}`);
  for (const [at, { provider, model, money }] of others.entries()) {
    assert.ok(priceOf(provider, model, now));
    if (at > 0) assert.ok(others[at - 1]!.money.compare(money) <= 0);
  }
  db.close();
});

test('a model without a discount for cached input says so, and a missing long-context rate leaves it out', () => {
  const sum = {
    calls: 1, money: Money.zero, unknownCalls: 0, inputTokens: 1_000_000n, cachedTokens: 500_000n, cacheWriteTokens: 0n, outputTokens: 0n,
  }; // prettier-ignore
  const on = (model: string, above: number) => onOtherModels([{ ...sum, above }], [{ provider: 'openai', model }], now)[0];
  assert.deepEqual([on('gpt-4o', 0)?.money.toString(), on('gpt-4o', 0)?.flags.includes('cached-rate-missing')], ['1.875000', false]);
  assert.deepEqual([on('o1-pro', 0)?.money.toString(), on('o1-pro', 0)?.flags.includes('cached-rate-missing')], ['150.000000', true]);
  assert.equal(on('gpt-5.4', 272_000)?.money.toString(), '2.750000');
  assert.equal(on('no-such-model', 0), undefined);
}); // prettier-ignore
