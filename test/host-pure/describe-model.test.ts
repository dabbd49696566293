import assert from 'node:assert/strict';
import { test } from 'node:test';

import { describeModel } from '../../src/host/describe-model.ts';
import { modelOfDeployment } from '../../src/llm/azure-openai/deployments.ts';

const openai = { provider: 'openai', endpoint: 'https://api.openai.com/v1' } as const;

test('a model is shown with its price, what a short question costs, and whether it sees', () => {
  const at = Date.UTC(2026, 10, 22);
  assert.deepEqual(describeModel({ ...openai, model: 'gpt-4o' }, at, 'en'), {
    id: 'gpt-4o',
    name: 'gpt-4o',
    provider: 'OpenAI',
    keysPage: true,
    vision: true,
    price: '$2.50 in, $10.00 out per 1M tokens',
    // 1500 × $2.50 and 300 × $10 per million.
    typicalCost: '≈ $0.0068',
    notes: ['GPT-4o shuts down on 2027-01-14. gpt-6-luna takes its place.'],
  });
  assert.equal(describeModel({ ...openai, model: 'gpt-3.5-turbo' }, at, 'en').vision, false);
  assert.deepEqual(describeModel({ ...openai, model: 'somebody-elses' }, at, 'en'), {
    id: 'somebody-elses',
    name: 'somebody-elses',
    provider: 'OpenAI',
    keysPage: true,
    vision: true,
  });
});

test('what a model cannot do, and when it ends, is said before it is asked', () => {
  const at = Date.UTC(2026, 10, 22);
  const notes = (model: string, now = at) => describeModel({ ...openai, model }, now, 'en').notes;
  assert.deepEqual(notes('gpt-5.4'), undefined);
  assert.match(
    notes('o1-mini')!.join(' '),
    /was shut down on .* cannot read your files, see images or answer word by word\./,
  );
  assert.match(notes('gpt-4')![0]!, /^GPT-4 was shut down on 2026-10-23\./);
  assert.equal(notes('gpt-4o', Date.UTC(2026, 8, 1)), undefined, 'more than 90 days away');
});

test('of an Azure deployment the model it is said to be is shown, and what its name suggests only as a question', () => {
  const at = Date.UTC(2026, 10, 22);
  const show = (asked: string, deployments: { readonly [deployment: string]: string } = {}) =>
    describeModel({ provider: 'azure-openai', asked, model: modelOfDeployment(asked, deployments) }, at, 'en');
  const said = show('team-chat', { 'team-chat': 'gpt-4.1' });
  assert.deepEqual([said.name, said.notes], ['gpt-4.1', undefined]);
  assert.match(said.price ?? '', /^\$2\.00 in/);
  const unsaid = show('gpt-4o');
  assert.deepEqual([unsaid.name, unsaid.price, unsaid.typicalCost], ['gpt-4o (deployment)', undefined, undefined]);
  assert.match(unsaid.notes?.[0] ?? '', /cost is unknown\. Its name says gpt-4o, which proves nothing/);
  const prod = show('gpt-4.1-prod');
  assert.equal(prod.price, undefined);
  assert.ok(!/Its name says/.test(prod.notes?.[0] ?? ''), prod.notes?.[0]);
  // o1-mini is alive on Azure, and what it cannot do is known.
  const first = show('old', { old: 'o1-mini' });
  assert.equal(first.vision, false);
  assert.match(first.notes?.join() ?? '', /cannot read your files, see images or answer word by word\./);
  assert.ok(!/shut down/.test(first.notes?.join() ?? ''));
});

test('where one provider stands for many hosts, the model is shown with the host’s own name and page', () => {
  const at = (endpoint: string) => describeModel({ provider: 'openai-compatible', model: 'm', endpoint }, 0, 'en');
  const { provider, keysPage, price, typicalCost } = at('https://openrouter.ai/api/v1');
  assert.deepEqual(
    { provider, keysPage, price, typicalCost },
    { provider: 'OpenRouter', keysPage: true, price: undefined, typicalCost: undefined },
  );
  assert.equal(at('https://llm.example/v1').keysPage, false);
});
