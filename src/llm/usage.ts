/**
 * Tokens as the provider reported them. A count that was not reported is undefined, never 0. Cached reads and cache writes are part
 * of `inputTokens`; reasoning is part of `outputTokens`, counted once.
 */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly cachedInputTokens?: number;
  readonly cacheWriteTokens?: number;
  /** Of `cacheWriteTokens`, those that are kept for an hour instead of minutes, at a rate of their own (Anthropic). */
  readonly cacheWrite1hTokens?: number;
  readonly reasoningTokens?: number;
  /** What the provider itself says the call cost, US dollars as a decimal ("0.002975"). It stands above any price list. */
  readonly reportedCost?: string;
  /** The provider's own object, kept so that a row can be priced again when the rules are known better. */
  readonly raw?: unknown;
}
