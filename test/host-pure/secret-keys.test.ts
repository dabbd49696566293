import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SecretStorage, SecretStorageChangeEvent } from 'vscode';

import { Emitter } from '../../src/core/event.ts';
import { checkKey, SecretKeys } from '../../src/host/secret-keys.ts';
import { vendorOf } from '../../src/llm/vendors.ts';

const openai = 'https://api.openai.com';
const proxy = 'https://proxy.example';
const key = 'sk-proj-abc';

/** What the editor gives an extension, kept in memory: a port of VS Code's, not code of ours. */
class Secrets implements SecretStorage {
  readonly kept = new Map<string, string>();
  #changed = new Emitter<SecretStorageChangeEvent>();
  readonly onDidChange = this.#changed.event;

  get(name: string): Promise<string | undefined> {
    return Promise.resolve(this.kept.get(name));
  }

  keys(): Promise<string[]> {
    return Promise.resolve([...this.kept.keys()]);
  }

  store(name: string, value: string): Promise<void> {
    this.kept.set(name, value);
    this.#changed.fire({ key: name });
    return Promise.resolve();
  }

  delete(name: string): Promise<void> {
    this.kept.delete(name);
    this.#changed.fire({ key: name });
    return Promise.resolve();
  }
}

function openKeys(source: 'secretStorage' | 'environment' = 'secretStorage', environment = {}) {
  const secrets = new Secrets();
  const keys = new SecretKeys(secrets, () => source, environment);
  return { secrets, keys };
}

test('a key is given to the origin it was saved for and to no other', async () => {
  const { keys } = openKeys();
  await keys.set('openai', openai, key);
  assert.equal(await keys.get('openai', openai), key);
  for (const other of [
    proxy,
    'http://api.openai.com',
    'https://api.openai.com:8443',
    'https://api.openai.com.evil.example',
  ])
    assert.equal(await keys.get('openai', other), undefined, other);
  assert.equal(await keys.get('azure-openai', openai), undefined);
});

test('what is known of a key is told without the key', async () => {
  const { keys } = openKeys();
  assert.deepEqual(await keys.state('openai', openai), { state: 'missing' });
  await keys.set('openai', openai, key);
  assert.deepEqual(await keys.state('openai', openai), { state: 'set', source: 'secretStorage' });
  assert.deepEqual(await keys.state('openai', proxy), { state: 'other-origin', origin: openai });
  await keys.set('openai', proxy, 'sk-other');
  assert.deepEqual(await keys.state('openai', openai), { state: 'other-origin', origin: proxy });
  await keys.clear('openai', [proxy]);
  assert.deepEqual(await keys.state('openai', proxy), { state: 'missing' });
});

test('the environment is a source only where the person chose it, and then the only one', async () => {
  const environment = { OPENAI_API_KEY: ' sk-from-environment\n' };
  const { keys } = openKeys('secretStorage', environment);
  assert.equal(await keys.get('openai', openai), undefined);

  const chosen = openKeys('environment', environment).keys;
  await chosen.set('openai', openai, key);
  assert.equal(await chosen.get('openai', openai), 'sk-from-environment');
  assert.deepEqual(await chosen.state('openai', openai), { state: 'set', source: 'environment' });

  for (const empty of [{}, { OPENAI_API_KEY: '  ' }]) {
    const without = openKeys('environment', empty).keys;
    await without.set('openai', openai, key);
    assert.equal(await without.get('openai', openai), undefined);
    assert.deepEqual(await without.state('openai', openai), { state: 'missing' });
  }
});

test('a key of the environment goes to the host that the environment names, or to the vendor’s own, and to no other', async () => {
  const own = openKeys('environment', { OPENAI_API_KEY: 'sk-env' }).keys;
  assert.equal(await own.get('openai', proxy), undefined);
  assert.deepEqual(await own.state('openai', proxy), { state: 'other-origin', origin: openai });
  const moved = openKeys('environment', { OPENAI_API_KEY: 'sk-env', OPENAI_BASE_URL: `${proxy}/v1/` }).keys;
  assert.equal(await moved.get('openai', proxy), 'sk-env');
  assert.equal(await moved.get('openai', openai), undefined);
  const broken = openKeys('environment', { OPENAI_API_KEY: 'sk-env', OPENAI_BASE_URL: 'nonsense' }).keys;
  assert.deepEqual(await broken.state('openai', openai), { state: 'missing' });
});

test('compatible hosts are many: a key for each, and each key only for its host', async () => {
  const { keys } = openKeys();
  await keys.set('openai-compatible', proxy, 'one');
  await keys.set('openai-compatible', 'https://other.example', 'two');
  await keys.set('openai-compatible', proxy, 'three');
  assert.equal(await keys.get('openai-compatible', proxy), 'three');
  assert.equal(await keys.get('openai-compatible', 'https://other.example'), 'two');
  assert.equal(await keys.get('openai-compatible', openai), undefined);
});

test('a compatible host is asked for a key where it is known to want one; a key of another host is nothing amiss', async () => {
  const { keys } = openKeys();
  await keys.set('openai-compatible', proxy, 'one');
  assert.deepEqual(await keys.state('openai-compatible', 'https://openrouter.ai'), { state: 'missing' });
  for (const open of ['http://localhost:1234', 'https://other.example'])
    assert.deepEqual(await keys.state('openai-compatible', open), { state: 'not-needed' });
});

test('a key of the environment goes to the compatible host whose name it bears', async () => {
  const { keys } = openKeys('environment', { OPENROUTER_API_KEY: ' or ', GROQ_API_KEY: 'gq', OPENAI_API_KEY: key });
  assert.equal(await keys.get('openai-compatible', 'https://openrouter.ai'), 'or');
  assert.equal(await keys.get('openai-compatible', 'https://api.groq.com'), 'gq');
  for (const other of [openai, proxy, 'http://localhost:4000', 'https://api.deepseek.com'])
    assert.equal(await keys.get('openai-compatible', other), undefined, other);
});

test('of the keys of several hosts those are forgotten that are named, and no others', async () => {
  const { keys, secrets } = openKeys();
  const hosts = ['https://openrouter.ai', 'https://api.groq.com', 'http://localhost:4000'] as const;
  for (const host of hosts) await keys.set('openai-compatible', host, `key of ${host}`);
  await keys.set('azure-openai', hosts[2], 'of Azure');
  assert.deepEqual((await keys.savedFor('openai-compatible')).sort(), [...hosts].sort());
  await keys.clear('openai-compatible', [hosts[1]]);
  assert.equal(await keys.get('openai-compatible', hosts[1]), undefined);
  assert.equal(await keys.get('openai-compatible', hosts[0]), `key of ${hosts[0]}`);
  await keys.clear('openai-compatible', [hosts[0], hosts[2]]);
  assert.deepEqual([...secrets.kept.keys()], ['pennyloom.key.azure-openai']);
});

test('a key as the first versions saved it is still found', async () => {
  const { keys, secrets } = openKeys();
  secrets.kept.set('pennyloom.key.openai', JSON.stringify({ origin: openai, key }));
  assert.equal(await keys.get('openai', openai), key);
});

test('saving and clearing is told, also where another window did it; secrets of others are not ours', async () => {
  const { keys, secrets } = openKeys();
  let told = 0;
  const listening = keys.onDidChange(() => told++);
  await keys.set('openai', openai, key);
  await keys.clear('openai', [openai]);
  await secrets.store('pennyloom.key.openai', 'by another window');
  assert.equal(told, 3);
  await secrets.store('something.else', 'x');
  assert.equal(told, 3);
  listening.dispose();
  await keys.clear('openai', [openai]);
  assert.equal(told, 3);
});

test('a stored value that is damaged counts as no key', async () => {
  const { keys, secrets } = openKeys();
  for (const damaged of ['', 'sk-proj-abc', 'null', '7', '{"origin":', '{"key":"k"}', '{"origin":1,"key":"k"}', '[]']) {
    secrets.kept.set('pennyloom.key.openai', damaged);
    assert.deepEqual(await keys.state('openai', openai), { state: 'missing' }, damaged);
    assert.equal(await keys.get('openai', openai), undefined, damaged);
  }
});

test('a key is refused, questioned or taken as it is', () => {
  const table: [typed: string, outcome: 'refused' | 'warning' | 'fine'][] = [
    ['', 'refused'],
    [' \n', 'refused'],
    ['sk-proj-Ab_9-x', 'fine'],
    ['sk-Ab9', 'fine'],
    [' sk-proj-Ab9\r\n', 'fine'],
    ['sk-ab cd', 'refused'],
    ['sk-ab\ncd', 'refused'],
    ['sk-größe', 'refused'],
    ['\u200bsk-ab', 'refused'],
    ['company-key-1', 'warning'],
    ['SK-ab', 'warning'],
    ['sk-', 'warning'],
    ['Bearer', 'warning'],
  ];
  for (const [typed, outcome] of table) {
    const { refused, warning } = checkKey(typed, vendorOf('openai').keyForm);
    assert.equal(refused ? 'refused' : warning ? 'warning' : 'fine', outcome, JSON.stringify(typed));
    if (typed.length > 3) assert.ok(!`${refused}${warning}`.includes(typed), 'a key is not repeated');
  }
});
