import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdictOfStatus } from '../../../src/llm/http/status-verdict.ts';

const meanings = [
  [401, 'ERR_INVALID_API_KEY', false],
  [402, 'ERR_INSUFFICIENT_QUOTA', false],
  [403, 'ERR_PERMISSION_DENIED', false],
  [404, 'ERR_MODEL_NOT_FOUND', false],
  [407, 'ERR_NETWORK', false],
  [408, 'ERR_TIMEOUT', true],
  [409, 'ERR_CONFLICT', true],
  [422, 'ERR_INVALID_REQUEST', false],
  [429, 'ERR_RATE_LIMIT', true],
  [500, 'ERR_SERVICE_UNAVAILABLE', true],
  [529, 'ERR_SERVICE_UNAVAILABLE', true],
  [302, 'ERR_BAD_RESPONSE', false],
] as const;

test('a status means the same with every vendor', () => {
  for (const [status, code, retryable] of meanings)
    assert.deepEqual(verdictOfStatus(status, true), { code, retryable }, String(status));
});

test('a 404 that the vendor did not write says nothing about the model', () => {
  assert.deepEqual(verdictOfStatus(404, false), { code: 'ERR_BAD_RESPONSE', retryable: false });
});
