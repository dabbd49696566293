import type { Usage } from '../usage.ts';

type Json = Record<string, unknown>;

/**
 * Anthropic's counts as ours; undefined where they are missing or no numbers, never 0. Its `input_tokens` are only what was neither read
 * from the cache nor written to it: "Total input tokens in a request is the summation of input_tokens, cache_creation_input_tokens, and
 * cache_read_input_tokens" (Messages reference, read 2026-11-28).
 */
export function usageFromWire(wire: unknown): Usage | undefined {
  if (!isRecord(wire)) return undefined;
  const fresh = count(wire['input_tokens']);
  const outputTokens = count(wire['output_tokens']);
  if (fresh === undefined || outputTokens === undefined) return undefined;
  const cachedInputTokens = count(wire['cache_read_input_tokens']);
  const cacheWriteTokens = count(wire['cache_creation_input_tokens']);
  const cacheWrite1hTokens = count(recordIn(wire, 'cache_creation')['ephemeral_1h_input_tokens']);
  const inputTokens = fresh + (cachedInputTokens ?? 0) + (cacheWriteTokens ?? 0);
  const reasoningTokens = count(recordIn(wire, 'output_tokens_details')['thinking_tokens']);
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    ...(cachedInputTokens !== undefined && { cachedInputTokens }),
    ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
    ...(cacheWrite1hTokens !== undefined && { cacheWrite1hTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
    raw: wire,
  };
}

/** Later counts of a stream are running totals; what they do not repeat, or repeat as null, holds as it was. */
export function mergeUsage(before: Json, later: unknown): Json {
  if (!isRecord(later)) return before;
  return { ...before, ...Object.fromEntries(Object.entries(later).filter(([, value]) => value !== null)) };
}

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const recordIn = (value: Json, field: string): Json => (isRecord(value[field]) ? value[field] : {});
const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
