import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SecretStorage } from 'vscode';
import { AdminKeys } from '../../src/host/admin-keys.ts';

const origin = 'https://api.openai.com';

/** What the editor gives an extension, kept in memory: a port of VS Code's, not code of ours. */
function secretsIn(kept: Map<string, string>): SecretStorage {
  return {
    get: name => Promise.resolve(kept.get(name)),
    keys: () => Promise.resolve([...kept.keys()]),
    store: (name, value) => Promise.resolve(void kept.set(name, value)),
    delete: name => Promise.resolve(void kept.delete(name)),
    onDidChange: () => ({ dispose() {} }),
  };
}

test('an admin key is kept under a name of its own and given to its own origin only', async () => {
  const kept = new Map([['pennyloom.key.openai', JSON.stringify([{ origin, key: 'sk-proj-abc' }])]]);
  const keys = new AdminKeys(secretsIn(kept));
  assert.equal(await keys.get(origin), undefined, 'an ordinary key is none');
  await keys.set(origin, 'sk-admin-abc');
  assert.equal(await keys.get(origin), 'sk-admin-abc');
  assert.equal(await keys.get('https://proxy.example'), undefined);
  assert.equal(kept.size, 2);
  await keys.clear();
  assert.deepEqual([...kept.keys()], ['pennyloom.key.openai']);
});

test('what is no key of ours is none', async () => {
  for (const text of ['', '{', '[]', 'null', '{"origin":"https://api.openai.com","key":5}']) {
    const keys = new AdminKeys(secretsIn(new Map([['pennyloom.adminKey.openai', text]])));
    assert.equal(await keys.get(origin).catch(() => 'threw'), undefined, text);
  }
});
