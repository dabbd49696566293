/**
 * Facts about OpenAI's models that the data sets lack or get wrong, checked by hand on `checkedOn`.
 * Life cycle: OpenAI's deprecations page as mirrored in October 2026, and its April, May and June 2026 versions.
 * Image rules: OpenAI's "Images and vision" guide, 2026 copy.
 */
export const checkedOn = '2026-11-22';

const octoberEnd = { shutdown: '2026-10-23' };
const decemberEnd = { shutdown: '2026-12-11' };
const januaryEnd = { shutdown: '2027-01-14', replacement: 'gpt-6-luna' };
const julyEnd = { shutdown: '2026-07-23' };
const augustEnd = { shutdown: '2026-08-10', replacement: 'gpt-5.5' };

export const lifeCycle = {
  'o1-preview': { shutdown: '2025-07-28', replacement: 'o3' },
  'o1-mini': { shutdown: '2025-10-27', replacement: 'o4-mini' },
  'chatgpt-4o-latest': { shutdown: '2026-02-17', replacement: 'gpt-5.2' },
  'gpt-5-chat-latest': { ...julyEnd, replacement: 'gpt-5.3-chat-latest' },
  'gpt-5-codex': { ...julyEnd, replacement: 'gpt-5.4' },
  'gpt-5.1-chat-latest': { ...julyEnd, replacement: 'gpt-5.3-chat-latest' },
  'gpt-5.1-codex': { ...julyEnd, replacement: 'gpt-5.4' },
  'gpt-5.1-codex-max': { ...julyEnd, replacement: 'gpt-5.4' },
  'gpt-5.1-codex-mini': { ...julyEnd, replacement: 'gpt-5.4-mini' },
  'gpt-5.2-codex': { ...julyEnd, replacement: 'gpt-5.4' },
  'gpt-5.2-chat-latest': augustEnd,
  'gpt-5.3-chat-latest': augustEnd,
  'gpt-3.5-turbo': { ...octoberEnd, replacement: 'gpt-5.6-terra' },
  'gpt-4': { ...octoberEnd, replacement: 'gpt-5.6-sol' },
  'gpt-4-turbo': { ...octoberEnd, replacement: 'gpt-5.6-sol' },
  'gpt-4o-2024-05-13': { ...octoberEnd, replacement: 'gpt-5.6-sol' },
  o1: { ...octoberEnd, replacement: 'gpt-5.6-sol' },
  'o1-pro': { ...octoberEnd, replacement: 'gpt-5.6-sol' },
  'o3-mini': { ...octoberEnd, replacement: 'gpt-5.6-sol' },
  'o4-mini': { ...octoberEnd, replacement: 'gpt-5.6-terra' },
  'gpt-4.1-nano': { ...octoberEnd, replacement: 'gpt-5.6-luna' },
  'gpt-5': { ...decemberEnd, replacement: 'gpt-6.1-sol' },
  'gpt-5-mini': { ...decemberEnd, replacement: 'gpt-6.1-terra' },
  'gpt-5-nano': { ...decemberEnd, replacement: 'gpt-5.6-luna' },
  'gpt-5-pro': { ...decemberEnd, replacement: 'gpt-5.6-sol' },
  o3: { ...decemberEnd, replacement: 'gpt-5.6-sol' },
  'o3-pro': { ...decemberEnd, replacement: 'gpt-5.6-sol' },
  'gpt-4o': januaryEnd,
  'gpt-4o-mini': januaryEnd,
  'gpt-4.1': januaryEnd,
  'gpt-4.1-mini': januaryEnd,
  'gpt-5.1': { shutdown: '2027-04-01' },
};

const tiles = (base, tile) => ({ kind: 'tiles', base, tile });
const patches = (hundredths, budget = 1536) => ({ kind: 'patches', budget, maxSide: 2048, hundredths });

/**
 * GPT-5.4's multiplier is not in the guide; third parties measured 1.2 on its neighbours 5.2 and 5.5, and too high is the safe
 * side for a bound. The rest of 5.2 and later stays unknown until a source confirms it.
 */
export const imageRules = {
  'gpt-4-turbo': tiles(85, 170),
  'gpt-4o': tiles(85, 170),
  'gpt-4o-2024-05-13': tiles(85, 170),
  'chatgpt-4o-latest': tiles(85, 170),
  'gpt-4.1': tiles(85, 170),
  'gpt-4o-mini': tiles(2833, 5667),
  'gpt-5': tiles(70, 140),
  'gpt-5-chat-latest': tiles(70, 140),
  'gpt-5-pro': tiles(70, 140),
  'gpt-5.1': tiles(70, 140),
  o1: tiles(75, 150),
  'o1-pro': tiles(75, 150),
  o3: tiles(75, 150),
  'o3-pro': tiles(75, 150),
  'gpt-5-mini': patches(162),
  'gpt-4.1-mini': patches(162),
  'gpt-5-nano': patches(246),
  'gpt-4.1-nano': patches(246),
  'o4-mini': patches(172),
  'gpt-5.4': patches(120, 2500),
};
export const unconfirmedImageRules = new Set(['gpt-5.4']);

const medium = 'medium';
/** What the vendor takes when no effort is sent. Missing here: no source says. */
export const defaultEfforts = {
  o1: medium,
  'o1-pro': medium,
  o3: medium,
  'o3-mini': medium,
  'o3-pro': medium,
  'o4-mini': medium,
  'gpt-5': medium,
  'gpt-5-mini': medium,
  'gpt-5-nano': medium,
  'gpt-5-codex': medium,
  'gpt-5-pro': 'high',
  'gpt-5.1': 'none',
  'gpt-5.2': 'none',
  'gpt-5.4': 'none',
  'gpt-5.4-mini': 'none',
  'gpt-5.4-nano': 'none',
  'gpt-5.6-luna': medium,
  'gpt-5.6-terra': medium,
  'gpt-5.6-sol': medium,
  'gpt-6-luna': medium,
  'gpt-6-sol': medium,
  'gpt-6-astra': medium,
  'gpt-6.1-sol': medium,
  'gpt-6.1-terra': medium,
  'gpt-6.2-sol': medium,
  'gpt-6.2-astra': medium,
};

/** From GPT-5.4 on, Chat Completions takes function tools only with reasoning effort "none". */
export const toolsOnChatNeedEffortNone = id => /^gpt-(5\.[4-9]|6)/.test(id);

/** The reference's decision tree, and its classes mapped to live models. */
export const bestFor = {
  'gpt-3.5-turbo': 'budget',
  'gpt-4-turbo': 'complex',
  'o1-preview': 'stem-coding',
  'o1-mini': 'stem-coding',
  'gpt-4o': 'general',
  'gpt-4o-mini': 'high-volume',
  'gpt-6-luna': 'budget',
  'gpt-5.4-nano': 'budget',
  'gpt-5.4-mini': 'high-volume',
  'gpt-6.1-terra': 'high-volume',
  'gpt-5.4': 'general',
  'gpt-6.1-sol': 'general',
  'gpt-6.2-sol': 'general',
  'gpt-6-astra': 'complex',
  'gpt-6.2-astra': 'complex',
  'gpt-5.3-codex': 'stem-coding',
  'gpt-5.6-sol': 'stem-coding',
};

/** Which of the data sets' models are chat models we offer. */
export const wanted =
  /^(gpt-(3\.5-turbo|4|4-turbo|4o|4o-mini|4o-2024-05-13|4\.1|4\.1-mini|4\.1-nano|[56][.\d]*(-[a-z]+)*)|o\d(-[a-z]+)?)$/;
export const unwanted = /image|audio|realtime|search|research|oss|spark/;

/** Corrections of the data sets, with the reason. */
export const corrections = {
  // The reference's table says tools, and so does OpenAI's own page; models.dev says no.
  'gpt-3.5-turbo': { tools: true },
};

/** Models no data set here has, or has only in part. */
const levels = ['low', medium, 'high', 'xhigh'];
const since56 = {
  contextWindow: 1_050_000,
  maxInputTokens: 922_000,
  maxOutputTokens: 128_000,
  vision: true,
  tools: true,
};
const secondHand = { source: 'secondary sources, 2026-11', flags: ['unconfirmed'] };
const modelPage = { source: 'OpenAI model page (copy), 2026-11', flags: ['unconfirmed'] };
const package56 = { source: 'LiteLLM 2026-07-24; GPT-5.6 and 6 guides (copies), 2026-11' };
export const handRows = [
  {
    id: 'gpt-6.2-sol',
    name: 'GPT-6.2 Sol',
    ...since56,
    efforts: [...levels, 'max'],
    released: '2026-11-17',
    ...modelPage,
  },
  {
    id: 'gpt-6.2-astra',
    name: 'GPT-6.2 Astra',
    ...since56,
    efforts: [...levels, 'max'],
    released: '2026-11-17',
    ...secondHand,
  },
  {
    id: 'gpt-6.1-terra',
    name: 'GPT-6.1 Terra',
    ...since56,
    efforts: ['none', ...levels, 'max'],
    released: '2026-10-26',
    ...modelPage,
  },
  {
    id: 'gpt-6.1-sol',
    name: 'GPT-6.1 Sol',
    ...since56,
    efforts: [...levels, 'max'],
    released: '2026-09-29',
    ...secondHand,
  },
  {
    id: 'gpt-6-astra',
    name: 'GPT-6 Astra',
    ...since56,
    efforts: ['none', ...levels, 'max'],
    released: '2026-09-03',
    ...secondHand,
  },
  {
    id: 'gpt-6-sol',
    name: 'GPT-6 Sol',
    ...since56,
    efforts: ['none', ...levels, 'max'],
    released: '2026-09-22',
    ...secondHand,
  },
  {
    id: 'gpt-6-luna',
    name: 'GPT-6 Luna',
    ...since56,
    efforts: ['none', ...levels, 'max'],
    released: '2026-09-22',
    ...secondHand,
  },
  {
    id: 'gpt-5.6-sol',
    aliases: ['gpt-5.6'],
    name: 'GPT-5.6 Sol',
    ...since56,
    efforts: ['none', ...levels],
    released: '2026-07-09',
    ...package56,
  },
  {
    id: 'gpt-5.6-terra',
    name: 'GPT-5.6 Terra',
    ...since56,
    efforts: ['none', ...levels],
    released: '2026-07-09',
    ...package56,
  },
  {
    id: 'gpt-5.6-luna',
    name: 'GPT-5.6 Luna',
    ...since56,
    efforts: ['none', ...levels],
    released: '2026-07-09',
    ...package56,
  },
  {
    id: 'gpt-5',
    name: 'GPT-5',
    contextWindow: 400_000,
    maxInputTokens: 272_000,
    maxOutputTokens: 128_000,
    vision: true,
    tools: true,
    efforts: ['minimal', 'low', medium, 'high'],
    released: '2025-08-07',
    source: 'LiteLLM 2026-07-24; models.dev 2026-07-02',
  },
  {
    id: 'o1-preview',
    name: 'o1-preview',
    contextWindow: 128_000,
    maxOutputTokens: 32_768,
    vision: false,
    tools: false,
    streaming: false,
    systemRole: 'none',
    efforts: [],
    endpoints: ['chat'],
    released: '2024-09-12',
    source: 'reference, 2024-11',
  },
  {
    id: 'o1-mini',
    name: 'o1-mini',
    contextWindow: 128_000,
    maxOutputTokens: 65_536,
    vision: false,
    tools: false,
    streaming: false,
    systemRole: 'none',
    efforts: [],
    endpoints: ['chat'],
    released: '2024-09-12',
    source: 'reference, 2024-11',
  },
];
