import type { PromptFraming } from '../prompt-framing.ts';

/**
 * Anthropic publishes no tokenizer. The last one it did (@anthropic-ai/tokenizer, for Claude 2) is a byte-level BPE behind NFKC; that later
 * ones are no coarser than a byte is taken from there. Opus 4.7's needs up to 1.47 times the tokens of those before it (measured by third
 * parties, 2026-04). What is likely of a text is 1.2 of what o200k_base makes of it: Claude 3.5 Sonnet took 16 % more than GPT-4o for English,
 * 21 % for mathematics, 30 % for Python (L. Gupta, "Hidden costs in AI deployment", VentureBeat, 2025-05-01); until a model's own answers tell. Instructions added where there are tools: 346 tokens, of older models up to 530 ("Tool use" pricing table, read
 * 2026-11-28); half as many again for the newer tokenizer, and room.
 * The cache: "Prompt caching", read 2026-11-28; the least length differs by model, 512 to 4,096 tokens, taken in the middle.
 */
export const anthropicFraming: PromptFraming = {
  request: { likely: 0, most: 64 },
  message: { likely: 4, most: 16 },
  toolCall: { likely: 6, most: 64 },
  tool: { likely: 0, most: 64 },
  withTools: { likely: 346, most: 1024 },
  perO200kToken: 1.2,
  normalizes: 'NFKC',
  cache: { leastTokens: 1024, stepTokens: 1, keptMs: 5 * 60_000 },
};
