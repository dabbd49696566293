import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { readOwnModels } from '../../src/cost/own-models.ts';
import { overridePrices } from '../../src/cost/price-list.ts';
import { type ChoiceOptions, modelChoices, priceWords, warningAbout } from '../../src/host/model-choices.ts';
import { believe, ModelLists } from '../../src/host/model-lists.ts';
import { amendCatalog, findModel, lifeCycle } from '../../src/llm/model-catalog.ts';

const now = Date.parse('2026-11-28T12:00:00Z');
const locale = 'en';
const options = (more: Partial<ChoiceOptions> = {}): ChoiceOptions => ({
  provider: 'openai',
  host: 'OpenAI',
  current: 'gpt-5.4',
  list: undefined,
  now,
  locale,
  ...more,
});
const labels = (more?: Partial<ChoiceOptions>) => modelChoices(options(more)).map(({ label }) => label);
const group = (label: string, more?: Partial<ChoiceOptions>) =>
  modelChoices(options(more)).find(one => one.label === label)?.choices ?? [];
const ids = (label: string, more?: Partial<ChoiceOptions>) => group(label, more).map(({ id }) => id);

afterEach(() => {
  amendCatalog([], 'list');
  amendCatalog([], 'settings');
  overridePrices([]);
});

describe('The models of a provider', () => {
  test('stand by the reference’s decision tree, the one in use first, those that end last', () => {
    assert.deepEqual(labels(), [
      'In use',
      'Budget',
      'High volume, simple tasks',
      'General purpose',
      'Complex reasoning',
      'Science and code',
      'Others',
      'Shutting down',
    ]);
    assert.deepEqual(ids('In use'), ['gpt-5.4']);
    assert.ok(ids('Budget').includes('gpt-6-luna'));
    assert.ok(ids('High volume, simple tasks').includes('gpt-6.1-terra'));
    assert.ok(ids('General purpose').includes('gpt-6.2-sol'));
    assert.ok(ids('Complex reasoning').includes('gpt-6-astra'));
    assert.ok(ids('Science and code').includes('gpt-5.6-sol'));
    assert.ok(ids('Shutting down').includes('gpt-4o'));
  });

  test('stand there once each, and none that is shut down', () => {
    for (const provider of ['openai', 'anthropic', 'mistral']) {
      const all = modelChoices(options({ provider, current: '' })).flatMap(({ choices }) =>
        choices.map(({ id }) => id),
      );
      assert.equal(new Set(all).size, all.length, provider);
      assert.ok(all.length > 15, provider);
      for (const id of all) assert.notEqual(lifeCycle(findModel(provider, id)!, now).state, 'shut-down', id);
    }
  });

  test('show price, what they are best for, limits, abilities and age', () => {
    assert.deepEqual(group('In use')[0], {
      id: 'gpt-5.4',
      description: '$2.50 in, $15.00 out, $0.25 cached, dearer above 272K',
      detail:
        'best for: general purpose · 1.05M context · 128K answer · images · tools · reasons: none to xhigh · since 2026-03-05',
    });
  });

  test('say when they end and what follows', () => {
    const [choice] = group('Shutting down').filter(({ id }) => id === 'gpt-4o');
    assert.match(choice!.detail, /^\$\(warning\) shuts down 2027-01-14, then gpt-6-luna · /);
    // A hand-set model that is gone is still the one in use, and says so.
    assert.match(
      group('In use', { current: 'gpt-4' })[0]!.detail,
      /^\$\(warning\) was shut down 2026-10-23, then gpt-5.6-sol · /,
    );
  });

  test('of another host stay usable after OpenAI’s own end', () => {
    const azure = { provider: 'azure-openai', current: 'old', deployments: { old: 'gpt-4' } };
    const [old] = group('In use', azure);
    assert.ok(old!.detail.includes('context') && !old!.detail.includes('shut down'), old!.detail);
    assert.equal(warningAbout('azure-openai', 'gpt-4', now), undefined);
    assert.equal(warningAbout('openai-compatible', 'gpt-4', now), undefined);
  });

  test('name what is doubtful about a price', () => {
    assert.equal(
      priceWords('openai', 'gpt-6.2-astra', { now, locale }),
      'unconfirmed: $8.00 in, $40.00 out, dearer above 272K',
    );
    assert.match(priceWords('openai', 'gpt-5.6-sol', { now, locale }), /^unverified: \$4\.00 in/);
    assert.match(
      priceWords('mistral', 'mistral-medium-latest', { now, locale }),
      /^of the model it stands for now, sources disagree: \$1\.50 in/,
    );
    assert.match(priceWords('azure-openai', 'gpt-4o', { now, locale }), /^OpenAI’s list: /);
    assert.equal(priceWords('openai', 'gpt-6-foo', { now, locale }), 'price unknown');
    assert.equal(priceWords('ollama', 'llama3.2', { now, locale }), 'free: runs on your own machine');
  });

  test('that a person added stand by themselves, with the price that is theirs', () => {
    const entry = { provider: 'openai', id: 'my-tune', input: '3', output: '12', context: 128_000 };
    const { prices, amendments } = readOwnModels([entry], ['openai'], '2026-11-28');
    overridePrices(prices);
    amendCatalog(amendments);
    assert.deepEqual(group('Your own'), [
      {
        id: 'my-tune',
        description: 'your price: $3.00 in, $12.00 out',
        detail: 'your own facts · 128K context',
      },
    ]);
  });

  test('behind deployments are shown with what is known of them', () => {
    const azure = { provider: 'azure-openai', host: 'Azure OpenAI', current: 'prod' };
    const deployments = { prod: 'gpt-4.1', cheap: 'gpt-4o-mini', secret: 'gpt-9' };
    assert.equal(
      group('In use', { ...azure, deployments })[0]!.description,
      'gpt-4.1 · OpenAI’s list: $2.00 in, $8.00 out, $0.50 cached',
    );
    assert.deepEqual(
      group('Your deployments', { ...azure, deployments }).map(({ id, description }) => [id, description]),
      [
        ['cheap', 'gpt-4o-mini · OpenAI’s list: $0.15 in, $0.60 out, $0.075 cached'],
        ['secret', 'gpt-9 · price unknown'],
      ],
    );
  });

  test('of a deployment nobody mapped have neither price nor abilities, whatever it is called; what could be deployed is no choice', () => {
    const azure = { provider: 'azure-openai', host: 'Azure OpenAI', current: 'gpt-4o' };
    const groups = modelChoices(options(azure));
    assert.deepEqual(groups, [
      { label: 'In use', choices: [{ id: 'gpt-4o', description: 'price unknown', detail: '' }] },
    ]);
  });
});

describe('What a host listed', () => {
  const list = {
    day: '2026-11-28',
    models: [
      {
        provider: 'openai',
        id: 'gpt-5.4',
        name: 'x',
        source: 'listed',
        checkedOn: '2026-11-28',
        shutdown: '2027-12-31',
      },
      { provider: 'openai', id: 'gpt-4o', shutdown: null },
      { provider: 'openai', id: 'gpt-7' },
    ],
  };

  test('is believed about the end of a model, and changes nothing else of it', () => {
    const before = findModel('openai', 'gpt-5.4')!;
    believe(list);
    const { shutdown, ...after } = findModel('openai', 'gpt-5.4')!;
    assert.deepEqual([shutdown, after], ['2027-12-31', before]);
    assert.equal(findModel('openai', 'gpt-4o')?.shutdown, undefined);
    assert.equal(findModel('openai', 'gpt-7'), undefined);
    believe(undefined);
    assert.deepEqual(findModel('openai', 'gpt-5.4'), before);
  });

  test('marks what the key may not use, and adds what nobody else knows', () => {
    believe(list);
    assert.ok(!group('In use', { list })[0]!.detail.includes('not listed'));
    const absent = group('General purpose', { list }).find(({ id }) => id === 'gpt-6.2-sol');
    assert.match(absent!.detail, /^\$\(circle-slash\) not listed by OpenAI on 2026-11-28 · /);
    assert.deepEqual(group('Listed by OpenAI, nothing else known', { list }), [
      { id: 'gpt-7', description: 'price unknown', detail: '' },
    ]);
  });

  test('is all there is for a host nobody has rows of', () => {
    const told = {
      day: '2026-11-28',
      models: [
        {
          provider: 'openai-compatible',
          id: 'big',
          source: 's',
          checkedOn: '2026-11-28',
          contextWindow: 32_768,
          tools: true,
        },
        { provider: 'openai-compatible', id: 'small' },
      ],
    };
    believe(told);
    const groups = modelChoices(options({ provider: 'openai-compatible', host: 'My host', current: '', list: told }));
    assert.deepEqual(
      groups.map(({ label, choices }) => [label, choices.map(({ id, detail }) => [id, detail])]),
      [
        ['Others', [['big', '32.8K context · tools']]],
        ['Listed by My host, nothing else known', [['small', '']]],
      ],
    );
  });

  test('is kept for its address alone, without what the address asks', async () => {
    const kept = new Map<string, unknown>();
    const lists = new ModelLists({
      get: (key: string) => kept.get(key) as never,
      update: async (key, value) => void kept.set(key, value),
    });
    await lists.keep('openai', 'https://host.example/v1/?token=secret', list);
    assert.deepEqual(lists.at('openai', 'https://host.example/v1'), list);
    assert.equal(lists.at('mistral', 'https://host.example/v1'), undefined);
    assert.equal(lists.at('openai', 'https://other.example/v1'), undefined);
    assert.equal(lists.at('openai', 'nowhere'), undefined);
    assert.ok(![...kept.keys()].join(' ').includes('secret'));
  });
});

describe('An id somebody types', () => {
  test('that is shut down or will be is said so, with what takes its place', () => {
    assert.equal(
      warningAbout('openai', 'gpt-3.5-turbo', now),
      'gpt-3.5-turbo was shut down on 2026-10-23. gpt-5.6-terra takes its place.',
    );
    assert.equal(warningAbout('openai', 'gpt-4o', now), 'gpt-4o shuts down on 2027-01-14. gpt-6-luna takes its place.');
    assert.equal(warningAbout('openai', 'gpt-5.4', now), undefined);
    assert.equal(warningAbout('openai', 'anything', now), undefined);
  });
});
