import type { ContentPart } from '../llm/message.ts';
import type { ChatRequest } from '../llm/request.ts';
import type { ToolRegistry } from '../tools/tool-registry.ts';
import { type Conversation, conversationMessages } from './conversation.ts';
import { systemPrompt } from './prompts.ts';

/** A question that is still being written, as far as its price goes. */
export interface Draft {
  /** UTF-8 bytes of its text. */
  readonly textBytes: number;
  readonly images: readonly { readonly width: number; readonly height: number }[];
}

/** What a model answers when nothing is known of this conversation: a short paragraph or two. */
const firstAnswerTokens = 300;

/**
 * The request that would be sent if the draft were sent now, for pricing only: it has the sizes of the real one and stands-ins for text and
 * images that were not sent here.
 */
export function draftRequest(
  { turns }: Conversation,
  draft: Draft,
  { roots, tools }: { readonly roots: readonly string[]; readonly tools: ToolRegistry | undefined },
): ChatRequest {
  const images = draft.images.map(({ width, height }): ContentPart => ({
    type: 'image',
    url: '',
    detail: 'high',
    width,
    height,
  }));
  return {
    messages: [
      { role: 'system', content: systemPrompt({ roots, tools: tools !== undefined }) },
      // Any address keeps an image an image; its price lies in its size.
      ...conversationMessages(turns, () => 'data:,'),
      { role: 'user', content: [{ type: 'text', text: ' '.repeat(draft.textBytes) }, ...images] },
    ],
    ...(tools && { tools: tools.definitions }),
  };
}

/** How long the next answer is likely to be: as long as those before it were on average. */
export function likelyAnswerTokens({ turns }: Conversation): number {
  const counts = turns.flatMap(({ ending }) => ending?.cost.outputTokens ?? []).filter(count => count > 0);
  return counts.length === 0
    ? firstAnswerTokens
    : Math.ceil(counts.reduce((sum, count) => sum + count, 0) / counts.length);
}
