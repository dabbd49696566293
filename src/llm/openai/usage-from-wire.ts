import type { HttpHeaders } from '../http/http-call.ts';
import type { Usage } from '../usage.ts';
import { type ReportedCost, withDigits } from './host-ways.ts';

/** CompletionUsage (Chat) as our Usage; undefined where the counts are missing or no numbers, never 0. */
export function usageFromChat(wire: unknown): Usage | undefined {
  if (!isRecord(wire)) return undefined;
  const inputTokens = count(wire['prompt_tokens']);
  const outputTokens = count(wire['completion_tokens']);
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const inputDetails = isRecord(wire['prompt_tokens_details']) ? wire['prompt_tokens_details'] : {};
  const outputDetails = isRecord(wire['completion_tokens_details']) ? wire['completion_tokens_details'] : {};
  // Besides OpenAI's own name, DeepSeek's ("Create Chat Completion", usage, read 2026-11-28).
  const cachedInputTokens = count(inputDetails['cached_tokens']) ?? count(wire['prompt_cache_hit_tokens']);
  // Billed from the 5.6 family on, 1.25 × input (models page of 2026-11).
  const cacheWriteTokens = count(inputDetails['cache_write_tokens']);
  const reasoningTokens = count(outputDetails['reasoning_tokens']);
  const totalTokens = count(wire['total_tokens']) ?? inputTokens + outputTokens;
  const usage: { -readonly [key in keyof Usage]: Usage[key] } = { inputTokens, outputTokens, totalTokens, raw: wire };
  if (cachedInputTokens !== undefined) usage.cachedInputTokens = cachedInputTokens;
  if (cacheWriteTokens !== undefined) usage.cacheWriteTokens = cacheWriteTokens;
  if (reasoningTokens !== undefined) usage.reasoningTokens = reasoningTokens;
  return usage;
}

/** ResponseUsage as our Usage: the same counts under other names. */
export function usageFromResponses(wire: unknown): Usage | undefined {
  if (!isRecord(wire)) return undefined;
  const { input_tokens, output_tokens, total_tokens, input_tokens_details, output_tokens_details } = wire;
  const usage = usageFromChat({
    prompt_tokens: input_tokens,
    completion_tokens: output_tokens,
    total_tokens,
    prompt_tokens_details: input_tokens_details,
    completion_tokens_details: output_tokens_details,
  });
  return usage && { ...usage, raw: wire };
}

/** What the host says this answer cost; `data` is the JSON that holds its usage. */
export function costReported(data: string, headers: HttpHeaders = {}, read: ReportedCost): string | undefined {
  const json = withDigits(data);
  // Responses, streamed: inside the event's response.
  const holder = isRecord(json) && isRecord(json['response']) ? json['response'] : json;
  const usage = isRecord(holder) ? holder['usage'] : undefined;
  return read(isRecord(usage) ? usage : {}, headers);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
