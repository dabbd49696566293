import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cautiousLimits, presetLimits, rateLimitTiers } from '../../../src/llm/openai/rate-limit-tiers.ts';
import { RateLimiter } from '../../../src/resilience/rate-limiter.ts';
import { FakeClock } from '../../support/fake-clock.ts';

test('the reference’s six tiers, each with more than the one before', () => {
  assert.equal(rateLimitTiers.length, 6);
  assert.deepEqual(presetLimits('free'), { requestsPerMinute: 3, tokensPerMinute: 40_000 });
  assert.deepEqual(presetLimits('tier-1'), { requestsPerMinute: 500, tokensPerMinute: 200_000 });
  assert.deepEqual(presetLimits('tier-5'), { requestsPerMinute: 10_000, tokensPerMinute: 100_000_000 });
  for (const [at, tier] of rateLimitTiers.entries()) {
    const before = rateLimitTiers[at - 1];
    if (before) assert.ok(tier.paid > before.paid && tier.tokensPerDay > before.tokensPerDay, tier.name);
  }
});

test('off is no limit, and the cautious one is 180,000 tokens a minute', () => {
  assert.deepEqual(presetLimits('off'), {});
  assert.deepEqual(presetLimits('tier-9'), {});
  assert.deepEqual(presetLimits('cautious'), cautiousLimits);
});

test('every preset can be chosen in the settings, and off is the default', () => {
  const { contributes } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    contributes: { configuration: { properties: Record<string, { enum?: string[]; default: unknown }> } };
  };
  const setting = contributes.configuration.properties['pennyloom.rateLimit.preset']!;
  assert.deepEqual(setting.enum, ['off', 'cautious', ...rateLimitTiers.map(({ name }) => name)]);
  assert.equal(setting.default, 'off');
});

test('with the free tier’s preset the fourth request of a minute waits 20 s', async () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter(presetLimits('free'), clock);
  for (let n = 0; n < 3; n++) (await limiter.acquire({ tokens: 100 })).settle(100);
  assert.equal(limiter.expectedWaitMs(100), 20_000);
});
