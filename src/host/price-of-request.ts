import { boundOfTokens, estimateInput, likelyCost, likelyOf, measureRequest } from '../cost/estimate.ts';
import type { LearnedCounts } from '../cost/learned-counts.ts';
import type { CountText } from '../cost/measured-prompt.ts';
import type { ChatRequest } from '../llm/request.ts';
import type { Settings } from './settings.ts';

export interface Prospect {
  /** How long the answer is likely to be, tokens. */
  readonly answerTokens: number;
  /** How many messages from the beginning on the vendor has read lately. */
  readonly seenMessages: number;
  readonly count: CountText;
  readonly learned?: LearnedCounts | undefined;
}

/** What a request will probably cost, and what it cannot cost more than; absent where price or size is unknown. */
export function priceOfRequest(
  request: ChatRequest,
  { answerTokens, seenMessages, count, learned }: Prospect,
  { provider, model, maxTokens }: Pick<Settings, 'provider' | 'model' | 'maxTokens'>,
  now: number,
  locale?: string,
): { readonly likely?: string; readonly most?: string } {
  const { likely: inputTokens, most: mostTokens } = estimateInput(request, provider, model, count, learned);
  // An image that nobody can count is not nothing.
  if (mostTokens === undefined) return {};
  const outputTokens = Math.min(answerTokens, maxTokens);
  const seen = { ...request, messages: request.messages.slice(0, seenMessages) };
  const seenLikely = seenMessages > 0 ? likelyOf(measureRequest(seen, provider, model, count), learned) : 0;
  const seenTokens = Math.min(seenLikely, inputTokens);
  const likely = likelyCost({ provider, model, inputTokens, outputTokens, seenTokens, at: now });
  const most = boundOfTokens(mostTokens, provider, model, maxTokens, now);
  return {
    ...(likely && { likely: `≈ ${likely.format(locale)}` }),
    ...(most && { most: `≤ ${most.format(locale)}` }),
  };
}
