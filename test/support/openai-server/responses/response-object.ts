import type { ReplyFailure } from '../../loopback/script.ts';
import type { ServedModel } from '../models.ts';
import type { CountedUsage } from '../usage.ts';
import type { OutputItem } from './response-output.ts';
import type { ResponsesRequest } from './responses-request.ts';

export interface ResponseIdentity {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  readonly model: string;
}

/** How an answer stands; what is left out is as at its beginning. */
export interface ResponseState {
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  readonly output?: readonly OutputItem[];
  readonly incomplete?: 'max_output_tokens' | 'content_filter' | undefined;
  readonly failure?: ReplyFailure | undefined;
  readonly usage?: Record<string, unknown> | undefined;
  /** Seconds since the epoch. */
  readonly completedAt?: number;
}

/**
 * A Response (API reference, 2026-11). The vendor sends `usage: null` until the figures are known; its published schema
 * forbids that, and the server keeps to the schema and leaves the field out.
 */
export function responseObject(
  { id, createdAt, model: name }: ResponseIdentity,
  request: ResponsesRequest,
  model: ServedModel,
  state: ResponseState,
): Record<string, unknown> {
  const { status, output = [], incomplete, failure, usage, completedAt } = state;
  const { reasoning, text } = request;
  const thinks = model.reasoning !== undefined;
  return {
    id,
    object: 'response',
    created_at: createdAt,
    status,
    background: false,
    completed_at: completedAt ?? null,
    error: failure === undefined ? null : { code: failure.code, message: failure.message },
    incomplete_details: incomplete === undefined ? null : { reason: incomplete },
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: null,
    model: name,
    output,
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: request.previous_response_id ?? null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    reasoning: {
      effort: thinks ? (reasoning?.effort ?? model.reasoning.whenLeftOut) : null,
      summary: reasoning?.summary ?? null,
    },
    safety_identifier: request.safety_identifier ?? null,
    service_tier: 'default',
    store: request.store ?? true,
    temperature: request.temperature ?? 1,
    text: { format: formatEcho(text?.format), verbosity: text?.verbosity ?? 'medium' },
    tool_choice: request.tool_choice ?? 'auto',
    tools: (request.tools ?? []).map(tool => ({
      description: null,
      parameters: null,
      ...tool,
      strict: tool.strict ?? true,
    })),
    top_logprobs: 0,
    top_p: request.top_p ?? 1,
    truncation: request.truncation ?? 'disabled',
    ...(usage === undefined ? {} : { usage }),
    user: request.user ?? null,
    metadata: request.metadata ?? {},
  };
}

function formatEcho(format: NonNullable<ResponsesRequest['text']>['format'] = { type: 'text' }): unknown {
  return format.type === 'json_schema' ? { ...format, strict: format.strict ?? false } : format;
}

/** The `usage` object of Responses: the same figures as Chat's under other names, and all of them always there. */
export function responseUsage(usage: CountedUsage): Record<string, unknown> {
  return {
    input_tokens: usage.promptTokens,
    input_tokens_details: { cached_tokens: usage.cachedTokens, cache_write_tokens: usage.cacheWriteTokens },
    output_tokens: usage.completionTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.promptTokens + usage.completionTokens,
  };
}
