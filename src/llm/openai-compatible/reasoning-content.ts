import type { AssistantMessage } from '../message.ts';
import { readPieces } from '../openai/chat/answer-pieces.ts';
import type { WireBody } from '../openai/openai-wire.ts';
import type { ChatRequest } from '../request.ts';

/**
 * Puts what the model thought back where it called tools: DeepSeek answers 400 to a conversation without it. '' where it thought nothing,
 * or where another vendor's model called. Elsewhere the host ignores it, so it is left out.
 * Source: api-docs.deepseek.com, "Thinking Mode", tool calls; the empty one: deepseek-ai/deepseek-harness, discussions 739 and 1850; read
 * 2026-11-28.
 */
export function passReasoningBack(body: WireBody, { messages }: ChatRequest, author: string, model: string): void {
  if (!('messages' in body)) return;
  const asked = messages.filter(message => message.role === 'assistant');
  const sent = body.messages.filter(message => message.role === 'assistant');
  for (const [at, message] of sent.entries())
    if (message.tool_calls) message.reasoning_content = thoughtBy(asked[at]!, author, model);
}

const thoughtBy = (message: AssistantMessage, author: string, model: string): string =>
  (readPieces(message, author, model) ?? []).map(piece => ('thinking' in piece ? piece.thinking : '')).join('');
