import type { ToolDefinition } from './message.ts';

/** Tokens nobody wrote: how many there probably are, and how many there can be. */
export interface FramingTokens {
  readonly likely: number;
  readonly most: number;
}

/**
 * What a vendor makes of a request before its model reads it. The words themselves are counted in o200k_base for what is likely, and by the
 * byte for what is possible: no token of a byte-pair encoding stands for less than a byte, and SentencePiece with byte fallback spells
 * what it does not know byte by byte (Kudo & Richardson 2018; Llama's and Mistral's models are trained so).
 */
export interface PromptFraming {
  /** Once: what begins the prompt and primes the answer. */
  readonly request: FramingTokens;
  /** Role and separators; SentencePiece's leading space is in it. */
  readonly message: FramingTokens;
  /** Around a call of a tool that is in the history, beside its name and arguments. */
  readonly toolCall: FramingTokens;
  /** Around each tool that is offered. */
  readonly tool: FramingTokens;
  /** Once, where tools are offered: instructions of the vendor's own. */
  readonly withTools: FramingTokens;
  /** How a tool is told to the model, as far as anybody knows; default is its JSON. */
  readonly toolText?: (tool: ToolDefinition) => ToolText;
  /** Its models split text by o200k_base itself: what is counted there is no estimate. */
  readonly isO200k?: true;
  /** The vendor's tokens for one of o200k_base; default 1. */
  readonly perO200kToken?: number;
  /** Text is brought into this form before it is split, which can make it longer. */
  readonly normalizes?: 'NFKC';
  /** A smaller output cap than this is raised to it. */
  readonly leastOutputTokens?: number;
  /** Absent where the vendor has no cache that works by itself. */
  readonly cache?: PromptCacheRule;
}

/** A tool as texts to be counted, and tokens between them. */
export interface ToolText {
  readonly texts: readonly string[];
  readonly tokens: number;
}

/** When the beginning of a prompt is read from the vendor's cache. */
export interface PromptCacheRule {
  /** Shorter beginnings are not kept. */
  readonly leastTokens: number;
  /** Kept in steps of so many tokens. */
  readonly stepTokens: number;
  /** How long at least, after it was last used. */
  readonly keptMs: number;
}

/**
 * For hosts that publish nothing: chat templates of open models spend 3 to 10 tokens on a message, and those that take tools put a
 * paragraph before them (Hugging Face "Chat templates", read 2026-11). Unconfirmed for any one host, so the bound is generous.
 */
export const commonFraming: PromptFraming = {
  request: { likely: 3, most: 64 },
  message: { likely: 4, most: 16 },
  toolCall: { likely: 12, most: 64 },
  tool: { likely: 8, most: 64 },
  withTools: { likely: 60, most: 512 },
};
