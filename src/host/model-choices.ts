import { costOf, priceOf } from '../cost/cost-of.ts';
import { type BestFor, findModel, lifeCycle, listModels, type ModelFacts } from '../llm/model-catalog.ts';
import { findVendor } from '../llm/vendors.ts';
import { flagInShort } from './cost-flags.ts';
import { dollars } from './describe-model.ts';
import type { ModelList } from './model-lists.ts';

/** One row of the model picker: its id, the price beside it, and below what a choice goes by. */
export interface ModelChoice {
  readonly id: string;
  readonly description: string;
  readonly detail: string;
}

export interface ChoiceGroup {
  readonly label: string;
  readonly choices: readonly ModelChoice[];
}

export interface ChoiceOptions {
  readonly provider: string;
  /** The vendor as a person knows it. */
  readonly host: string;
  /** The id in use. */
  readonly current: string;
  /** Azure: what each deployment is. */
  readonly deployments?: { readonly [deployment: string]: string };
  /** What the host listed when it was last asked. */
  readonly list: ModelList | undefined;
  readonly now: number;
  readonly locale: string;
}

/** The reference's decision tree, in its order. */
const classes: { readonly [name in BestFor]: string } = {
  budget: 'Budget',
  'high-volume': 'High volume, simple tasks',
  general: 'General purpose',
  complex: 'Complex reasoning',
  'stem-coding': 'Science and code',
};

/** The models of a provider by what they are best for; the one in use first, those that end and those nothing is known of last. */
export function modelChoices(options: ChoiceOptions): readonly ChoiceGroup[] {
  const { provider, host, current, deployments = {}, list, now } = options;
  // Of deployments there are those that were made: what could be deployed is not there to be asked.
  const byOwner = findVendor(provider)?.modelBehind !== undefined;
  const models = byOwner ? [] : listModels(provider, { at: now });
  const choice = (facts: ModelFacts): ModelChoice => describe(facts, options);
  const others = models.filter(({ id }) => id !== current);
  const isEnding = (facts: ModelFacts): boolean => lifeCycle(facts, now).state === 'ending';
  const inClass = (name: BestFor | undefined) =>
    others.filter(facts => facts.bestFor === name && !isEnding(facts) && !isOwn(facts)).map(choice);
  const known = new Set(models.flatMap(({ id, aliases = [] }) => [id, ...aliases]));
  const unknown = (byOwner ? [] : (list?.models ?? [])).filter(({ id }) => !known.has(id) && id !== current);
  return [
    { label: 'In use', choices: current ? [choice(factsOf(provider, current, deployments))] : [] },
    {
      label: 'Your deployments',
      choices: Object.keys(deployments)
        .filter(deployment => deployment !== current)
        .map(deployment => choice(factsOf(provider, deployment, deployments))),
    },
    { label: 'Your own', choices: others.filter(isOwn).map(choice) },
    ...Object.entries(classes).map(([name, label]) => ({ label, choices: inClass(name as BestFor) })),
    { label: 'Others', choices: inClass(undefined) },
    { label: 'Shutting down', choices: others.filter(facts => isEnding(facts) && !isOwn(facts)).map(choice) },
    {
      label: `Listed by ${host}, nothing else known`,
      choices: unknown.map(({ id }) => choice(factsOf(provider, id, {}))),
    },
  ].filter(({ choices }) => choices.length > 0);
}

const isOwn = ({ flags }: ModelFacts): boolean => flags.includes('override');

/** What a deployment is said to be, and nothing that its name suggests; elsewhere the id itself. */
const modelBehind = (provider: string, id: string, deployments: NonNullable<ChoiceOptions['deployments']>): string =>
  findVendor(provider)?.modelBehind?.(id, deployments) ?? id;

/** What is known of an id, if only that. Azure's ids are deployments: of the model behind one, its price and abilities hold. */
function factsOf(provider: string, id: string, deployments: NonNullable<ChoiceOptions['deployments']>): ModelFacts {
  const facts = findModel(provider, modelBehind(provider, id, deployments));
  const nothing: ModelFacts = { provider, id, name: id, source: '', checkedOn: '', flags: [] };
  return { ...(facts ?? nothing), id };
}

function describe(facts: ModelFacts, options: ChoiceOptions): ModelChoice {
  const { locale, current, deployments = {} } = options;
  const model = modelBehind(facts.provider, facts.id, deployments);
  return {
    id: facts.id,
    description: [deployments[facts.id], priceWords(facts.provider, model, options)].filter(Boolean).join(' · '),
    // A narrow window cuts the end off: what speaks against a model comes first.
    detail: [
      endWords(facts, options),
      listWords(facts, options),
      facts.flags.includes('override') && 'your own facts',
      facts.flags.includes('unconfirmed') && 'facts unconfirmed',
      facts.bestFor && facts.id === current && `best for: ${classes[facts.bestFor].toLowerCase()}`,
      tokens(facts.contextWindow, 'context', locale),
      tokens(facts.maxOutputTokens, 'answer', locale),
      facts.vision && 'images',
      facts.tools && 'tools',
      effortWords(facts),
      facts.released && `since ${facts.released}`,
    ]
      .filter(Boolean)
      .join(' · '),
  };
}

/** "1.05M context". */
const tokens = (count: number | undefined, of: string, locale: string): string | false =>
  count !== undefined && `${compact(count, locale)} ${of}`;

const compact = (count: number, locale: string): string =>
  count.toLocaleString(locale, { notation: 'compact', maximumSignificantDigits: 3 });

const effortWords = ({ reasoning }: ModelFacts): string | false => {
  if (!reasoning) return false;
  const { efforts } = reasoning;
  return efforts.length > 1 ? `reasons: ${efforts[0]} to ${efforts.at(-1)}` : 'reasons';
};

function endWords(facts: ModelFacts, { now }: ChoiceOptions): string | false {
  const life = lifeCycle(facts, now);
  if (life.state === 'live') return false;
  const instead = life.replacement ? `, then ${life.replacement}` : '';
  return `$(warning) ${life.state === 'ending' ? 'shuts down' : 'was shut down'} ${life.shutdown}${instead}`;
}

/** Azure lists what could be deployed, so that its list says nothing of a deployment. */
function listWords({ provider, id, aliases = [] }: ModelFacts, { list, host }: ChoiceOptions): string | false {
  if (!list || provider === 'azure-openai') return false;
  const isThere = list.models.some(model => model.id === id || aliases.includes(model.id));
  return !isThere && `$(circle-slash) not listed by ${host} on ${list.day}`;
}

/** US dollars per million tokens, and what is to be said about them. */
export function priceWords(
  provider: string,
  model: string,
  { now, locale }: Pick<ChoiceOptions, 'now' | 'locale'>,
): string {
  const price = priceOf(provider, model, now);
  if (!price) {
    const nothing = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
    const isFree = costOf({ provider, model, usage: nothing, at: now }).flags.includes('local');
    return isFree ? 'free: runs on your own machine' : 'price unknown';
  }
  const { input, output, cached } = price.rates.base;
  const said = price.flags.flatMap(flag => flagInShort(flag) ?? []);
  const rates = [`${dollars(input, locale)} in`, `${dollars(output, locale)} out`];
  if (cached !== undefined) rates.push(`${dollars(cached, locale)} cached`);
  if (price.rates.long && price.aboveTokens !== undefined)
    rates.push(`dearer above ${compact(price.aboveTokens, locale)}`);
  return [...(said.length > 0 ? [`${said.join(', ')}: `] : []), rates.join(', ')].join('');
}

/** What there is to say before an id is used that somebody typed. */
export function warningAbout(provider: string, id: string, now: number): string | undefined {
  const facts = findModel(provider, id);
  const life = facts && lifeCycle(facts, now);
  if (life?.state === 'shut-down')
    return `${id} was shut down on ${life.shutdown}.${life.replacement ? ` ${life.replacement} takes its place.` : ''}`;
  if (life?.state === 'ending')
    return `${id} shuts down on ${life.shutdown}.${life.replacement ? ` ${life.replacement} takes its place.` : ''}`;
  return undefined;
}
