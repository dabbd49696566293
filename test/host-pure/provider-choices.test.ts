import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeChoice, needsKey, providerChoices } from '../../src/host/provider-choices.ts';
import type { KeyState } from '../../src/host/secret-keys.ts';
import { presets } from '../../src/llm/openai-compatible/presets.ts';
import { type ProviderName, vendorOf } from '../../src/llm/vendors.ts';

const defaults = (provider: ProviderName): string => vendorOf(provider).defaultEndpoint ?? '';
const atOpenAi = { provider: 'openai', endpoint: defaults('openai') } as const;
const keys = (state: KeyState) => ({ state: () => Promise.resolve(state) });
const missing = keys({ state: 'missing' });
const set = keys({ state: 'set', source: 'secretStorage' });
const notNeeded = keys({ state: 'not-needed' });

test('every vendor and every well-known host can be chosen, and one is the current', () => {
  const { vendors, hosts } = providerChoices(atOpenAi, defaults);
  assert.deepEqual(
    vendors.map(({ provider }) => provider),
    ['openai', 'azure-openai', 'anthropic', 'ollama', 'mistral'],
  );
  assert.deepEqual(
    hosts.map(({ endpoint }) => endpoint),
    [...presets.map(({ endpoint }) => endpoint), ''],
  );
  const current = [...vendors, ...hosts].filter(({ isCurrent }) => isCurrent);
  assert.deepEqual(
    current.map(({ label }) => label),
    ['OpenAI'],
  );
});

test('the person’s own host stands first among the hosts; a known one keeps the path they gave it', () => {
  const choices = (own: string) =>
    providerChoices({ provider: 'openai-compatible', endpoint: own }, name =>
      name === 'openai-compatible' ? own : defaults(name),
    );
  const own = choices('https://llm.example:8443/v1').hosts[0];
  assert.deepEqual(own, {
    provider: 'openai-compatible',
    label: 'llm.example:8443',
    endpoint: 'https://llm.example:8443/v1',
    isCurrent: true,
  });
  const { vendors, hosts } = choices('https://openrouter.ai/api/v1/');
  assert.deepEqual(
    hosts.filter(({ isCurrent }) => isCurrent).map(({ label, endpoint }) => [label, endpoint]),
    [['OpenRouter', 'https://openrouter.ai/api/v1/']],
  );
  assert.ok(vendors.every(({ isCurrent }) => !isCurrent));
});

test('a choice says where it is and what is known of its key', async () => {
  const openRouter = {
    provider: 'openai-compatible',
    label: '',
    endpoint: 'https://openrouter.ai/api/v1',
    isCurrent: false,
  } as const;
  assert.equal(await describeChoice(openRouter, set), 'openrouter.ai · key saved');
  assert.equal(await describeChoice(openRouter, missing), 'openrouter.ai · no key yet');
  assert.equal(
    await describeChoice(openRouter, keys({ state: 'other-origin', origin: 'https://x.example' })),
    'openrouter.ai · no key for this address',
  );
  assert.equal(
    await describeChoice({ ...openRouter, endpoint: 'http://localhost:1234/v1' }, notNeeded),
    'localhost:1234 · on this machine',
  );
  assert.equal(await describeChoice({ ...openRouter, label: 'openrouter.ai' }, set), 'key saved');
  assert.equal(await describeChoice({ ...openRouter, endpoint: '' }, missing), 'give its address');
  assert.equal(
    await describeChoice({ ...openRouter, provider: 'azure-openai', endpoint: '' }, missing),
    'not set up yet',
  );
  assert.equal(await describeChoice({ ...openRouter, endpoint: 'nonsense' }, missing), 'nonsense is not an address');
});

test('a key is asked for where one is wanted and none is there', async () => {
  const at = (provider: ProviderName, endpoint: string, known: typeof missing) =>
    needsKey({ provider, endpoint }, known);
  assert.equal(await at('mistral', defaults('mistral'), missing), 'required');
  assert.equal(await at('mistral', defaults('mistral'), set), 'no');
  assert.equal(await at('mistral', 'http://localhost:9/v1', missing), 'required');
  assert.equal(await at('openai-compatible', 'https://openrouter.ai/api/v1', missing), 'required');
  assert.equal(await at('openai-compatible', 'https://llm.example/v1', notNeeded), 'optional');
  assert.equal(await at('openai-compatible', 'http://localhost:1234/v1', notNeeded), 'no');
  assert.equal(await at('ollama', defaults('ollama'), notNeeded), 'no');
});
