import { costOf, priceOf } from '../cost/cost-of.ts';
import { Money } from '../core/money.ts';
import { lifeCycle, listModels, type ModelFacts } from '../llm/model-catalog.ts';
import { findVendor } from '../llm/vendors.ts';

export const comparisonTitle = 'Providers Compared';

export interface ComparisonOptions {
  readonly now: number;
  readonly locale: string;
}

/** The reference's columns, in its order. */
const providers = ['openai', 'anthropic', 'azure-openai', 'mistral', 'ollama'] as const;
type Provider = (typeof providers)[number];

/**
 * The reference's comparison, nine rows by five providers, with what is true on the day: counted from the catalogue and the price list
 * where a figure can be counted, in words of our own where it cannot. In Markdown.
 */
export function providerComparison(options: ComparisonOptions): string {
  const live = new Map(
    providers.map(provider => [
      provider,
      listModels(provider, { at: options.now }).filter(model => lifeCycle(model, options.now).state === 'live'),
    ]),
  );
  const counted = (cell: (models: readonly ModelFacts[], provider: Provider) => string, ollama: string) =>
    providers.map(provider => (provider === 'ollama' ? ollama : cell(live.get(provider)!, provider)));
  const rows: readonly (readonly [feature: string, cells: readonly string[]])[] = [
    ['API', providers.map(provider => apis[provider])],
    ['Tool calling', counted(models => share(models, ({ tools }) => tools), 'models that were trained for it')],
    ['Cost per 1M tokens', providers.map(provider => priceRange(provider, live.get(provider)!, options))],
    ['Models', counted(models => newest(models), 'whatever has been pulled')],
    ['Context', counted(models => contextRange(models, options), "the model's; as much as the memory holds")],
    ['Images', counted(models => share(models, ({ vision }) => vision), 'models that were trained for it')],
    ['Speed', providers.map(provider => speeds[provider])],
    ['Where your text goes', providers.map(provider => destinations[provider])],
    ['Runs', providers.map(provider => places[provider])],
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `# ${comparisonTitle}`,
    '',
    `On ${dayOf(options.now)}. Models that have an announced end are not counted.`,
    '',
    line(['', ...providers.map(provider => `**${findVendor(provider)?.label ?? provider}**`)]),
    line(['---', ...providers.map(() => '---')]),
    ...rows.map(([feature, cells]) => line([`**${feature}**`, ...cells])),
    '',
    `Prices: ${priceSources(live, options)}. Facts of models: checked on ${checkedOn(live)}.`,
    "Azure's column is OpenAI's models and list prices: what a resource really has, and its region's prices, its portal says.",
    'Speed is not measured here; **Pennyloom: Test Connection** tells yours.',
    '',
  ].join('\n');
}

/** Read 2026-11-28 where the vendor's folder names its sources. */
const apis: { readonly [provider in Provider]: string } = {
  openai: 'Chat Completions and Responses',
  anthropic: 'Messages, its own',
  'azure-openai': "OpenAI's, over v1 and dated versions",
  mistral: "OpenAI's Chat Completions, with stricter rules",
  ollama: 'its own; OpenAI’s beside it',
};

const speeds: { readonly [provider in Provider]: string } = {
  openai: "the provider's; by tier",
  anthropic: "the provider's",
  'azure-openai': "the region's; throughput can be reserved",
  mistral: "the provider's",
  ollama: 'as fast as your hardware',
};

const destinations: { readonly [provider in Provider]: string } = {
  openai: 'to OpenAI; Pennyloom asks that responses are not stored',
  anthropic: 'to Anthropic',
  'azure-openai': 'to your own resource, in the region it is in',
  mistral: 'to Mistral',
  ollama: 'nowhere, while the server is this machine and the model no cloud model',
};

const places: { readonly [provider in Provider]: string } = {
  openai: 'in the cloud',
  anthropic: 'in the cloud',
  'azure-openai': 'in the Azure region you choose',
  mistral: 'in the cloud; open weights also on your own',
  ollama: 'on your own machine',
};

function share(models: readonly ModelFacts[], can: (model: ModelFacts) => boolean | undefined): string {
  const able = models.filter(model => can(model)).length;
  return able === models.length ? `all ${able} models` : `${able} of ${models.length} models`;
}

/** Names rather than ids: the newest first, as the catalogue has them. */
const newest = (models: readonly ModelFacts[]): string =>
  `${models.length}: ${models
    .slice(0, 3)
    .map(({ name }) => name)
    .join(', ')}, …`;

function contextRange(models: readonly ModelFacts[], { locale }: ComparisonOptions): string {
  const sizes = models.flatMap(({ contextWindow }) => contextWindow ?? []);
  const compact = (count: number): string =>
    count.toLocaleString(locale, { notation: 'compact', maximumSignificantDigits: 3 });
  return `${compact(Math.min(...sizes))} to ${compact(Math.max(...sizes))}`;
}

function priceRange(provider: Provider, models: readonly ModelFacts[], { now, locale }: ComparisonOptions): string {
  const nothing = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
  if (costOf({ provider, model: 'any', usage: nothing, at: now }).flags.includes('local'))
    return 'nothing but electricity; cloud models as Ollama bills them';
  const rates = models.flatMap(({ id }) => priceOf(provider, id, now)?.rates.base ?? []);
  const range = (of: (rate: (typeof rates)[number]) => string): string => {
    const sorted = rates.map(rate => Money.parse(of(rate))).sort((a, b) => a.compare(b));
    return `${sorted[0]!.format(locale)} to ${sorted.at(-1)!.format(locale)}`;
  };
  return `${range(({ input }) => input)} in, ${range(({ output }) => output)} out`;
}

function priceSources(live: ReadonlyMap<Provider, readonly ModelFacts[]>, { now }: ComparisonOptions): string {
  const sources = [...live].flatMap(([provider, models]) =>
    models.flatMap(({ id }) => {
      const source = priceOf(provider, id, now)?.source;
      return source ? [`${source.name} of ${source.dataDate}`] : [];
    }),
  );
  const counts = [...Map.groupBy(sources, source => source)].sort(([, a], [, b]) => b.length - a.length);
  return counts.map(([source]) => source).join('; ');
}

const checkedOn = (live: ReadonlyMap<Provider, readonly ModelFacts[]>): string =>
  [...new Set([...live.values()].flat().map(model => model.checkedOn))].filter(Boolean).sort().join(' and ');

const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);
