import type { RateLimits } from '../../resilience/rate-limiter.ts';

/** What an account of one usage tier may do with gpt-4o. */
export interface RateLimitTier extends RateLimits {
  readonly name: string;
  /** What must have been paid for it, US dollars. */
  readonly paid: number;
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
  readonly tokensPerDay: number;
}

/**
 * The six tiers as the reference prints them for gpt-4o, November 2024. OpenAI changes them without notice and by model; what an account
 * really has is on its limits page (`pages.limits`), and in the headers of every answer, which are kept to anyway.
 */
export const rateLimitTiers: readonly RateLimitTier[] = [
  { name: 'free', paid: 0, requestsPerMinute: 3, tokensPerMinute: 40_000, tokensPerDay: 200_000 },
  { name: 'tier-1', paid: 5, requestsPerMinute: 500, tokensPerMinute: 200_000, tokensPerDay: 2_000_000 },
  { name: 'tier-2', paid: 50, requestsPerMinute: 5000, tokensPerMinute: 2_000_000, tokensPerDay: 10_000_000 },
  { name: 'tier-3', paid: 100, requestsPerMinute: 5000, tokensPerMinute: 10_000_000, tokensPerDay: 20_000_000 },
  { name: 'tier-4', paid: 250, requestsPerMinute: 10_000, tokensPerMinute: 30_000_000, tokensPerDay: 100_000_000 },
  { name: 'tier-5', paid: 1000, requestsPerMinute: 10_000, tokensPerMinute: 100_000_000, tokensPerDay: 300_000_000 },
];

/** The reference's own limiter, once it is switched on: a tenth below tier 1's tokens a minute. */
export const cautiousLimits: RateLimits = { tokensPerMinute: 180_000 };

/** Limits by the name a setting has for them; none for "off" and for what nobody knows. */
export function presetLimits(name: string): RateLimits {
  if (name === 'cautious') return cautiousLimits;
  const tier = rateLimitTiers.find(one => one.name === name);
  return tier ? { requestsPerMinute: tier.requestsPerMinute, tokensPerMinute: tier.tokensPerMinute } : {};
}
