/**
 * Ollama's own API, as far as we use it. Sources: docs/openapi.yaml, docs/api/errors.mdx, docs/capabilities/thinking.mdx and
 * server/routes.go of ollama/ollama; ids of tool calls from v0.12.10 (release notes of 2025-11-05); `truncate` and `shift` of a chat
 * (ollama/ollama#17944, #18399); `prompt_eval_cached_count` (stdapi-ai/stdapi.ai#252). All read 2026-11-28.
 */
export interface WireRequest {
  model: string;
  messages: WireMessage[];
  stream: boolean;
  tools?: WireTool[];
  /** A level by its name, or on and off; left out, the model's own default. */
  think?: boolean | string;
  format?: 'json' | Record<string, unknown>;
  options: WireOptions;
  /** false: an input that is too long is refused instead of cut without a word. */
  truncate: false;
  /** false: an answer that fills the context ends instead of forgetting its beginning. */
  shift: false;
}

export interface WireOptions {
  num_ctx?: number;
  num_predict?: number;
  temperature?: number;
}

export type WireMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string; images?: string[] }
  | { role: 'assistant'; content: string; thinking?: string; tool_calls?: WireToolCall[] }
  | { role: 'tool'; content: string; tool_name: string; tool_call_id: string };

export interface WireToolCall {
  id: string;
  type: 'function';
  function: { index: number; name: string; arguments: Record<string, unknown> };
}

export interface WireTool {
  type: 'function';
  function: { name: string; description: string; parameters: Record<string, unknown> };
}

/** One line of a stream, or the whole answer. Of the server's, so anything may be missing or something else. */
export interface WireAnswer {
  readonly model?: unknown;
  readonly created_at?: unknown;
  readonly message?: unknown;
  readonly done?: unknown;
  /** "stop", "length"; "load" and "unload" where nothing was asked. */
  readonly done_reason?: unknown;
  /** The whole prompt, its cached part with it; versions before 2024-07 left it out where it was cached. */
  readonly prompt_eval_count?: unknown;
  readonly prompt_eval_cached_count?: unknown;
  readonly eval_count?: unknown;
  readonly error?: unknown;
}
