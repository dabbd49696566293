import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redact } from '../../src/core/redact.ts';

const cases: readonly [string, string][] = [
  ['Incorrect API key provided: sk-proj-abcDEF0123456789.', 'Incorrect API key provided: sk-proj-****.'],
  ['key sk-abcdefghij and sk-ant-api03-abc_def-123', 'key sk-**** and sk-ant-****'],
  ['sk-or-v1-0123456789abcdef sk-svcacct-0123456789 sk-admin-0123456789', 'sk-or-**** sk-svcacct-**** sk-admin-****'],
  ['masked by the vendor: sk-proj-********************wxyz', 'masked by the vendor: sk-proj-****'],
  ['Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc-_', 'Authorization: Bearer ****'],
  ['eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwcyJ9.c2lnbmF0dXJl has expired', '**** has expired'],
  ['authorization: bearer 0123456789', 'authorization: bearer ****'],
  ['{"api-key": "0123456789abcdef"}', '{"api-key": "****"}'],
  ['x-api-key: 0123456789abcdef', 'x-api-key: ****'],
  ['https://host/v1?api_key=0123456789&x=1', 'https://host/v1?api_key=****&x=1'],
  ['https://host/v1?api-key=0123456789', 'https://host/v1?api-key=****'],
  ['https://me:secret@host/v1', 'https://****@host/v1'],
  ['http_proxy=http://user:pa55@proxy:8080', 'http_proxy=http://****@proxy:8080'],
];
for (const [text, expected] of cases) test(`${text} → ${expected}`, () => assert.equal(redact(text), expected));

test('ordinary words stay as they are', () => {
  for (const text of [
    'The task-list is risk-free; ask-me',
    'Bearer of news',
    'the api key is required',
    'https://host:8080/path@x',
    'sk-12',
    'Rate limit reached for gpt-4o: Limit 3, Used 3',
  ])
    assert.equal(redact(text), text);
});

test('a secret passed in is taken out whatever its shape, also as it stands in a URL', () => {
  const secret = 'p@ss/word+1 2';
  const text = `a ${secret} b ${encodeURIComponent(secret)} c ${secret}${secret}`;
  assert.equal(redact(text, [secret]), 'a **** b **** c ********');
});

test('a secret with the signs of a regular expression or a replacement is taken literally', () => {
  assert.equal(redact('x a.*b$&c y a.*b$&c', ['a.*b$&c']), 'x **** y ****');
  assert.equal(redact('aXXb$&c', ['a.*b$&c']), 'aXXb$&c');
});

test('what is too short to be a key does not blank out ordinary text', () => {
  assert.equal(redact('an answer', ['an', '']), 'an answer');
});

test('a secret with half a character in it does no harm', () => {
  assert.equal(redact('key \ud800abcdef!', ['\ud800abcdef']), 'key ****!');
});

test('long text without secrets takes little time', () => {
  const text = `${'a-'.repeat(50_000)} ${'sk-'.repeat(30_000)} ${'api_key='.repeat(10_000)} ${'https://a:'.repeat(10_000)}`;
  const started = performance.now();
  redact(text, ['0123456789']);
  assert.ok(performance.now() - started < 1000);
});
