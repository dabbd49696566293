import type { ModelAmendment } from '../llm/model-catalog.ts';
import { picoPerToken, type PriceRow, type Rates } from './price-list.ts';

/** What a person's settings say of models: prices, and what the models can do. */
export interface OwnModels {
  readonly prices: readonly PriceRow[];
  readonly amendments: readonly ModelAmendment[];
  /** A sentence for each entry that is left out, naming it. */
  readonly complaints: readonly string[];
}

/** The name of the source, in a cost and in the ledger, where the person's own price was taken. */
export const ownPriceSource = 'override';

type Entry = { readonly [field: string]: unknown };

const rateFields = ['input', 'cached', 'cacheWrite', 'output'] as const;
const limitFields = { context: 'contextWindow', maxOutput: 'maxOutputTokens' } as const;
const abilityFields = ['tools', 'vision'] as const;
const fields: ReadonlySet<string> = new Set([
  'provider',
  'id',
  ...rateFields,
  ...Object.keys(limitFields),
  ...abilityFields,
]);

/**
 * Reads the setting: a list of `{ provider, id, input?, cached?, cacheWrite?, output?, context?, maxOutput?, tools?, vision? }`, rates
 * in US dollars per million tokens as decimals, written as text or as numbers. An entry with anything wrong in it is left out
 * whole: half of a price is a wrong price.
 * @param day when the settings are read, "YYYY-MM-DD" UTC
 */
export function readOwnModels(setting: unknown, providers: readonly string[], day: string): OwnModels {
  if (!Array.isArray(setting)) return { prices: [], amendments: [], complaints: ['It is not a list of models.'] };
  const prices: PriceRow[] = [];
  const amendments: ModelAmendment[] = [];
  const complaints: string[] = [];
  const seen = new Set<string>();
  for (const [index, value] of setting.entries()) {
    const entry = asEntry(value);
    const name = `Entry ${index + 1}${typeof entry['id'] === 'string' ? ` ("${entry['id']}")` : ''}`;
    try {
      const { provider, id } = modelOf(entry, providers);
      if (seen.has(`${provider}\n${id}`)) throw new RangeError('is there twice');
      const rates = ratesOf(entry);
      amendments.push({
        provider,
        id,
        ...factsOf(entry),
        source: 'your settings',
        checkedOn: day,
        flags: ['override'],
      });
      if (rates)
        prices.push({ provider, id, tiers: { standard: { base: rates } }, source: ownPriceSource, dataDate: day });
      seen.add(`${provider}\n${id}`);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      complaints.push(`${name} ${error.message}.`);
    }
  }
  return { prices, amendments, complaints };
}

const asEntry = (value: unknown): Entry => (typeof value === 'object' && value !== null ? (value as Entry) : {});

function modelOf(entry: Entry, providers: readonly string[]): { provider: string; id: string } {
  const { provider, id } = entry;
  const unknown = Object.keys(entry).find(field => !fields.has(field));
  if (typeof id !== 'string' || !id.trim()) throw new RangeError('names no "id"');
  if (typeof provider !== 'string' || !providers.includes(provider))
    throw new RangeError(`needs a "provider": ${providers.join(', ')}`);
  if (unknown !== undefined) throw new RangeError(`has "${unknown}", which means nothing here`);
  return { provider, id: id.trim() };
}

function ratesOf(entry: Entry): Rates | undefined {
  const rates = Object.fromEntries(
    rateFields.flatMap(field => (entry[field] === undefined ? [] : [[field, rateOf(field, entry[field])]])),
  ) as Partial<Rates>;
  const { input, output, ...others } = rates;
  if (input !== undefined && output !== undefined) return { input, output, ...others };
  if (Object.keys(rates).length > 0) throw new RangeError('needs both "input" and "output" to be a price');
  return undefined;
}

/** A number of a settings file is a double; its shortest decimal is what was typed. */
function rateOf(field: string, value: unknown): string {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  try {
    if (picoPerToken(text) >= 0n) return text;
  } catch {
    // Said below, with the name of the field.
  }
  throw new RangeError(`has "${field}": ${JSON.stringify(value)}, which is no price with at most six decimals`);
}

function factsOf(entry: Entry): Partial<ModelAmendment> {
  const facts: { contextWindow?: number; maxOutputTokens?: number; tools?: boolean; vision?: boolean } = {};
  for (const [field, fact] of Object.entries(limitFields)) {
    const tokens = entry[field];
    if (tokens === undefined) continue;
    if (typeof tokens !== 'number' || !Number.isSafeInteger(tokens) || tokens <= 0)
      throw new RangeError(`has "${field}": ${JSON.stringify(tokens)}, which is no number of tokens`);
    facts[fact as 'contextWindow'] = tokens;
  }
  for (const field of abilityFields) {
    const able = entry[field];
    if (able === undefined) continue;
    if (typeof able !== 'boolean') throw new RangeError(`has "${field}", which is neither true nor false`);
    facts[field] = able;
  }
  return facts;
}
