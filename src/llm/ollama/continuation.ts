import type { AssistantMessage, Continuation } from '../message.ts';

const provider = 'ollama';

/**
 * Models that think between tool calls want to read what they thought: it goes back as the message's `thinking` (tool calling guide,
 * whose examples append the whole message; read 2026-11-28). Only with calls: thoughts on answers that are over are dropped by
 * the models' own templates.
 */
export const thinkingContinuation = (model: string, thinking: string): Continuation => ({
  provider,
  model,
  items: [{ thinking }],
});

/** The thoughts of this message, where they are a local model's own. */
export function readThinking({ continuation }: AssistantMessage): string | undefined {
  if (continuation?.provider !== provider) return undefined;
  const [item] = continuation.items as readonly { readonly thinking?: unknown }[];
  return typeof item?.thinking === 'string' ? item.thinking : undefined;
}
