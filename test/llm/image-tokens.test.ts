import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { imageTokens } from '../../src/llm/image-tokens.ts';
import type { ImageTokenRule } from '../../src/llm/image-tokens.ts';
import { findModel } from '../../src/llm/model-catalog.ts';

function ruleOf(model: string): ImageTokenRule {
  const rule = findModel('openai', model)?.imageTokens;
  assert.ok(rule, `${model} has an image rule`);
  return rule;
}

const size = fc.record({ width: fc.integer({ min: 1, max: 20_000 }), height: fc.integer({ min: 1, max: 20_000 }) });
const patchRules = [
  { kind: 'patches', budget: 1536, maxSide: 2048, hundredths: 100 },
  { kind: 'patches', budget: 2500, maxSide: 2048, hundredths: 100 },
  { kind: 'patches', budget: 1536, hundredths: 100 },
] as const;

describe('Images counted in tiles', () => {
  const cases = [
    ['gpt-4o', 1024, 1024, 765],
    ['gpt-4o', 2048, 4096, 1105],
    ['gpt-4o', 1920, 1080, 1105],
    ['gpt-4o', 512, 512, 255],
    ['gpt-4.1', 1024, 1024, 765],
    ['gpt-5', 1024, 1024, 70 + 4 * 140],
    ['gpt-5.1', 512, 512, 70 + 140],
    ['o1', 1024, 1024, 75 + 4 * 150],
    ['o3', 512, 512, 75 + 150],
    ['gpt-4o-mini', 512, 512, 2833 + 5667],
  ] as const;
  for (const [model, width, height, tokens] of cases) {
    it(`${model}: ${width}×${height} costs ${tokens}`, () => {
      assert.equal(imageTokens(ruleOf(model), { width, height }, 'high'), tokens);
    });
  }

  it('low detail costs the base alone, whatever the size', () => {
    assert.equal(imageTokens(ruleOf('gpt-4o'), { width: 4096, height: 8192 }, 'low'), 85);
  });

  it('auto is counted as high', () => {
    const image = { width: 1024, height: 1024 };
    assert.equal(imageTokens(ruleOf('gpt-4o'), image, 'auto'), imageTokens(ruleOf('gpt-4o'), image, 'high'));
  });
});

describe('Images counted in patches', () => {
  it('1024×1024 is 1024 patches, 1659 tokens at × 1.62', () => {
    assert.equal(imageTokens(patchRules[0], { width: 1024, height: 1024 }, 'high'), 1024);
    assert.equal(imageTokens(ruleOf('gpt-5-mini'), { width: 1024, height: 1024 }, 'high'), 1659);
    assert.equal(imageTokens(ruleOf('gpt-4.1-mini'), { width: 1024, height: 1024 }, 'high'), 1659);
  });

  it('1800×2400 is 1452 patches at a budget of 1536, with or without the limit on the longest side', () => {
    assert.equal(imageTokens(patchRules[0], { width: 1800, height: 2400 }, 'high'), 1452);
    assert.equal(imageTokens(patchRules[2], { width: 1800, height: 2400 }, 'high'), 1452);
  });

  it('no image passes the budget, and none is free', () => {
    fc.assert(
      fc.property(fc.constantFrom(...patchRules), size, (rule, image) => {
        const patches = imageTokens(rule, image, 'high');
        return patches >= 1 && patches <= rule.budget;
      }),
    );
  });

  it('low never costs more than high', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...patchRules),
        size,
        (rule, image) => imageTokens(rule, image, 'low') <= imageTokens(rule, image, 'high'),
      ),
    );
  });

  it('gpt-5.4 takes up to 2500 patches and says that its multiplier is not confirmed', () => {
    assert.deepEqual(ruleOf('gpt-5.4'), { kind: 'patches', budget: 2500, maxSide: 2048, hundredths: 120 });
    assert.equal(imageTokens(ruleOf('gpt-5.4'), { width: 1024, height: 1024 }, 'high'), 1229);
    assert.ok(findModel('openai', 'gpt-5.4')?.flags.includes('image-tokens-unconfirmed'));
  });
});

describe('Images counted in blocks, as Claude does', () => {
  const ruleFor = (model: string): ImageTokenRule => findModel('anthropic', model)!.imageTokens!;
  // The vendor's own table, standard and high resolution; the last two from its page on coordinates.
  const cases = [
    [200, 200, 64, 64],
    [1000, 1000, 1296, 1296],
    [1092, 1092, 1521, 1521],
    [1920, 1080, 1560, 2691],
    [2000, 1500, 1564, 3888],
    [3840, 2160, 1560, 4784],
    [1075, 1520, 33 * 47, 2145],
  ] as const;
  for (const [width, height, standard, high] of cases) {
    it(`${width}×${height} costs ${standard}, at high resolution ${high}`, () => {
      for (const model of ['claude-haiku-4-5', 'claude-sonnet-4-6'])
        assert.equal(imageTokens(ruleFor(model), { width, height }, 'auto'), standard, model);
      for (const model of ['claude-opus-4-7', 'claude-sonnet-5', 'claude-opus-5-5', 'claude-fable-5-1'])
        assert.equal(imageTokens(ruleFor(model), { width, height }, 'auto'), high, model);
    });
  }

  it('no image passes the budget, none is free, and turning one changes nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom('claude-haiku-4-5', 'claude-opus-5-5'), size, (model, { width, height }) => {
        const rule = ruleFor(model);
        const counted = imageTokens(rule, { width, height }, 'high');
        assert.ok(rule.kind === 'blocks' && counted >= 1 && counted <= rule.budget);
        assert.equal(counted, imageTokens(rule, { width: height, height: width }, 'high'));
      }),
    );
  });
});

describe('An image rule that is not known', () => {
  it('is absent, not zero', () => {
    assert.equal(findModel('mistral', 'mistral-large-2512')?.vision, true);
    assert.equal(findModel('mistral', 'mistral-large-2512')?.imageTokens, undefined);
    for (const model of ['gpt-5.4-mini', 'gpt-5.6-sol', 'gpt-6-sol', 'gpt-6.2-sol']) {
      const facts = findModel('openai', model);
      assert.equal(facts?.vision, true, model);
      assert.equal(facts.imageTokens, undefined, model);
    }
  });
});

describe('A size that is none', () => {
  for (const [width, height] of [
    [0, 10],
    [10, -1],
    [1.5, 10],
    [Number.NaN, 10],
    [10, Infinity],
  ] as const) {
    it(`${width} × ${height} is refused`, () => {
      assert.throws(() => imageTokens(patchRules[0], { width, height }, 'high'), RangeError);
    });
  }
});
