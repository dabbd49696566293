import { decimal } from './decimal.mjs';
import { litellmRates } from './litellm.mjs';

const dates = { litellm: '2026-07-24', modelsDev: '2026-07-02' };

/**
 * Compares a row with what the other data sets said on their own date, writes down every difference, and says whether one of
 * them is about a rate (a rate only one source has is noted, but is no dispute).
 */
export function disagreementsOf({ provider, id, ids, from, until, tier, prices }, { litellm, modelsDev, notes }) {
  const holdsOn = day => (from ?? '') <= day && (until === undefined || day < until);
  let disputed = false;
  for (const name of ids) {
    /** @type {[string, Record<string, string | undefined> | undefined][]} */
    const others = [];
    if (holdsOn(dates.litellm)) others.push(['LiteLLM', litellmRates(litellm[name] ?? litellm[`${provider}/${name}`])]);
    if (holdsOn(dates.modelsDev)) others.push(['models.dev', modelsDevRates(modelsDev?.[name])]);
    for (const [source, theirs] of others) {
      for (const field of ['input', 'cached', 'cacheWrite', 'cacheWrite1h', 'output']) {
        const ours = tier.base[field];
        const other = theirs?.[field];
        // models.dev has no column for writes that live an hour.
        if (field === 'cacheWrite1h' && other === undefined) continue;
        if (!theirs || ours === other || (ours === undefined && Number(other) === 0)) continue;
        if (ours !== undefined && other !== undefined) disputed = true;
        notes.push({ id: name, what: field, text: `genai-prices ${ours ?? '–'}, ${source} ${other ?? '–'}` });
      }
    }
  }
  if (typeof prices.input_mtok === 'object' && prices.input_mtok.tiers[0].start === 271_999) {
    notes.push({
      id,
      what: 'boundary',
      text: 'genai-prices starts the long-context rates at exactly 272,000 tokens; the vendor\'s newer pages say "more than", and so do we',
    });
  }
  return disputed;
}

export function modelsDevRates(model) {
  const cost = model?.cost;
  if (!cost || cost.input === undefined || cost.output === undefined) return undefined;
  const rates = { input: cost.input, cached: cost.cache_read, cacheWrite: cost.cache_write, output: cost.output };
  return Object.fromEntries(
    Object.entries(rates).flatMap(([name, value]) => (value === undefined ? [] : [[name, decimal(value)]])),
  );
}
