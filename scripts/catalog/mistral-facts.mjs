/**
 * Facts about Mistral's models that the data sets lack, checked by hand on `checkedOn`: the pages under docs.mistral.ai/models
 * ("Lifecycle"), copies of 2026, and notices of those who had to move away from a retired id.
 */
export const checkedOn = '2026-11-28';

const may = { shutdown: '2026-05-31' };
const july = { shutdown: '2026-07-31' };
export const lifeCycle = {
  'pixtral-12b': { shutdown: '2025-12-31', replacement: 'ministral-14b-2512' },
  'labs-devstral-small-2512': { shutdown: '2026-03-31', replacement: 'devstral-2512' },
  'mistral-large-2411': { ...may, replacement: 'mistral-large-2512' },
  'devstral-medium-2507': { ...may, replacement: 'devstral-2512' },
  'devstral-2512': { ...july, replacement: 'mistral-medium-3-5' },
  'devstral-latest': { ...july, replacement: 'mistral-medium-3-5' },
  'devstral-medium-latest': { ...july, replacement: 'mistral-medium-3-5' },
  'magistral-medium-latest': { ...july, replacement: 'mistral-medium-3-5' },
  'magistral-small': { ...july, replacement: 'mistral-small-2603' },
  'mistral-nemo': { ...july, replacement: 'ministral-8b-2512' },
  'open-mistral-nemo': { ...july, replacement: 'ministral-8b-2512' },
  'mistral-small-2506': { ...july, replacement: 'mistral-small-2603' },
};

/** The reference's decision tree mapped to live models. */
export const bestFor = {
  'ministral-8b-2512': 'budget',
  'mistral-small-2603': 'high-volume',
  'mistral-large-2512': 'general',
  'mistral-medium-3-5': 'complex',
  'codestral-2508': 'stem-coding',
};

/** models.dev dates Large 3 as its predecessor; the "25.12" in its name is the vendor's own. */
export const corrections = {
  'mistral-large-2512': { released: '2025-12-02' },
  'mistral-large-latest': { released: '2025-12-02' },
};

/** Ids the data sets disagree about: models.dev knows the dated name, the price package the other. */
export const aliases = { 'mistral-medium-2604': { id: 'mistral-medium-3-5', aliases: ['mistral-medium-2604'] } };

/**
 * Which model a moving name stands for, and since when: the price package still bills some as their predecessor. The vendor's own
 * model pages name them; LiteLLM and models.dev agree on Large.
 */
export const latest = {
  'mistral-large-latest': { stands: 'mistral-large-2512', from: '2025-12-02' },
  'mistral-small-latest': { stands: 'mistral-small-2603', from: '2026-03-16' },
};

/** LiteLLM's rows that models.dev lacks, by our id; the package writes "ministral-14b-2512" where LiteLLM has a "3" in it. */
export const fromLitellm = {
  // models.dev says of codestral-latest, which it is, that it reads text only.
  'codestral-2508': { entry: 'codestral-2508', name: 'Codestral 2508', released: '2025-07-30', vision: false },
  'mistral-medium-latest': {
    entry: 'mistral-medium-latest',
    name: 'Mistral Medium (latest)',
    efforts: ['none', 'high'],
  },
  'ministral-14b-2512': { entry: 'ministral-3-14b-2512', name: 'Ministral 3 14B', released: '2025-12-02' },
  'ministral-8b-2512': { entry: 'ministral-8b-2512', name: 'Ministral 3 8B', released: '2025-12-02' },
  'ministral-3b-2512': { entry: 'ministral-3-3b-2512', name: 'Ministral 3 3B', released: '2025-12-02' },
};
