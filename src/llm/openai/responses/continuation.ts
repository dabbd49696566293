import type { AssistantMessage, Continuation } from '../../message.ts';
import type { WireReasoning } from './wire.ts';

/** One thing the model made, in its order: text, a call by its place in `toolCalls`, or reasoning to be echoed. */
export type Piece = 'text' | { readonly call: number } | { readonly reasoning: WireReasoning };

/** undefined where there was no reasoning: then the order says nothing that content and calls do not. */
export function makeContinuation(author: string, model: string, pieces: readonly Piece[]): Continuation | undefined {
  return pieces.some(piece => typeof piece === 'object' && 'reasoning' in piece)
    ? { provider: author, model, items: pieces }
    : undefined;
}

/** Reasoning of another model or vendor cannot be read here and is left out. */
export function readContinuation(
  { continuation, toolCalls = [] }: AssistantMessage,
  author: string,
  model: string,
): readonly Piece[] | undefined {
  if (continuation?.provider !== author || continuation.model !== model) return undefined;
  const pieces = continuation.items as readonly Piece[];
  const calls = pieces.filter(piece => typeof piece === 'object' && 'call' in piece).length;
  // Calls that were left out of the conversation take their reasoning with them.
  return calls === toolCalls.length ? pieces : undefined;
}
