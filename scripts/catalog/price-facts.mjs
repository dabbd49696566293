/** Prices no data set carries, each with where it was read. Dollars per million tokens. */

/** The project's reference, "Pricing as of November 2024": held as printed for that month. */
export const referencePrices = {
  source: 'reference, 2024-11',
  dataDate: '2024-11-30',
  from: '2024-11-01',
  until: '2024-12-01',
  rates: {
    'gpt-4o': { input: '2.5', output: '10' },
    'gpt-4o-mini': { input: '0.15', output: '0.6' },
    'gpt-4-turbo': { input: '10', output: '30' },
    'gpt-4': { input: '30', output: '60' },
    'gpt-3.5-turbo': { input: '0.5', output: '1.5' },
    'o1-preview': { input: '15', output: '60' },
    'o1-mini': { input: '3', output: '12' },
  },
};

/**
 * Newer than the price package. From GPT-5.6 on, a request with more than 272,000 input tokens pays × 2 on input and cache and
 * × 1.5 on output for the whole of it; `tiers` are the multiples of the standard rate the vendor's model page names
 * (developers.openai.com/api/docs/models/<id>, copies of November 2026).
 */
export const unconfirmedPrices = [
  {
    id: 'gpt-6.2-sol',
    from: '2026-11-17',
    rates: { input: '2', cached: '0.1', cacheWrite: '2.5', output: '10' },
    tiers: { batch: [1, 2], priority: [2, 1] },
    source: 'OpenAI model page, copy',
    dataDate: '2026-11-17',
  },
  {
    id: 'gpt-6.2-astra',
    from: '2026-11-17',
    rates: { input: '8', output: '40' },
    tiers: {},
    flags: ['cache-write-rate-unknown'],
    source: 'third party guide',
    dataDate: '2026-11-18',
  },
  {
    id: 'gpt-6.1-sol',
    from: '2026-09-29',
    rates: { input: '2', cached: '0.1', cacheWrite: '2.5', output: '10' },
    tiers: {},
    source: 'third party guide',
    dataDate: '2026-09-30',
  },
  {
    id: 'gpt-6.1-terra',
    from: '2026-10-26',
    rates: { input: '1', cached: '0.05', cacheWrite: '1.25', output: '5' },
    tiers: { batch: [1, 2], flex: [1, 2], priority: [2, 1] },
    source: 'OpenAI model page, copy',
    dataDate: '2026-11-01',
  },
];

/** Promotions: after this day the vendor promises nothing, and the last rate is only our best guess. */
export const promotions = {
  'gpt-5.6-sol': {
    verifiedUntil: '2026-11-21',
    note: '4/20 was announced "at least through 2026-11-21"; the list price is 5/30',
  },
};

/** The dearest rates begin above this many input tokens; one data set writes the boundary one token lower for some rows. */
export const longContextBoundary = { 271_999: 272_000, 272_000: 272_000, 200_000: 200_000 };

/** What the generated comparison cannot see. */
export const notes = [
  {
    id: 'o1-mini',
    what: 'history',
    text: 'the reference printed 3/12 in November 2024; genai-prices has 1.1/4.4 without a date, which counts outside that month',
  },
  {
    id: 'gpt-5-nano',
    what: 'priority left out',
    text: "LiteLLM's priority input is 2.5 against 0.05 standard, and it has no output rate",
  },
  {
    id: 'gpt-4o-mini',
    what: 'Azure',
    text: "LiteLLM has 0.165/0.66 there, 10 % above OpenAI's list: bounds for Azure add 10 %, costs are OpenAI's list and say so",
  },
];
