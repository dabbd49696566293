import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { azureGuide, type GuideState } from '../../src/host/azure-guide.ts';
import { type AzureMove, modelToAskAbout, type SettingsToAddTo, settingsOfMove } from '../../src/host/azure-move.ts';
import { parseAzureEndpoint } from '../../src/llm/azure-openai/azure-endpoint.ts';
import { guessModel } from '../../src/llm/azure-openai/deployments.ts';

const root = 'https://contoso.openai.azure.com';
const nothing = { endpoints: {}, deployments: {}, entraHosts: [] };
const move = (more: Partial<AzureMove> & { readonly text?: string } = {}): AzureMove => {
  const { text = root, ...rest } = more;
  return { address: parseAzureEndpoint(text), deployment: 'team-chat', model: 'gpt-4.1', auth: 'key', ...rest };
};
const written = (asked: AzureMove, before: SettingsToAddTo = nothing): Record<string, unknown> =>
  Object.fromEntries(settingsOfMove(asked, before));

describe('what a move writes', () => {
  test('the v1 address, no date, deployment as model, and the provider last', () => {
    const changes = settingsOfMove(move(), nothing);
    assert.deepEqual(changes, [
      ['endpoints', { 'azure-openai': `${root}/openai/v1` }],
      ['azure.apiVersion', undefined],
      ['azure.auth', 'key'],
      ['azure.deployments', { 'team-chat': 'gpt-4.1' }],
      ['model', 'team-chat'],
      ['provider', 'azure-openai'],
    ]);
  });

  test('of a dated address the root and the date', () => {
    const text = `${root}/openai/deployments/other/chat/completions?api-version=2024-10-21`;
    const { endpoints, 'azure.apiVersion': date } = written(move({ text }));
    assert.deepEqual(endpoints, { 'azure-openai': root });
    assert.equal(date, '2024-10-21');
  });

  test('what was there of others stays; what a person no longer says is gone', () => {
    const before = {
      endpoints: { ollama: 'http://localhost:11434', 'azure-openai': 'https://old.openai.azure.com' },
      deployments: { 'team-chat': 'gpt-4o', reasoner: 'o3' },
      entraHosts: ['gateway.example.com'],
    };
    const {
      endpoints,
      'azure.deployments': deployments,
      'azure.entraHosts': hosts,
    } = written(move({ model: undefined }), before);
    assert.deepEqual(endpoints, { ollama: 'http://localhost:11434', 'azure-openai': `${root}/openai/v1` });
    assert.deepEqual(deployments, { reasoner: 'o3' });
    assert.equal(hosts, undefined, 'no host was named, so none is written');
  });

  test('a gateway may get the token only by being named, and is named once', () => {
    const asked = move({ auth: 'entra', entraHost: 'gateway.example.com' });
    for (const entraHosts of [[], ['gateway.example.com']])
      assert.deepEqual(written(asked, { ...nothing, entraHosts })['azure.entraHosts'], ['gateway.example.com']);
  });
});

test('what Azure says answered is asked about where the person said something else', () => {
  assert.equal(modelToAskAbout('gpt-4.1-2025-04-14', undefined), 'gpt-4.1-2025-04-14');
  assert.equal(modelToAskAbout('gpt-4.1-2025-04-14', 'gpt-4o'), 'gpt-4.1-2025-04-14');
  for (const said of ['gpt-4.1', 'gpt-4.1-2025-04-14'])
    assert.equal(modelToAskAbout('gpt-4.1-2025-04-14', said), undefined);
  assert.equal(modelToAskAbout(undefined, undefined), undefined);
});

test('a guess goes by the whole name and nothing less', () => {
  const models = ['gpt-4o', 'gpt-4.1', 'gpt-3.5-turbo', 'gpt-4'];
  assert.equal(guessModel('gpt-4.1', models), 'gpt-4.1');
  assert.equal(guessModel('GPT-4o', models), 'gpt-4o');
  assert.equal(guessModel('gpt-35-turbo', models), 'gpt-3.5-turbo');
  for (const name of ['gpt-4.1-prod', 'prod-gpt-4o', 'gpt', 'team-chat', ''])
    assert.equal(guessModel(name, models), undefined, name);
});

describe('the guide', () => {
  const openAi = {
    endpoint: 'https://api.openai.com/v1',
    model: 'gpt-5.4',
    price: '$2.50 in, $15.00 out per 1M tokens',
  };
  const azure = { endpoint: `${root}/openai/v1`, auth: 'key', deployment: 'team-chat', model: 'gpt-4.1' } as const;
  const rowsOf = (state: GuideState): string[] =>
    azureGuide(state)
      .split('\n')
      .filter(line => /^\| (?!\|)\S/.test(line));
  const stepsOf = (state: GuideState): string[] =>
    azureGuide(state)
      .split('\n')
      .filter(line => /^\d+\. /.test(line));

  test('has the eight differences, each with both sides, and the price of today', () => {
    const rows = rowsOf({ openAi });
    assert.deepEqual(
      rows.map(row => row.split(' | ')[0]!.slice(2)),
      ['Address', 'Sign-in', 'A model is asked by', 'Rate limits', 'Regions', 'Compliance', 'Private network', 'Price'],
    );
    for (const row of rows) assert.equal(row.split(' | ').length, 3, row);
    assert.match(rows[7]!, /`gpt-5\.4` costs \$2\.50 in/);
    assert.ok(!azureGuide({ openAi: { endpoint: 'x', model: 'y' } }).includes('costs'));
  });

  test('has the ten steps, and ticks what is done', () => {
    const ticked = (state: GuideState): number => stepsOf(state).filter(step => step.includes('☑')).length;
    assert.equal(stepsOf({ openAi }).length, 10);
    assert.equal(ticked({ openAi }), 0);
    assert.equal(ticked({ openAi, azure }), 3);
    assert.equal(ticked({ openAi, azure: { ...azure, tested: 'failed' } }), 3);
    assert.equal(ticked({ openAi, azure: { ...azure, tested: 'answered' } }), 6);
    assert.match(stepsOf({ openAi, azure: { ...azure, tested: 'failed' } })[5]!, /failed/);
  });

  test('shows texts of a person as they are, whatever Markdown could make of them', () => {
    const text = azureGuide({ openAi, azure: { ...azure, deployment: '`x` [y](z)\n# |' } });
    assert.ok(text.includes("`'x' [y](z) # |`"), text);
    assert.equal(stepsOf({ openAi, azure: { ...azure, deployment: 'a\nb' } }).length, 10);
  });
});
