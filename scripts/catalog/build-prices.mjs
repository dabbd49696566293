import { decimal, scaled } from './decimal.mjs';
import { wanted, unwanted } from './openai-facts.mjs';
import {
  longContextBoundary,
  notes as factNotes,
  promotions,
  referencePrices,
  unconfirmedPrices,
} from './price-facts.mjs';
import { unconfirmedPrices as anthropicPrices } from './anthropic-facts.mjs';
import { aliases as mistralAliases, latest } from './mistral-facts.mjs';
import { litellmRates, litellmTiers } from './litellm.mjs';
import { disagreementsOf, modelsDevRates } from './disagreements.mjs';

/**
 * @param genai one provider's models of @pydantic/genai-prices, by our provider name
 * @param models the catalogue's rows
 * @returns rows of the price list, and the notes of docs/price-sources.md
 */
export function buildPrices({ models, genai, source, litellm, modelsDev }) {
  const notes = [...factNotes];
  const rows = Object.entries(genai).flatMap(([provider, models]) =>
    models
      .filter(model => isChatModel(provider, model))
      .flatMap(model => {
        const reports = { provider, litellm, modelsDev: modelsDev[provider], notes };
        return [model, ...movingAliases(provider, model)].flatMap(part => rowsOf(part, { ...reports, source }));
      }),
  );
  const all = [...movedNames(rows, notes), ...referenceRows(), ...unconfirmedRows(), ...anthropicRows()];
  return { rows: [...all, ...agreedRows(models, all, { litellm, modelsDev })], notes };
}

function isChatModel(provider, model) {
  const prices = Array.isArray(model.prices) ? model.prices[0].prices : model.prices;
  if (prices.input_mtok === undefined || prices.output_mtok === undefined) return false;
  if (provider === 'openai')
    return (wanted.test(model.id) || model.id === 'chatgpt-4o-latest') && !unwanted.test(model.id);
  if (provider === 'anthropic') return /^claude-[a-z3-9]/.test(model.id) && model.id !== 'claude-v1';
  return !/ocr|embed|voxtral|:free/.test(model.id);
}

/**
 * The ids a row is for. The package also matches by prefix; there only the prefix itself is taken over, as a family whose dated
 * snapshots are looked up exactly.
 */
function idsOf(model) {
  const tests = model.match.or ?? [model.match];
  const exact = tests.map(test => test.equals);
  // "claude-sonnet-4-2025" is the beginning of a date, not a family.
  const families = tests.map(test => test.starts_with?.replace(/-$/, '')).filter(id => id && !/-\d{4}$/.test(id));
  const plain = [...exact, ...families].filter(id => id && /^[a-z][\w.-]*$/.test(id) && !id.includes('search'));
  const known = Object.values(mistralAliases).find(({ id }) => id === model.id)?.aliases ?? [];
  return [...new Set([model.id, ...plain, ...known])];
}

/** Mistral's "-latest" names change their model, and the data sets disagree on when: each is a row of its own, and says so. */
function movingAliases(provider, model) {
  if (provider !== 'mistral') return [];
  return idsOf(model)
    .filter(id => id.endsWith('-latest') && id !== model.id)
    .map(id => ({ ...model, id, match: { equals: id } }));
}

function rowsOf(model, { provider, source, litellm, modelsDev, notes }) {
  const moving = provider === 'mistral' && model.id.endsWith('-latest');
  const aliases = idsOf(model).filter(id => id !== model.id && !(provider === 'mistral' && id.endsWith('-latest')));
  const periods = periodsOf(model);
  return periods.map(({ from, prices }, index) => {
    const until = periods[index + 1]?.from;
    const { tier, aboveTokens } = standardTier(prices);
    const about = { provider, id: model.id, ids: [model.id, ...aliases], from, until, tier, prices };
    const disputed = disagreementsOf(about, { litellm, modelsDev, notes });
    const flags = [...(moving ? ['moving-alias'] : []), ...(disputed ? ['sources-disagree'] : [])];
    const promotion = until === undefined ? promotions[model.id] : undefined;
    if (promotion) notes.push({ id: model.id, what: 'promotion', text: promotion.note });
    return {
      provider,
      id: model.id,
      ...(aliases.length > 0 && { aliases }),
      ...(from && { from }),
      ...(until && { until }),
      ...(promotion && { verifiedUntil: promotion.verifiedUntil }),
      tiers: { standard: tier, ...(provider === 'openai' && litellmTiers(model.id, tier, { litellm, notes })) },
      ...(aboveTokens && { aboveTokens }),
      ...source,
      ...(flags.length > 0 && { flags }),
    };
  });
}

function periodsOf({ prices }) {
  if (!Array.isArray(prices)) return [{ prices }];
  return prices.map(({ constraint, prices: rates }) => {
    if (constraint && constraint.type !== 'start_date') throw new Error(`Unknown constraint: ${constraint.type}`);
    return { from: constraint?.start_date, prices: rates };
  });
}

const fields = {
  input: 'input_mtok',
  cached: 'cache_read_mtok',
  cacheWrite: 'cache_write_mtok',
  cacheWrite1h: 'cache_write_1h_mtok',
  output: 'output_mtok',
};

function standardTier(prices) {
  const base = {};
  const long = {};
  let start;
  for (const [name, field] of Object.entries(fields)) {
    const price = prices[field];
    if (price === undefined) continue;
    const tiered = typeof price === 'object';
    base[name] = decimal(tiered ? price.base : price);
    if (!tiered) continue;
    if (price.tiers.length !== 1) throw new Error('More than one long-context tier');
    long[name] = decimal(price.tiers[0].price);
    if (start !== undefined && start !== price.tiers[0].start) throw new Error('Tiers with different boundaries');
    start = price.tiers[0].start;
  }
  if (start === undefined) return { tier: { base } };
  if (!longContextBoundary[start]) throw new Error(`Unknown long-context boundary ${start}: check it by hand`);
  return { tier: { base, long }, aboveTokens: longContextBoundary[start] };
}

function referenceRows() {
  const { rates, ...about } = referencePrices;
  return Object.entries(rates).map(([id, base]) => ({
    provider: 'openai',
    id,
    tiers: { standard: { base } },
    ...about,
  }));
}

function unconfirmedRows() {
  return unconfirmedPrices.map(({ rates, tiers, flags = [], ...row }) => ({
    provider: 'openai',
    ...row,
    tiers: {
      standard: withLong(rates),
      ...Object.fromEntries(Object.entries(tiers).map(([name, [n, d]]) => [name, withLong(times(rates, n, d))])),
    },
    aboveTokens: 272_000,
    flags: ['unconfirmed', ...flags],
  }));
}

function anthropicRows() {
  return anthropicPrices.map(({ base, long, ...row }) => ({
    provider: 'anthropic',
    ...row,
    tiers: { standard: { base, ...(long && { long }) } },
    flags: ['unconfirmed'],
  }));
}

/** Models of the catalogue that the package has no price for, where the two other data sets name the same one. */
function agreedRows(models, rows, { litellm, modelsDev }) {
  const priced = new Set(
    rows.flatMap(({ provider, id, aliases = [] }) => [id, ...aliases].map(one => `${provider} ${one}`)),
  );
  const family = id => id.replace(/-20\d{6}$/, '');
  return models
    .filter(({ provider, id }) => ![id, family(id)].some(one => priced.has(`${provider} ${one}`)))
    .flatMap(({ provider, id }) => {
      const [first, second] = [
        litellmRates(litellm[id] ?? litellm[`${provider}/${id}`]),
        modelsDevRates(modelsDev[provider]?.[id]),
      ];
      if (!first || !second || first.input !== second.input || first.output !== second.output) return [];
      const flags = id.endsWith('-latest') ? { flags: ['moving-alias'] } : {};
      const rates = { tiers: { standard: { base: first } } };
      return [{ provider, id, ...rates, source: 'LiteLLM and models.dev', dataDate: '2026-07-02', ...flags }];
    });
}

/** A moving name costs what the model costs that it has come to stand for. */
function movedNames(rows, notes) {
  return rows.flatMap(row => {
    const moved = row.provider === 'mistral' && row.until === undefined ? latest[row.id] : undefined;
    if (!moved) return [row];
    const { tiers } = rows.find(({ provider, id }) => provider === 'mistral' && id === moved.stands);
    const was = row.tiers.standard.base;
    notes.push({
      id: row.id,
      what: 'moving name',
      text: `genai-prices still has ${was.input}/${was.output}; since ${moved.from} it is priced as ${moved.stands}, which it stands for`,
    });
    const { flags: _, ...rest } = row;
    const since = { ...rest, from: moved.from, tiers, source: `${row.source}; Mistral model page (copy)` };
    return [
      { ...row, until: moved.from },
      { ...since, flags: ['moving-alias'] },
    ];
  });
}

function times(rates, numerator, denominator) {
  return Object.fromEntries(Object.entries(rates).map(([name, rate]) => [name, scaled(rate, numerator, denominator)]));
}

/** GPT-5.6 and later: × 2 on input and cache, × 1.5 on output, above the boundary. */
function withLong(base) {
  return { base, long: { ...times(base, 2, 1), output: scaled(base.output, 3, 2) } };
}
