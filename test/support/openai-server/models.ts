// What the vendor's side knows about its models, as of 2026-11-22. This table is the server's own: the product has
// another, so that a mistake in either shows up as a refused request.
// Sources: the vendor's deprecations page (mirrored October 2026), its model pages and the models.dev and LiteLLM tables
// (2026-07) for limits and efforts; GPT-6.x rows are secondary sources only. Image rules: the images-vision guide (2026).

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** How a model turns an image into tokens; see image-tokens.ts. */
export type ImageRule =
  | { readonly kind: 'tiles'; readonly base: number; readonly tile: number }
  | { readonly kind: 'patches'; readonly factor: number; readonly budget: number; readonly longestSide: number };

export interface ServedModel {
  readonly id: string;
  /** Tokens, prompt and answer together. */
  readonly context: number;
  readonly maxOutput: number;
  /** `YYYY-MM-DD`; from that day on the model does not exist. */
  readonly shutdown?: string;
  readonly released: string;
  /** undefined: not a reasoning model. */
  readonly reasoning?: { readonly efforts: readonly Effort[]; readonly whenLeftOut: Effort };
  /** Chat Completions refuses function tools unless the effort is none. */
  readonly toolsNeedEffortNone?: true;
  readonly images?: ImageRule;
  /** Where it is served; elsewhere it is refused. */
  readonly api: 'both' | 'chat' | 'responses';
  /** Older than structured outputs: a JSON Schema is refused. */
  readonly noSchemas?: true;
  /** The first o1 models: no tools, no system message, no streaming, no sampling parameters. */
  readonly firstGeneration?: true;
  /** Bills what it writes into its prompt cache (from 5.6 on). */
  readonly cacheWrites?: true;
  /** Other ids of the same model. */
  readonly aliases?: readonly string[];
}

const tiles = (base: number, tile: number): ImageRule => ({ kind: 'tiles', base, tile });
const patches = (factor: number, budget = 1536, longestSide = 2048): ImageRule => ({
  kind: 'patches',
  factor,
  budget,
  longestSide,
});
const GPT5: readonly Effort[] = ['minimal', 'low', 'medium', 'high'];
const LOW_TO_HIGH: readonly Effort[] = ['low', 'medium', 'high'];
const NONE_TO_XHIGH: readonly Effort[] = ['none', 'low', 'medium', 'high', 'xhigh'];
const NONE_TO_MAX: readonly Effort[] = [...NONE_TO_XHIGH, 'max'];
const LOW_TO_MAX: readonly Effort[] = ['low', 'medium', 'high', 'xhigh', 'max'];

/**
 * Models from 5.4 on count images by this rule as far as anybody measured: 1.2 is what third parties found on 5.2 and 5.5
 * (2026), the vendor's guide does not name it. Unconfirmed.
 */
const SINCE_54 = patches(1.2, 2500);

/** Models from 5.6 on, which share limits and rules. */
const since56 = (id: string, released: string, efforts: readonly Effort[] = NONE_TO_XHIGH): ServedModel => ({
  id,
  context: 1_050_000,
  maxOutput: 128_000,
  released,
  reasoning: { efforts, whenLeftOut: 'medium' },
  toolsNeedEffortNone: true,
  images: SINCE_54,
  api: 'both',
  cacheWrites: true,
});

const GPT_4O = { context: 128_000, maxOutput: 16_384, api: 'both', shutdown: '2027-01-14' } as const;
const GPT_41 = { context: 1_047_576, maxOutput: 32_768, api: 'both', released: '2025-04-14' } as const;
const GPT_5 = { context: 400_000, maxOutput: 128_000, api: 'both' } as const;
const O_SERIES = { context: 200_000, maxOutput: 100_000 } as const;

export const SERVED_MODELS: readonly ServedModel[] = [
  // Shut down; kept so that a server set to an earlier day still knows their rules.
  {
    id: 'gpt-3.5-turbo',
    context: 16_385,
    maxOutput: 4_096,
    released: '2023-03-01',
    shutdown: '2026-10-23',
    api: 'both',
    noSchemas: true,
  },
  {
    id: 'gpt-4',
    context: 8_192,
    maxOutput: 8_192,
    released: '2023-03-14',
    shutdown: '2026-10-23',
    api: 'both',
    noSchemas: true,
  },
  {
    id: 'gpt-4-turbo',
    context: 128_000,
    maxOutput: 4_096,
    released: '2023-11-06',
    shutdown: '2026-10-23',
    images: tiles(85, 170),
    api: 'both',
    noSchemas: true,
  },
  {
    id: 'o1-preview',
    context: 128_000,
    maxOutput: 32_768,
    released: '2024-09-12',
    shutdown: '2025-07-28',
    reasoning: { efforts: [], whenLeftOut: 'medium' },
    api: 'chat',
    firstGeneration: true,
    noSchemas: true,
  },
  {
    id: 'o1-mini',
    context: 128_000,
    maxOutput: 65_536,
    released: '2024-09-12',
    shutdown: '2025-10-27',
    reasoning: { efforts: [], whenLeftOut: 'medium' },
    api: 'chat',
    firstGeneration: true,
    noSchemas: true,
  },
  oSeries('o1', '2024-12-17', '2026-10-23', tiles(75, 150)),
  oSeries('o3-mini', '2025-01-31', '2026-10-23'),
  oSeries('o4-mini', '2025-04-16', '2026-10-23', patches(1.72)),
  { ...GPT_41, id: 'gpt-4.1-nano', shutdown: '2026-10-23', images: patches(2.46) },

  // Alive on the day of this table.
  {
    ...GPT_4O,
    id: 'gpt-4o',
    released: '2024-05-13',
    images: tiles(85, 170),
    aliases: ['gpt-4o-2024-08-06', 'gpt-4o-2024-11-20'],
  },
  {
    ...GPT_4O,
    id: 'gpt-4o-mini',
    released: '2024-07-18',
    images: tiles(2833, 5667),
    aliases: ['gpt-4o-mini-2024-07-18'],
  },
  { ...GPT_41, id: 'gpt-4.1', shutdown: '2027-01-14', images: tiles(85, 170), aliases: ['gpt-4.1-2025-04-14'] },
  {
    ...GPT_41,
    id: 'gpt-4.1-mini',
    shutdown: '2027-01-14',
    images: patches(1.62),
    aliases: ['gpt-4.1-mini-2025-04-14'],
  },
  oSeries('o3', '2025-04-16', '2026-12-11', tiles(75, 150)),
  gpt5('gpt-5', '2025-08-07', tiles(70, 140), GPT5, 'medium', '2026-12-11'),
  gpt5('gpt-5-mini', '2025-08-07', patches(1.62), GPT5, 'medium', '2026-12-11'),
  gpt5('gpt-5-nano', '2025-08-07', patches(2.46), GPT5, 'medium', '2026-12-11'),
  { ...gpt5('gpt-5-pro', '2025-10-06', tiles(70, 140), ['high'], 'high', '2026-12-11'), api: 'responses' },
  { ...O_SERIES, ...oSeries('o3-pro', '2025-06-10', '2026-12-11', tiles(75, 150)), api: 'responses' },
  gpt5('gpt-5.1', '2025-11-13', tiles(70, 140), ['none', ...LOW_TO_HIGH], 'none', '2027-04-01'),
  gpt5('gpt-5.2', '2025-12-11', patches(1), NONE_TO_XHIGH, 'none'),
  { ...gpt5('gpt-5.3-codex', '2026-02-05', patches(1), NONE_TO_XHIGH, 'medium'), api: 'responses' },
  gpt54('gpt-5.4', '2026-03-05', 1_050_000),
  gpt54('gpt-5.4-mini', '2026-03-17', 400_000),
  gpt54('gpt-5.4-nano', '2026-03-17', 400_000),
  gpt54('gpt-5.5', '2026-04-23', 1_050_000),
  since56('gpt-5.6-luna', '2026-07-09'),
  since56('gpt-5.6-terra', '2026-07-09'),
  since56('gpt-5.6-sol', '2026-07-09'),
  since56('gpt-6-luna', '2026-09-10', NONE_TO_MAX),
  since56('gpt-6-sol', '2026-09-10', NONE_TO_MAX),
  since56('gpt-6-astra', '2026-09-10', NONE_TO_MAX),
  { ...since56('gpt-6.1-sol', '2026-09-29', LOW_TO_MAX), aliases: ['gpt-6.1-sol-2026-09-29'] },
  since56('gpt-6.1-terra', '2026-10-26', NONE_TO_MAX),
  since56('gpt-6.2-sol', '2026-11-17', LOW_TO_MAX),
  since56('gpt-6.2-astra', '2026-11-17', LOW_TO_MAX),
];

function oSeries(id: string, released: string, shutdown: string, images?: ImageRule): ServedModel {
  return {
    ...O_SERIES,
    id,
    released,
    shutdown,
    reasoning: { efforts: LOW_TO_HIGH, whenLeftOut: 'medium' },
    ...(images === undefined ? {} : { images }),
    api: 'both',
    aliases: [`${id}-${released}`],
  };
}

function gpt5(
  id: string,
  released: string,
  images: ImageRule,
  efforts: readonly Effort[],
  whenLeftOut: Effort,
  shutdown?: string,
): ServedModel {
  const row = { ...GPT_5, id, released, images, reasoning: { efforts, whenLeftOut }, aliases: [`${id}-${released}`] };
  return shutdown === undefined ? row : { ...row, shutdown };
}

function gpt54(id: string, released: string, context: number): ServedModel {
  return {
    ...gpt5(id, released, SINCE_54, NONE_TO_XHIGH, 'none'),
    context,
    toolsNeedEffortNone: true,
  };
}

/** The day this table describes; the server lives on it unless told another. */
export const TABLE_DATE = '2026-11-22';

/** The models that exist on a day, `extra` ones first. */
export class ServedModels {
  readonly #rows: readonly ServedModel[];
  readonly #byId = new Map<string, ServedModel>();

  constructor(today: string, extra: readonly ServedModel[] = []) {
    this.#rows = [...extra, ...SERVED_MODELS].filter(({ shutdown }) => shutdown === undefined || today < shutdown);
    for (const row of this.#rows) {
      for (const id of [row.id, ...(row.aliases ?? [])]) if (!this.#byId.has(id)) this.#byId.set(id, row);
    }
  }

  find(id: string): ServedModel | undefined {
    return this.#byId.get(id);
  }

  /** As `GET /v1/models` lists them: one entry for each id. */
  list(): readonly Record<string, unknown>[] {
    return [...this.#byId].map(([id, row]) => ({
      id,
      object: 'model',
      created: Date.parse(row.released) / 1000,
      owned_by: 'system',
      shutdown_date: row.shutdown ?? null,
    }));
  }
}
