import { costOf } from '../cost/cost-of.ts';
import { boundOf, estimateInput } from '../cost/estimate.ts';
import type { ChatRequest } from '../llm/request.ts';
import type { Settings } from './settings.ts';

/** What a request will probably cost, and what it cannot cost more than; absent where price or size is unknown. */
export function priceOfRequest(
  request: ChatRequest,
  answerTokens: number,
  { provider, model, maxTokens }: Pick<Settings, 'provider' | 'model' | 'maxTokens'>,
  now: number,
  locale?: string,
): { readonly likely?: string; readonly most?: string } {
  const { likely: inputTokens } = estimateInput(request, provider, model);
  const outputTokens = Math.min(answerTokens, maxTokens);
  const usage = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
  const likely = costOf({ provider, model, usage, at: now }).money;
  const most = boundOf(request, provider, model, maxTokens, now);
  return {
    ...(likely && { likely: `≈ ${likely.format(locale)}` }),
    ...(most && { most: `≤ ${most.format(locale)}` }),
  };
}
