// Rebuilds the model catalogue and the price list from their data sets and the facts in scripts/catalog.
//
//   node scripts/update-catalog.mjs --models-dev FILE --litellm FILE
//
// FILE are copies of models.dev's and LiteLLM's JSON, wrapped as { providers } and { models }; @pydantic/genai-prices is a
// devDependency. The same input gives the same output, byte for byte.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findProvider } from '@pydantic/genai-prices';
import { buildModels } from './catalog/build-models.mjs';
import { buildPrices } from './catalog/build-prices.mjs';
import { priceSourcesPage } from './catalog/price-sources-page.mjs';

// When the package's data was made; its version's publishing date on npm.
const genaiDates = { '0.1.8': '2026-09-23' };

const { values } = parseArgs({ options: { 'models-dev': { type: 'string' }, litellm: { type: 'string' } } });
if (!values['models-dev'] || !values.litellm) {
  console.error('usage: node scripts/update-catalog.mjs --models-dev FILE --litellm FILE');
  process.exit(2);
}

const root = new URL('../', import.meta.url);
const { version } = json(new URL('node_modules/@pydantic/genai-prices/package.json', root));
const dataDate = genaiDates[version];
if (!dataDate) throw new Error(`Enter the date of @pydantic/genai-prices ${version} in this script`);

const modelsDev = json(values['models-dev']).providers;
const litellm = json(values.litellm).models;
const genai = Object.fromEntries(
  ['openai', 'anthropic', 'mistral'].map(id => [id, findProvider({ providerId: id }).models]),
);

const { models, notes: factNotes } = buildModels({ modelsDev, litellm });
const { rows, notes } = buildPrices({
  models,
  genai,
  source: { source: `genai-prices ${version}`, dataDate },
  litellm,
  modelsDev,
});
const sources = [
  {
    name: `@pydantic/genai-prices ${version}`,
    date: dataDate,
    gives: 'standard and long-context rates, cache rates, effective dates',
  },
  { name: 'LiteLLM', date: '2026-07-24', gives: 'batch, flex, priority; a second opinion' },
  { name: 'models.dev', date: '2026-07-02', gives: 'limits, modalities, efforts; a third opinion' },
  { name: 'OpenAI model pages and third-party guides (copies)', date: '2026-11', gives: 'the unconfirmed rows' },
  {
    name: 'Anthropic and Mistral model, pricing and deprecation pages (copies)',
    date: '2026-11',
    gives: 'newest rows, retirement dates, image rules',
  },
  { name: 'The reference', date: '2024-11', gives: 'its seven rows, as history' },
];

save('src/llm/model-catalog.generated.json', lines('models', models));
save('src/cost/price-list.generated.json', lines('rows', rows));
save('docs/price-sources.md', priceSourcesPage({ rows, notes: [...notes, ...factNotes], sources }));

function json(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** One row per line: small, and a change of one price is a diff of one line. */
function lines(name, list) {
  return `{"${name}":[\n${list.map(row => JSON.stringify(row)).join(',\n')}\n]}\n`;
}

function save(path, text) {
  writeFileSync(new URL(path, root), text);
  console.log(`${path}: ${text.length} bytes`);
}
