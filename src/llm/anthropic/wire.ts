/**
 * The Messages API as it goes over the wire: only the fields we write or read.
 * Source: the types of Anthropic's own SDK (@anthropic-ai/sdk 1.12.0 of 2026-11-20, resources/messages), read 2026-11-28.
 */
import type { JsonSchema } from '../message.ts';

export interface WireRequest {
  model: string;
  /** Thinking is part of it. The one limit that may not be left out. */
  max_tokens: number;
  system?: WireText[];
  messages: WireMessage[];
  tools?: WireTool[];
  tool_choice?: WireToolChoice;
  temperature?: number;
  thinking?: WireThinkingConfig;
  output_config?: WireOutputConfig;
  stream?: boolean;
}

export interface WireMessage {
  role: 'user' | 'assistant';
  content: WireBlock[];
}

export type WireBlock = WireText | WireImage | WireThinking | WireToolUse | WireToolResult;

/** Everything up to and with the block that has it is kept for five minutes; at most four in a request. */
export interface Cacheable {
  cache_control?: { type: 'ephemeral' };
}

export interface WireText extends Cacheable {
  type: 'text';
  text: string;
}

export interface WireImage extends Cacheable {
  type: 'image';
  source: { type: 'base64'; media_type: string; data: string } | { type: 'url'; url: string };
}

/** Sent back exactly as it came: the vendor checks its own signature, and a block of another model or conversation is worth nothing. */
export type WireThinking =
  { type: 'thinking'; thinking: string; signature: string } | { type: 'redacted_thinking'; data: string };

export interface WireToolUse extends Cacheable {
  type: 'tool_use';
  id: string;
  name: string;
  input: { [key: string]: unknown };
}

export interface WireToolResult extends Cacheable {
  type: 'tool_result';
  tool_use_id: string;
  content?: string;
}

export interface WireTool {
  name: string;
  description: string;
  input_schema: JsonSchema;
}

export type WireToolChoice =
  | { type: 'auto' | 'any'; disable_parallel_tool_use?: true }
  | { type: 'tool'; name: string; disable_parallel_tool_use?: true }
  | { type: 'none' };

export type WireThinkingConfig =
  | { type: 'adaptive'; display: 'summarized' }
  | { type: 'enabled'; budget_tokens: number }
  | { type: 'disabled' }
  | { type: 'between_tools' };

export interface WireOutputConfig {
  effort?: 'low' | 'medium' | 'high' | 'xhigh' | 'max';
  format?: { type: 'json_schema'; schema: JsonSchema };
}
