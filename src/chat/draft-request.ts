import type { ContentPart } from '../llm/message.ts';
import type { ChatRequest } from '../llm/request.ts';
import type { ToolRegistry } from '../tools/tool-registry.ts';
import { type Conversation, conversationMessages, imageNotForThisModel, withoutImages } from './conversation.ts';
import { systemPrompt } from './prompts.ts';

/** A question that is still being written, as far as its price goes. */
export interface Draft {
  readonly text: string;
  readonly images: readonly { readonly width: number; readonly height: number }[];
}

/** What a model answers when nothing is known of this conversation: a short paragraph or two. */
const firstAnswerTokens = 300;
/** Answers that tell how long the next one will be: a conversation changes its subject. */
const lastAnswers = 9;

/**
 * The request that would be sent if the draft were sent now, for pricing only: its words are the real ones, its images
 * have their sizes and nothing to see.
 */
export function draftRequest(
  { turns }: Conversation,
  draft: Draft,
  {
    roots,
    tools,
    sees,
  }: {
    readonly roots: readonly string[];
    readonly tools: ToolRegistry | undefined;
    /** Whether the model takes images; of earlier turns it is then told in words that there were some. */
    readonly sees: boolean;
  },
): ChatRequest {
  const images = draft.images.map(({ width, height }): ContentPart => ({
    type: 'image',
    url: '',
    detail: 'high',
    width,
    height,
  }));
  // Any address keeps an image an image; its price lies in its size.
  const before = conversationMessages(turns, () => 'data:,');
  return {
    messages: [
      { role: 'system', content: systemPrompt({ roots, tools: tools !== undefined }) },
      ...(sees ? before : before.map(message => withoutImages(message, imageNotForThisModel))),
      { role: 'user', content: [{ type: 'text', text: draft.text }, ...images] },
    ],
    ...(tools && { tools: tools.definitions }),
  };
}

/** How long the next answer is likely to be: as long as half of those before it, one request of several counted as one. */
export function likelyAnswerTokens({ turns }: Conversation): number {
  const lengths = turns
    .flatMap(({ ending }) =>
      ending?.cost.outputTokens ? ending.cost.outputTokens / Math.max(1, ending.cost.calls) : [],
    )
    .slice(-lastAnswers)
    .sort((a, b) => a - b);
  return lengths.length === 0 ? firstAnswerTokens : Math.ceil(lengths[lengths.length >> 1]!);
}
