import catalog from './model-catalog.generated.json' with { type: 'json' };
import type { ImageTokenRule } from './image-tokens.ts';
import { lookUpModel } from './model-id.ts';
import type { ReasoningEffort } from './request.ts';

/** OpenAI's Chat Completions and Responses (Mistral speaks the former), Anthropic's Messages. */
export type Endpoint = 'chat' | 'responses' | 'messages';

/** The classes of the reference's decision tree. */
export type BestFor = 'budget' | 'high-volume' | 'general' | 'complex' | 'stem-coding';

/** What one model is and accepts, as far as it is known: what is absent, nobody could tell. Dates are "YYYY-MM-DD", UTC; limits are tokens. */
export interface ModelFacts {
  /** The row's id. A dated snapshot is answered with its family's row, so send the id you were given, not this one. */
  readonly id: string;
  /** Other ids of the same model, matched exactly. */
  readonly aliases?: readonly string[];
  readonly name: string;
  /** "openai", "azure-openai", "anthropic", "mistral". */
  readonly provider: string;
  readonly contextWindow?: number;
  /** Only where it is smaller than the context window. */
  readonly maxInputTokens?: number;
  readonly maxOutputTokens?: number;
  readonly vision?: boolean;
  readonly tools?: boolean;
  readonly streaming?: boolean;
  /** The role instructions travel in; "none" means they must be folded into the first user message. */
  readonly systemRole?: 'system' | 'developer' | 'none';
  readonly reasoning?: Reasoning;
  /** When temperature, top_p and logprobs are accepted: "effort-none" means only with reasoning effort "none". */
  readonly sampling?: 'always' | 'effort-none' | 'never';
  readonly tokenLimitField?: 'max_tokens' | 'max_completion_tokens';
  /** Absent: nothing is known of how it is spoken to, and it is sent what it was asked for. */
  readonly endpoints?: readonly Endpoint[];
  /** Absent where no source confirms how images are counted: then their cost is unknown, not zero. */
  readonly imageTokens?: ImageTokenRule;
  readonly bestFor?: BestFor;
  readonly released?: string;
  /** First day on which the vendor no longer answers. */
  readonly shutdown?: string;
  /** The vendor's suggested successor. */
  readonly replacement?: string;
  readonly source: string;
  readonly checkedOn: string;
  readonly flags: readonly ModelFlag[];
}

export interface Reasoning {
  /** Empty: the model reasons, but takes no effort parameter. */
  readonly efforts: readonly ReasoningEffort[];
  /** What the vendor uses when none is sent; absent where no source says. */
  readonly defaultEffort?: ReasoningEffort;
  /** Chat Completions answers 400 to function tools unless the effort is "none"; Responses takes both. */
  readonly toolsOnChatNeedEffortNone: boolean;
}

/**
 * - unconfirmed: only secondary sources, no data set has it yet
 * - image-tokens-unconfirmed: the image rule is partly measured by third parties
 * - vendor-facts-of-openai: the same model on another host, whose own life cycle is not known here
 * - override: the person's own settings say so
 */
export type ModelFlag = 'unconfirmed' | 'image-tokens-unconfirmed' | 'vendor-facts-of-openai' | 'override';

/** What somebody other than the catalogue knows of a model; where the catalogue has the model, only of these points. */
export type ModelAmendment = Pick<ModelFacts, 'provider' | 'id'> &
  Partial<Omit<ModelFacts, 'shutdown'>> & {
    /** null: none is announced, whatever the catalogue has. */
    readonly shutdown?: string | null;
  };

export type LifeCycle =
  | { readonly state: 'live' }
  | { readonly state: 'ending'; readonly shutdown: string; readonly daysLeft: number; readonly replacement?: string }
  | { readonly state: 'shut-down'; readonly shutdown: string; readonly replacement?: string };

/** General class, images and tools, and Chat Completions without surprises: it does not reason unless asked to. */
export const defaultModel = 'gpt-5.4';

// The compiler reads a JSON file's words as plain strings; the catalogue test checks every row against the types above.
const rows = catalog.models as unknown as readonly ModelFacts[];
const byProvider = indexByProvider(rows);

/**
 * Who amends the catalogue, the more trusted last: the list of models that was asked for, what a server tells of one of them when it is
 * used, what the person's settings say.
 */
const amenders = ['list', 'server', 'settings'] as const;
type Amender = (typeof amenders)[number];

const told = new Map<Amender, readonly ModelAmendment[]>();
/** By provider, then by id. */
let amendments: ReadonlyMap<string, ReadonlyMap<string, readonly ModelAmendment[]>> = new Map();

/**
 * Lays these over the catalogue, in place of those the same amender gave before; of two about the same point the later one holds. One
 * for the process, as the catalogue itself is: no caller can forget to pass it on, and then check a request against other facts.
 */
export function amendCatalog(all: readonly ModelAmendment[], by: Amender = 'settings'): void {
  told.set(by, all);
  const inOrder = amenders.flatMap(amender => told.get(amender) ?? []);
  const providers = Map.groupBy(inOrder, ({ provider }) => provider);
  amendments = new Map([...providers].map(([provider, some]) => [provider, Map.groupBy(some, ({ id }) => id)]));
}

/** The facts of a model, by exact id, alias, or dated snapshot; never by how the id begins. An amendment is for its exact id only. */
export function findModel(provider: string, id: string): ModelFacts | undefined {
  const facts = catalogued(provider, id);
  const amended = amendments.get(provider)?.get(id);
  return amended ? amended.reduce(amend, facts ?? unheardOf(provider, id)) : facts;
}

function amend(facts: ModelFacts, { flags = [], shutdown, ...amendment }: ModelAmendment): ModelFacts {
  const { shutdown: known, replacement, ...rest } = facts;
  const life =
    shutdown === null
      ? {}
      : { ...((shutdown ?? known) && { shutdown: shutdown ?? known! }), ...(replacement && { replacement }) };
  return { ...rest, ...life, ...amendment, flags: [...facts.flags, ...flags] };
}

const unheardOf = (provider: string, id: string): ModelFacts => ({
  provider,
  id,
  name: id,
  source: '',
  checkedOn: '',
  flags: [],
});

function catalogued(provider: string, id: string): ModelFacts | undefined {
  const own = lookUpModel(byProvider.get(provider) ?? none, id);
  if (own || provider !== 'azure-openai') return own;
  const facts = lookUpModel(byProvider.get('openai') ?? none, id);
  return facts && hostedElsewhere(facts, provider);
}

/**
 * The models of a provider: live ones first, then those with an announced end, each newest first. Shut-down ones are left out
 * unless asked for, and then come last.
 */
export function listModels(
  provider: string,
  options: { readonly at: Date | number; readonly includeShutDown?: boolean },
): readonly ModelFacts[] {
  const own = rows.filter(row => row.provider === provider);
  const hosted = own.length === 0 && provider === 'azure-openai' ? rows.filter(row => row.provider === 'openai') : own;
  const ids = new Set([...hosted.map(({ id }) => id), ...(amendments.get(provider)?.keys() ?? [])]);
  const models = [...ids].map(id => findModel(provider, id)!);
  const rank = (model: ModelFacts) => ['live', 'ending', 'shut-down'].indexOf(lifeCycle(model, options.at).state);
  return models
    .filter(model => options.includeShutDown || lifeCycle(model, options.at).state !== 'shut-down')
    .sort(
      (a, b) => rank(a) - rank(b) || (b.released ?? '').localeCompare(a.released ?? '') || a.id.localeCompare(b.id),
    );
}

/** Where a model stands in its life at a moment. Days are UTC; on the day of its shutdown it counts as shut down. */
export function lifeCycle(model: ModelFacts, at: Date | number): LifeCycle {
  const { shutdown } = model;
  if (shutdown === undefined) return { state: 'live' };
  const daysLeft = daysUntil(shutdown, at);
  const replacement = successor(model, at);
  const instead = replacement === undefined ? {} : { replacement };
  return daysLeft <= 0
    ? { state: 'shut-down', shutdown, ...instead }
    : { state: 'ending', shutdown, daysLeft, ...instead };
}

const daysUntil = (day: string, at: Date | number): number =>
  Math.ceil((Date.parse(day) - new Date(at).getTime()) / 86_400_000);

/** The vendor's suggestion, or that one's where it is gone itself; undefined where the line ends in a model that is. */
function successor({ provider, replacement }: ModelFacts, at: Date | number): string | undefined {
  for (let id = replacement, hops = 0; id !== undefined && hops < 10; hops++) {
    const next = findModel(provider, id);
    if (next?.shutdown === undefined || daysUntil(next.shutdown, at) > 0) return id;
    id = next.replacement;
  }
  return undefined;
}

const none: ReadonlyMap<string, ModelFacts> = new Map();

function indexByProvider(models: readonly ModelFacts[]): ReadonlyMap<string, ReadonlyMap<string, ModelFacts>> {
  const index = new Map<string, Map<string, ModelFacts>>();
  for (const model of models) {
    const ids = index.get(model.provider) ?? new Map<string, ModelFacts>();
    index.set(model.provider, ids);
    for (const id of [model.id, ...(model.aliases ?? [])]) ids.set(id, model);
  }
  return index;
}

/** Azure runs OpenAI's models on a calendar of its own: OpenAI's shutdown dates do not hold there. */
function hostedElsewhere(model: ModelFacts, provider: string): ModelFacts {
  const { shutdown: _, replacement: __, ...facts } = model;
  return { ...facts, provider, flags: [...model.flags, 'vendor-facts-of-openai'] };
}
