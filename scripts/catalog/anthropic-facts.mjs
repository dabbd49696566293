/**
 * Facts about Anthropic's models that the data sets lack or get wrong, checked by hand on `checkedOn`.
 * Life cycle: "Model deprecations"; limits, efforts, defaults: the pages under "models"; images: "Vision" and "Coordinates and
 * bounding boxes"; all of platform.claude.com/docs, copies of July to November 2026.
 */
export const checkedOn = '2026-11-28';
const page = 'Anthropic model page (copy)';

/** Moving names, and the snapshot they stand for: they end on the same day. */
const snapshots = {
  'claude-opus-4-0': 'claude-opus-4-20250514',
  'claude-sonnet-4-0': 'claude-sonnet-4-20250514',
  'claude-opus-4-1': 'claude-opus-4-1-20250805',
  'claude-sonnet-4-5': 'claude-sonnet-4-5-20250929',
};

/** Retirement on the Claude API; other clouds have calendars of their own. A "not sooner than" is no date, and is not here. */
const retirements = {
  'claude-3-sonnet-20240229': { shutdown: '2025-07-21', replacement: 'claude-sonnet-4-5-20250929' },
  'claude-3-5-sonnet-20240620': { shutdown: '2025-10-28', replacement: 'claude-sonnet-4-5-20250929' },
  'claude-3-5-sonnet-20241022': { shutdown: '2025-10-28', replacement: 'claude-sonnet-4-5-20250929' },
  'claude-3-opus-20240229': { shutdown: '2026-01-05', replacement: 'claude-opus-4-5-20251101' },
  'claude-3-7-sonnet-20250219': { shutdown: '2026-02-19', replacement: 'claude-sonnet-4-5-20250929' },
  'claude-3-haiku-20240307': { shutdown: '2026-04-20', replacement: 'claude-haiku-4-5-20251001' },
  'claude-sonnet-4-20250514': { shutdown: '2026-06-15', replacement: 'claude-sonnet-4-6' },
  'claude-opus-4-20250514': { shutdown: '2026-06-15', replacement: 'claude-opus-4-8' },
  'claude-opus-4-1-20250805': { shutdown: '2026-08-05', replacement: 'claude-opus-4-8' },
  'claude-sonnet-4-5-20250929': { shutdown: '2026-11-30', replacement: 'claude-sonnet-5-5' },
};
export const lifeCycleOf = id => retirements[snapshots[id] ?? id];

/** What the API takes when no effort is sent ("Effort", and the comparison on each model's page). */
const defaultEfforts = { 'claude-opus-5-5': 'medium', 'claude-haiku-5-5': 'medium' };
export const defaultEffortOf = (id, efforts) => (efforts?.length ? (defaultEfforts[id] ?? 'high') : undefined);

/** From Claude 4.7 on images are seen at high resolution; the tiers are those of "Resolution and token cost". */
const highResolution = /^claude-(fable|opus-(4-[78]|5)|(sonnet|haiku)-5)/;
export const imageRuleOf = id =>
  highResolution.test(id)
    ? { kind: 'blocks', budget: 4784, maxSide: 2576 }
    : { kind: 'blocks', budget: 1568, maxSide: 1568 };
/** Named in no tier of the copies, only in guides that say "4.7 and later". */
export const unconfirmedImageRules = new Set(['claude-haiku-5-5', 'claude-fable-5-2']);

/** The reference's decision tree mapped to live models, by what the vendor says each is for. */
export const bestFor = {
  'claude-haiku-5-5': 'high-volume',
  'claude-sonnet-5-5': 'general',
  'claude-fable-5-1': 'complex',
  'claude-opus-5-5': 'stem-coding',
};

const levels = ['low', 'medium', 'high', 'xhigh', 'max'];
const million = {
  contextWindow: 1_000_000,
  maxOutputTokens: 128_000,
  vision: true,
  tools: true,
  temperature: false,
  efforts: levels,
};
/** Models no data set here has, or has only in part. */
export const handRows = [
  { id: 'claude-fable-5-2', name: 'Claude Fable 5.2', ...million, source: page, flags: ['unconfirmed'] },
  {
    id: 'claude-haiku-5-5',
    name: 'Claude Haiku 5.5',
    ...million,
    released: '2026-10-07',
    source: page,
    flags: ['unconfirmed'],
  },
  {
    id: 'claude-sonnet-5-5',
    name: 'Claude Sonnet 5.5',
    ...million,
    released: '2026-09-28',
    source: page,
    flags: ['unconfirmed'],
  },
  {
    id: 'claude-opus-5-5',
    name: 'Claude Opus 5.5',
    ...million,
    released: '2026-09-22',
    source: `genai-prices 0.1.8; ${page}`,
  },
  {
    id: 'claude-fable-5-1',
    name: 'Claude Fable 5.1',
    ...million,
    released: '2026-09-01',
    source: `genai-prices 0.1.8; ${page}`,
  },
  {
    id: 'claude-opus-5',
    name: 'Claude Opus 5',
    ...million,
    released: '2026-07-24',
    source: `LiteLLM 2026-07-24; ${page}`,
  },
];

/** Prices no data set carries. Haiku 5.5 multiplies by five above 100,000 tokens of input, cached ones included. */
const announced = { source: `${page}, pricing`, dataDate: '2026-10-24' };
export const unconfirmedPrices = [
  {
    id: 'claude-haiku-5-5',
    from: '2026-10-07',
    base: { input: '0.1', cached: '0.01', cacheWrite: '0.125', cacheWrite1h: '0.2', output: '0.5' },
    long: { input: '0.5', cached: '0.05', cacheWrite: '0.625', cacheWrite1h: '1', output: '2.5' },
    aboveTokens: 100_000,
    ...announced,
  },
  {
    id: 'claude-sonnet-5-5',
    from: '2026-09-28',
    until: '2026-10-07',
    base: { input: '2', cached: '0.2', cacheWrite: '2.5', cacheWrite1h: '4', output: '10' },
    ...announced,
  },
  {
    id: 'claude-sonnet-5-5',
    from: '2026-10-07',
    base: { input: '2', cached: '0.1', cacheWrite: '2.5', cacheWrite1h: '4', output: '10' },
    ...announced,
  },
  {
    id: 'claude-fable-5-2',
    base: { input: '8', cached: '0.2', cacheWrite: '10', cacheWrite1h: '16', output: '40' },
    source: 'Anthropic model page (copy); cache rates: third party',
    dataDate: '2026-11-28',
  },
];
