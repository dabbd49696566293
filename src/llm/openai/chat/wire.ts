/**
 * Chat Completions as it goes over the wire: only the fields we write or read.
 * Source: OpenAI's OpenAPI document 2.3.0, CreateChatCompletionRequest and CreateChatCompletionStreamResponse, read 2026-11-22.
 */
import type { JsonSchema } from '../../message.ts';

export interface WireRequest {
  model: string;
  messages: WireMessage[];
  tools?: WireTool[];
  /** "any": Mistral's "required". */
  tool_choice?: 'auto' | 'none' | 'required' | 'any' | { type: 'function'; function: { name: string } };
  parallel_tool_calls?: boolean;
  /** Deprecated by max_completion_tokens, but what old models and most compatible hosts understand. */
  max_tokens?: number;
  max_completion_tokens?: number;
  temperature?: number;
  reasoning_effort?: string;
  response_format?:
    { type: 'json_object' } | { type: 'json_schema'; json_schema: { name: string; schema: JsonSchema; strict: true } };
  stream?: boolean;
  stream_options?: { include_usage: true };
}

export type WireMessage =
  | { role: 'system' | 'developer'; content: string }
  | { role: 'user'; content: string | WirePart[] }
  | {
      role: 'assistant';
      /** A list only where the host writes lists itself: Mistral. */
      content: string | WireChunk[] | null;
      /** What led to the calls, for hosts that want it back: DeepSeek. */
      reasoning_content?: string;
      tool_calls?: WireToolCall[];
    }
  | { role: 'tool'; tool_call_id: string; content: string };

export type WirePart =
  { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string; detail?: string } };

export type WireChunk =
  | { type: 'text'; text: string }
  | { type: 'thinking'; thinking: { type: 'text'; text: string }[]; signature?: string; closed: true };

export interface WireToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

export interface WireTool {
  type: 'function';
  function: { name: string; description: string; parameters: JsonSchema };
}

/** What comes back is not trusted to be typed: every field may be missing or wrong. */
export interface WireAnswer {
  id?: unknown;
  model?: unknown;
  service_tier?: unknown;
  choices?: unknown;
  /** Mistral names the service tier in it. */
  usage?: unknown;
  /** Groq's usage, where a stream was not asked for it (groq-python, ChatCompletionChunk.XGroq, read 2026-11-28). */
  x_groq?: unknown;
  error?: unknown;
}

export interface WireDelta {
  content?: unknown;
  refusal?: unknown;
  /** DeepSeek and hosts that follow it. */
  reasoning_content?: unknown;
  /** OpenRouter, vLLM. */
  reasoning?: unknown;
  tool_calls?: unknown;
  /** What tool_calls replaced in 2023; some hosts still answer it. */
  function_call?: unknown;
}
