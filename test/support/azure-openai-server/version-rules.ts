import { badRequest, unsupportedValue } from '../openai-server/errors.ts';

/**
 * What the body of a chat request may hold at a date, beyond the API as it is today: the properties of createChatCompletionRequest in
 * Azure's OpenAPI document 2024-10-21, and what "API version lifecycle" says came before and after it (both read 2026-11-28).
 */
const OF_2024_10_21 = new Set(
  `messages model data_sources frequency_penalty logit_bias logprobs top_logprobs max_tokens max_completion_tokens n parallel_tool_calls
  presence_penalty response_format seed stop stream stream_options temperature top_p tools tool_choice function_call functions user`.split(
    /\s+/,
  ),
);
const SINCE_2024_09_01 = new Set(['max_completion_tokens', 'stream_options', 'parallel_tool_calls']);

/** @throws ApiError 400 for what came later than `version` */
export function checkVersion(body: object, version: string): void {
  for (const name of Object.keys(body)) {
    const known = version >= '2024-12-01' || OF_2024_10_21.has(name);
    if (known && (version >= '2024-09-01' || !SINCE_2024_09_01.has(name))) continue;
    throw badRequest(`Unrecognized request argument supplied: ${name}`, null, null);
  }
  if (version >= '2024-12-01') return;
  const { messages } = body as { messages?: unknown };
  for (const [index, message] of (Array.isArray(messages) ? (messages as unknown[]) : []).entries()) {
    if ((message as { role?: unknown } | null)?.role !== 'developer') continue;
    const supported = "Supported values are: 'system', 'assistant', 'user', 'function', and 'tool'.";
    throw unsupportedValue(`messages[${index}].role`, 'developer', supported);
  }
}
