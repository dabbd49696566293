import { Money } from '../core/money.ts';
import { costOf, priceOf } from '../cost/cost-of.ts';
import { guessModel } from '../llm/azure-openai/deployments.ts';
import { findModel, lifeCycle, listModels, type ModelFacts } from '../llm/model-catalog.ts';
import { vendorAt } from '../llm/vendors.ts';
import type { ModelView } from '../protocol/chat-view-state.ts';
import type { Settings } from './settings.ts';

/** A short question with a file read on the way, as the sample questions of the welcome state are. */
const typicalUsage = { inputTokens: 1500, outputTokens: 300, totalTokens: 1800 };

/** The model of the next question as the view shows it. A model that is not in the catalogue is given the benefit of the doubt. */
export function describeModel(
  {
    provider,
    model,
    asked,
    endpoint = '',
  }: Pick<Settings, 'provider' | 'model'> & Partial<Pick<Settings, 'asked' | 'endpoint'>>,
  now: number,
  locale: string,
): ModelView {
  const { label, pages, modelBehind } = vendorAt(provider, endpoint);
  const facts = findModel(provider, model);
  const isUnsaid = asked && modelBehind?.(asked, {}) === model;
  const notes = facts ? notesOn(facts, now) : isUnsaid ? [unsaid(asked, now)] : [];
  const price = priceOf(provider, model, now);
  const typical = costOf({ provider, model, usage: typicalUsage, at: now }).money;
  return {
    id: model,
    name: model || 'No model',
    provider: label,
    keysPage: pages.keys !== undefined,
    vision: facts?.vision ?? true,
    ...(price && {
      price: `${dollars(price.rates.base.input, locale)} in, ${dollars(price.rates.base.output, locale)} out per 1M tokens`,
    }),
    ...(typical && { typicalCost: `≈ ${typical.format(locale)}` }),
    ...(notes.length > 0 && { notes }),
  };
}

/** From this many days before the end on, a person should have chosen another model. */
const soonDays = 90;

function notesOn(facts: ModelFacts, now: number): string[] {
  const life = lifeCycle(facts, now);
  const instead = life.state !== 'live' && life.replacement ? ` ${life.replacement} takes its place.` : '';
  const cannot = [
    facts.tools === false && 'read your files',
    facts.vision === false && facts.tools === false && 'see images',
    facts.streaming === false && 'answer word by word',
  ].filter(ability => ability !== false);
  return [
    ...(life.state === 'shut-down' ? [`${facts.name} was shut down on ${life.shutdown}.${instead}`] : []),
    ...(life.state === 'ending' && life.daysLeft <= soonDays
      ? [`${facts.name} shuts down on ${life.shutdown}.${instead}`]
      : []),
    ...(cannot.length > 0 ? [`${facts.name} cannot ${listed(cannot)}.`] : []),
  ];
}

/** Of a deployment nobody has said the model of. What its name suggests is a question: it is neither priced nor taken for granted. */
function unsaid(deployment: string, now: number): string {
  const models = listModels('azure-openai', { at: now, includeShutDown: true });
  const guess = guessModel(
    deployment,
    models.map(({ id }) => id),
  );
  const ask = guess ? ` Its name says ${guess}, which proves nothing: if it is,` : ' Once you know,';
  return `Which model the deployment ${deployment} is, nobody has said, so its cost is unknown.${ask} say so in "pennyloom.azure.deployments".`;
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** A rate of the price list ("2.5") as people write prices ("$2.50"). */
export const dollars = (rate: string, locale: string): string => Money.parse(rate).format(locale);
