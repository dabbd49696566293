import { schemaErrors } from '../core/json-schema.ts';
import { LlmError } from './llm-error.ts';
import type { ChatRequest, ChatResponse, ResponseFormat } from './request.ts';

/**
 * Holds an answer against the format that was asked for. A vendor's promise of JSON does not cover answers that were cut off or refused,
 * and compatible hosts promise more than they keep.
 * @throws LlmError ERR_BAD_RESPONSE with the raw text in `facts.text`.
 */
export async function checkFormat(
  { content, stopReason, toolCalls }: ChatResponse,
  format: ResponseFormat | undefined,
): Promise<void> {
  if (!format || format.type === 'text') return;
  // A refusal is an answer of another kind, and calls come before the answer.
  if (stopReason === 'refusal' || toolCalls.length > 0) return;
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw badFormat(stopReason === 'max_tokens' ? 'was cut off before its JSON was complete' : 'is not JSON', content);
  }
  if (format.type !== 'json-schema') return;
  const errors = await schemaErrors(format.schema, value);
  if (errors !== undefined) throw badFormat(`does not fit the schema "${format.name}": ${errors}`, content);
}

/** OpenAI answers 400 to JSON mode unless a message says the word ("JSON mode" in the Structured Outputs guide). */
export function jsonIsMentioned({ messages }: Pick<ChatRequest, 'messages'>): boolean {
  return messages.some(({ content }) =>
    typeof content === 'string'
      ? /json/i.test(content)
      : content.some(part => part.type === 'text' && /json/i.test(part.text)),
  );
}

function badFormat(what: string, text: string): LlmError {
  return new LlmError({ code: 'ERR_BAD_RESPONSE', message: `The answer ${what}.`, retryable: true, text });
}
