import assert from 'node:assert/strict';
import { test } from 'node:test';
import { providerComparison } from '../../src/host/provider-comparison.ts';
import { priceOf } from '../../src/cost/cost-of.ts';
import { lifeCycle, listModels } from '../../src/llm/model-catalog.ts';

const now = Date.parse('2026-11-28T12:00:00Z');
const page = providerComparison({ now, locale: 'en' });
const table = page
  .split('\n')
  .filter(line => line.startsWith('|'))
  .map(line =>
    line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  );
const row = (feature: string): string[] => table.find(([first]) => first === `**${feature}**`)!.slice(1);

test('five providers in nine rows, each cell filled', () => {
  assert.deepEqual(table[0], ['', '**OpenAI**', '**Anthropic**', '**Azure OpenAI**', '**Mistral**', '**Ollama**']);
  const features = table.slice(2);
  assert.equal(features.length, 9);
  for (const cells of features) {
    assert.equal(cells.length, 6);
    for (const cell of cells) assert.ok(cell.length > 5 && !/undefined|NaN|Infinity/.test(cell), cell);
  }
});

test('prices are the cheapest and the dearest of the models that live today, from the list itself', () => {
  const live = listModels('anthropic', { at: now }).filter(model => lifeCycle(model, now).state === 'live');
  const inputs = live.map(({ id }) => Number(priceOf('anthropic', id, now)!.rates.base.input)).sort((a, b) => a - b);
  assert.equal(inputs[0], 0.1);
  assert.equal(row('Cost per 1M tokens')[1], '$0.10 to $10.00 in, $0.50 to $50.00 out');
  assert.match(row('Cost per 1M tokens')[4]!, /^nothing/);
});

test('a model that has ended, or will, is not counted', () => {
  const live = listModels('openai', { at: now }).filter(model => lifeCycle(model, now).state === 'live');
  assert.match(row('Models')[0]!, new RegExp(`^${live.length}: `));
  const later = providerComparison({ now: Date.parse('2026-12-01'), locale: 'en' });
  assert.notEqual(later, page);
});

test('it says the day, the sources of its prices with their dates, and what is not measured', () => {
  assert.match(page, /^On 2026-11-28\./m);
  assert.match(page, /genai-prices 0\.1\.8 of 2026-09-23; /);
  assert.match(page, /checked on 2026-11-22 and 2026-11-28\./);
  assert.match(page, /Speed is not measured here/);
});

test('contexts and abilities are counted from the catalogue', () => {
  assert.match(row('Context')[0]!, /^\S+ to 1\.05M$/);
  assert.equal(row('Images')[1]!.startsWith('all '), true);
  assert.match(row('Images')[3]!, /^\d+ of \d+ models$/);
});
