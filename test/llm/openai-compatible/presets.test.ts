import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEndpoint } from '../../../src/llm/endpoint.ts';
import { presetAt, presets } from '../../../src/llm/openai-compatible/presets.ts';
import { vendorAt } from '../../../src/llm/vendors.ts';

test('each preset is a host of its own, with a source and a date, and a key only where it leads somewhere', () => {
  assert.equal(new Set(presets.map(({ id }) => id)).size, presets.length);
  assert.equal(new Set(presets.map(({ endpoint }) => parseEndpoint(endpoint).origin)).size, presets.length);
  for (const { label, endpoint, key, pages, local, environmentKey, source, checkedOn } of presets) {
    assert.equal(presetAt(endpoint)?.label, label);
    assert.ok(source.length > 0, label);
    assert.match(checkedOn, /^2026-\d\d-\d\d$/);
    assert.equal(endpoint.startsWith('http://localhost:'), local !== undefined, label);
    assert.equal(key === 'required', local === undefined, label);
    // Who asks for a key says where it comes from, and which variable the host's own tools read.
    if (key === 'required') assert.ok(pages?.keys?.startsWith('https://') && environmentKey, label);
  }
});

test('a host is known by its origin, however its address is written', () => {
  for (const endpoint of ['https://openrouter.ai/api/v1/', 'https://OpenRouter.ai/api/v1/chat/completions'])
    assert.equal(presetAt(endpoint)?.id, 'openrouter');
  for (const endpoint of ['https://openrouter.ai.evil.example/api/v1', 'http://openrouter.ai/api/v1', 'nowhere', ''])
    assert.equal(presetAt(endpoint), undefined, endpoint);
});

test('the vendor at a known host has its name, pages and need of a key; elsewhere nothing is assumed', () => {
  const { label, key, pages } = vendorAt('openai-compatible', 'https://api.groq.com/openai/v1');
  assert.deepEqual([label, key, pages.keys], ['Groq', 'required', 'https://console.groq.com/keys']);
  const other = vendorAt('openai-compatible', 'http://127.0.0.1:9999/v1');
  assert.deepEqual([other.label, other.key, other.pages], ['127.0.0.1:9999', 'optional', {}]);
  for (const nowhere of ['', 'nowhere'])
    assert.equal(vendorAt('openai-compatible', nowhere).label, 'OpenAI-compatible host');
});
