import { Money } from '../core/money.ts';
import { costOf, priceOf } from '../cost/cost-of.ts';
import { findModel } from '../llm/model-catalog.ts';
import type { ModelView } from '../protocol/chat-view-state.ts';
import type { Settings } from './settings.ts';

/** A short question with a file read on the way, as the sample questions of the welcome state are. */
const typicalUsage = { inputTokens: 1500, outputTokens: 300, totalTokens: 1800 };

/** The model of the next question as the view shows it. A model that is not in the catalogue is given the benefit of the doubt. */
export function describeModel(
  { provider, model }: Pick<Settings, 'provider' | 'model'>,
  now: number,
  locale: string,
): ModelView {
  const facts = findModel(provider, model);
  const price = priceOf(provider, model, now);
  const typical = costOf({ provider, model, usage: typicalUsage, at: now }).money;
  return {
    id: model,
    name: model,
    vision: facts?.vision ?? true,
    ...(price && {
      price: `${dollars(price.rates.base.input, locale)} in, ${dollars(price.rates.base.output, locale)} out per 1M tokens`,
    }),
    ...(typical && { typicalCost: `≈ ${typical.format(locale)}` }),
  };
}

/** A rate of the price list ("2.5") as people write prices ("$2.50"). */
export const dollars = (rate: string, locale: string): string => Money.parse(rate).format(locale);
