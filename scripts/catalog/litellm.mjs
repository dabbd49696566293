import { decimal, micros, scaled } from './decimal.mjs';

/** LiteLLM's standard rates of a model per million tokens, or undefined. */
export function litellmRates(entry, suffix = '') {
  const rate = field => {
    const perToken = entry?.[field + suffix];
    return perToken === undefined ? undefined : decimal(Number((perToken * 1e6).toPrecision(12)));
  };
  const rates = {
    input: rate('input_cost_per_token'),
    cached: rate('cache_read_input_token_cost'),
    cacheWrite: rate('cache_creation_input_token_cost'),
    cacheWrite1h: rate('cache_creation_input_token_cost_above_1hr'),
    output: rate('output_cost_per_token'),
  };
  return rates.input === undefined || rates.output === undefined
    ? undefined
    : Object.fromEntries(Object.entries(rates).filter(([, value]) => value !== undefined));
}

const suffixes = { batch: '_batches', flex: '_flex', priority: '_priority' };

/**
 * Batch, flex and priority rates: only LiteLLM has them, so they count only where its standard rates are the ones of this row.
 * Batch and flex keep the long-context multiples; priority does not serve long contexts in this data.
 */
export function litellmTiers(id, standard, { litellm, notes }) {
  const entry = litellm[id];
  const theirs = litellmRates(entry);
  if (!theirs || theirs.input !== standard.base.input || theirs.output !== standard.base.output) return {};
  const tiers = {};
  for (const [name, suffix] of Object.entries(suffixes)) {
    const base = litellmRates(entry, suffix);
    if (!base) continue;
    if (micros(base.input) > 3n * micros(standard.base.input)) {
      notes.push({
        id,
        what: `${name} left out`,
        text: `LiteLLM's ${name} input ${base.input} against ${standard.base.input} standard`,
      });
      continue;
    }
    unround(id, name, base, standard.base, notes);
    const long = name === 'priority' ? undefined : longOf(base, standard);
    tiers[name] = { base, ...(long && { long }) };
  }
  return tiers;
}

/** Half of 0.25 is 0.125; LiteLLM prints 0.13. Where every other rate is exactly half, so is this one. */
function unround(id, name, base, standard, notes) {
  if (!base.cached || !standard.cached || base.input !== scaled(standard.input, 1, 2)) return;
  const half = scaled(standard.cached, 1, 2);
  if (!half || half === base.cached) return;
  const off = micros(half) - micros(base.cached);
  if (off < -5000n || off > 5000n) return;
  notes.push({
    id,
    what: `${name} cached`,
    text: `LiteLLM rounds half of ${standard.cached} to ${base.cached}; ${half} is used`,
  });
  base.cached = half;
}

function longOf(base, { base: standard, long }) {
  if (!long) return undefined;
  const rates = {};
  for (const [name, rate] of Object.entries(base)) {
    if (standard[name] === undefined || long[name] === undefined) return undefined;
    const value = scaled(rate, micros(long[name]), micros(standard[name]));
    if (value === undefined) return undefined;
    rates[name] = value;
  }
  return rates;
}
