import { systemClock } from '../core/clock.ts';
import type { RateLimiter } from '../resilience/rate-limiter.ts';
import { defaultRetry } from '../resilience/retry.ts';
import { WireProvider } from './http/wire-provider.ts';
import { findModel } from './model-catalog.ts';
import { PolicyPool } from './policy-pool.ts';
import type { ProviderConfig } from './provider-config.ts';
import type { LlmProvider } from './provider.ts';
import type { ChatRequest } from './request.ts';
import { resilient } from './resilient-provider.ts';
import { vendorOf } from './vendors.ts';

export type { ProviderConfig } from './provider-config.ts';

/**
 * A model behind the one port, whoever its vendor is.
 * With `retry: false` and no `rateLimit` what comes back is the bare wire (inside `eachAttempt`).
 */
export function createProvider(config: ProviderConfig): LlmProvider {
  const vendor = vendorOf(config.provider);
  const connected = vendor.connect(config);
  const wire = new WireProvider(config, connected.label ?? vendor.label, connected);
  const attempt = config.eachAttempt?.(wire) ?? wire;
  const { retry = defaultRetry, rateLimit, clock = systemClock } = config;
  if (retry === false && !rateLimit) return attempt;
  const endpoint = config.endpoint ?? vendor.defaultEndpoint ?? '';
  const pool = config.policies ?? new PolicyPool(clock);
  const limiter = async (): Promise<RateLimiter | undefined> => {
    const { apiKey, auth } = config;
    const key = typeof apiKey === 'function' ? await apiKey() : apiKey;
    // Without a key that it needs nothing is sent: the wire says so.
    if (!key && vendor.key === 'required' && auth !== 'entra') return undefined;
    // Azure's limits are each deployment's own, though two may be of one model.
    const model = vendor.modelBehind ? (config.deployment ?? config.model ?? wire.model) : wire.model;
    return pool.limiter({ provider: wire.name, endpoint, apiKey: key ?? '', model }, rateLimit ?? {});
  };
  return resilient(attempt, {
    retry: retry === false ? { ...defaultRetry, attempts: 1 } : retry,
    breaker: pool.breaker(wire.name, endpoint),
    limiter,
    clock,
    random: config.random ?? Math.random,
    tokensOf: request => tokensOf(request, config, wire),
  });
}

/** About what the vendor itself sets aside for a request: its input, at four bytes a token, and the most it may answer. */
function tokensOf(request: ChatRequest, config: ProviderConfig, wire: LlmProvider): number {
  const output = request.maxTokens ?? config.maxTokens ?? findModel(wire.name, wire.model)?.maxOutputTokens ?? 0;
  let bytes = 0;
  for (const { content } of request.messages) {
    if (typeof content === 'string') bytes += Buffer.byteLength(content);
    else for (const part of content) bytes += part.type === 'text' ? Buffer.byteLength(part.text) : 4000;
  }
  return Math.ceil(bytes / 4) + output;
}
