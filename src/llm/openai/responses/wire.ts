/**
 * The Responses API as it goes over the wire: only the fields we write or read.
 * Source: OpenAI's OpenAPI document 2.3.0, CreateResponse, Response and ResponseStreamEvent, read 2026-11-22.
 */
import type { JsonSchema } from '../../message.ts';

export interface WireRequest {
  model: string;
  input: WireItem[];
  instructions?: string;
  tools?: WireTool[];
  tool_choice?: 'auto' | 'none' | 'required' | { type: 'function'; name: string };
  parallel_tool_calls?: boolean;
  max_output_tokens?: number;
  temperature?: number;
  reasoning?: { effort?: string; summary?: 'auto' };
  text?: {
    format: { type: 'json_object' } | { type: 'json_schema'; name: string; schema: JsonSchema; strict: true };
  };
  /** Reasoning comes back encrypted, because nothing is stored at the vendor. */
  include?: ['reasoning.encrypted_content'];
  /** The vendor's default is to keep every answer for 30 days; ours is not to. */
  store: false;
  stream?: boolean;
}

export type WireItem =
  | { role: 'system' | 'developer'; content: string }
  | { role: 'user'; content: string | WirePart[] }
  | { role: 'assistant'; content: string }
  | { type: 'function_call'; call_id: string; name: string; arguments: string }
  | { type: 'function_call_output'; call_id: string; output: string }
  | WireReasoning;

/** Sent back exactly as it came: only the vendor can read it. */
export interface WireReasoning {
  type: 'reasoning';
  id: string;
  summary: unknown[];
  encrypted_content?: string | null;
}

export type WirePart =
  { type: 'input_text'; text: string } | { type: 'input_image'; image_url: string; detail: 'auto' | 'low' | 'high' };

export interface WireTool {
  type: 'function';
  name: string;
  description: string;
  parameters: JsonSchema;
  /** Left out it is true on this API, and rewrites schemas that do not fit; ours are to arrive unchanged. */
  strict: false;
}

/** What comes back is not trusted to be typed. */
export interface WireResponse {
  id?: unknown;
  model?: unknown;
  status?: unknown;
  output?: unknown;
  usage?: unknown;
  error?: unknown;
  incomplete_details?: unknown;
  service_tier?: unknown;
}
