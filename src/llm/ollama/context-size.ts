import type { ChatRequest } from '../request.ts';
import type { ShownModel } from './shown-models.ts';

/** Enough for a question with a file or two; less would be loaded anew at the first tool result. */
const leastTokens = 8192;
/** Set aside for an answer that has no limit. */
const answerTokens = 4096;
/** What Ollama itself sets aside for a picture (server/prompt.go, read 2026-11-28). */
const imageTokens = 768;
/** English and code have three to four bytes a token in the vocabularies of 2026; digits and some scripts fewer. */
const bytesPerToken = 3;

/** How much room a request wants, tokens: likely, and at most (no token is less than a byte). */
export function roomFor(request: ChatRequest): { readonly likely: number; readonly most: number } {
  const { messages, tools = [], maxTokens = answerTokens } = request;
  let bytes = tools.length > 0 ? Buffer.byteLength(JSON.stringify(tools)) : 0;
  let images = 0;
  for (const message of messages) {
    const { content } = message;
    if (typeof content === 'string') bytes += Buffer.byteLength(content);
    else
      for (const part of content) {
        if (part.type === 'text') bytes += Buffer.byteLength(part.text);
        else images++;
      }
    // What the template writes around each.
    bytes += 32;
    if (message.role !== 'assistant') continue;
    for (const call of message.toolCalls ?? []) bytes += Buffer.byteLength(call.name + call.arguments) + 32;
  }
  const fixed = images * imageTokens + maxTokens;
  return { likely: Math.ceil(bytes / bytesPerToken) + fixed, most: bytes + fixed };
}

/**
 * The context to ask for. In doublings, because every change makes the server load the model anew, and never less than before, for
 * the same reason; not less than the model's own Modelfile asks for, and never more than the model can.
 */
export function contextSize(wanted: number, before: number, shown: ShownModel | undefined, limit = Infinity): number {
  let size = leastTokens;
  while (size < wanted) size *= 2;
  return Math.min(Math.max(size, before, shown?.numCtx ?? 0), limit);
}
