import type { Continuation, JsonSchema, Message, ToolCall, ToolDefinition } from './message.ts';
import type { Usage } from './usage.ts';
import type { Money } from '../core/money.ts';

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

export type ReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json-object' }
  | { readonly type: 'json-schema'; readonly name: string; readonly schema: JsonSchema };

/** One model call. What is left out falls back to the provider's configuration, and from there to the vendor's default. */
export interface ChatRequest {
  readonly messages: readonly Message[];
  readonly tools?: readonly ToolDefinition[];
  readonly toolChoice?: ToolChoice;
  /** false forbids several calls in one reply. */
  readonly parallelToolCalls?: boolean;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly reasoningEffort?: ReasoningEffort;
  readonly responseFormat?: ResponseFormat;
  /** false asks for the whole answer at once; the events and the outcome are the same. */
  readonly streaming?: boolean;
  /** Idle timeout for this call, milliseconds. */
  readonly timeoutMs?: number;
}

/** Why the model stopped. */
export type StopReason = 'end_turn' | 'max_tokens' | 'tool_use' | 'content_filter' | 'refusal';

/** The reference's answer to Chat(). */
export interface ChatResponse {
  readonly content: string;
  /** Absent when the provider reported none (a cut stream): never 0. `cost` is filled in by the metered provider. */
  readonly usage?: Usage & { readonly cost?: Money };
  readonly toolCalls: readonly ToolCall[];
  readonly stopReason: StopReason;
  readonly thinking?: string;
  /** To be put on the assistant message made of this answer. */
  readonly continuation?: Continuation;
  readonly metadata: ResponseMetadata;
}

export interface ResponseMetadata {
  /** The model that answered, as the provider names it. */
  readonly model?: string;
  readonly requestId?: string;
  readonly responseId?: string;
  readonly serviceTier?: string;
}
