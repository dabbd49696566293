import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseOf, endpointFromHost, isCloudModel } from '../../../src/llm/ollama/address.ts';

test('OLLAMA_HOST is read as Ollama reads it, and where it listens everywhere, this machine is asked', () => {
  const forms: readonly (readonly [string | undefined, string | undefined])[] = [
    [undefined, undefined],
    ['', undefined],
    ['  ', undefined],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:11434', 'http://127.0.0.1:11434'],
    ['0.0.0.0:8080', 'http://127.0.0.1:8080'],
    [':11435', 'http://127.0.0.1:11435'],
    ['[::]:11434', 'http://127.0.0.1:11434'],
    ['[::1]', 'http://[::1]:11434'],
    ['127.0.0.1', 'http://127.0.0.1:11434'],
    ['localhost:1234/', 'http://localhost:1234'],
    ['"127.0.0.1:11434"', 'http://127.0.0.1:11434'],
    ['http://0.0.0.0:11434', 'http://127.0.0.1:11434'],
    // With a scheme the port is the scheme's own.
    ['http://example.org', 'http://example.org'],
    ['https://ollama.example.org', 'https://ollama.example.org'],
    ['https://ollama.example.org:8443/', 'https://ollama.example.org:8443'],
    ['example.org:80', 'http://example.org'],
    ['not a host', undefined],
    ['host:port', undefined],
  ];
  for (const [text, endpoint] of forms) assert.equal(endpointFromHost(text), endpoint, String(text));
});

test('any part of the API may be pasted as the endpoint', () => {
  for (const pasted of ['', '/', '/api', '/api/', '/api/chat', '/api/tags', '/v1', '/v1/', '/v1/chat/completions'])
    assert.equal(baseOf(`http://localhost:11434${pasted}`).href, 'http://localhost:11434/', pasted);
  assert.equal(baseOf('https://gateway.example.org/ollama/api').href, 'https://gateway.example.org/ollama');
});

test('a cloud model is told by the end of its name', () => {
  assert.deepEqual(
    ['gpt-oss:120b-cloud', 'kimi-k2:cloud', 'gpt-oss:20b', 'cloud', 'cloud-model:8b'].map(isCloudModel),
    [true, true, false, false, false],
  );
});
