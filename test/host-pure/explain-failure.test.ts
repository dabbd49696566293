import assert from 'node:assert/strict';
import { test } from 'node:test';

import { explainFailure } from '../../src/host/explain-failure.ts';
import { type FailureCode, failureCodes } from '../../src/llm/llm-error.ts';
import { actionIds } from '../../src/protocol/chat-view-state.ts';

const codes = Object.keys(failureCodes) as FailureCode[];
const explain = (code: FailureCode, more: { retryAfterMs?: number; retryable?: boolean } = {}) =>
  explainFailure({ code, message: `The server said no to ${code}.`, retryable: false, ...more });

test('every failure has a title, something to do, at most one foremost button, and details to copy', () => {
  assert.ok(codes.length > 10);
  for (const code of codes) {
    const { code: told, title, detail, resolutions, actions } = explain(code);
    assert.equal(told, code);
    assert.ok(title.length > 5, code);
    assert.ok(resolutions.length >= 1 && resolutions.every(step => step.length > 5), code);
    assert.equal(actions.filter(({ primary }) => primary).length, 1, code);
    assert.equal(new Set(actions.map(({ id }) => id)).size, actions.length, code);
    assert.ok(
      actions.every(({ id, label }) => actionIds.includes(id) && label.length > 0),
      code,
    );
    assert.equal(actions.at(-1)?.id, 'copy-report', code);
    assert.ok(detail === undefined || detail !== title, code);
    assert.match(`${title} ${detail}`, /The server said no/, code);
  }
});

test('the foremost button is what mends the failure', () => {
  const table: [FailureCode, string][] = [
    ['ERR_KEY_REQUIRED', 'set-key'],
    ['ERR_INVALID_API_KEY', 'set-key'],
    ['ERR_PERMISSION_DENIED', 'switch-model'],
    ['ERR_INSUFFICIENT_QUOTA', 'open-billing'],
    ['ERR_RATE_LIMIT', 'try-again'],
    ['ERR_MODEL_NOT_FOUND', 'switch-model'],
    ['ERR_CONTEXT_LENGTH_EXCEEDED', 'new-chat'],
    ['ERR_SERVICE_UNAVAILABLE', 'try-again'],
    ['ERR_NETWORK', 'try-again'],
    ['ERR_TIMEOUT', 'try-again'],
    ['ERR_BUDGET_EXCEEDED', 'open-settings'],
  ];
  for (const [code, action] of table) assert.equal(explain(code).actions.find(({ primary }) => primary)?.id, action);
});

test("a missing key is told in the reference's words, with its six steps", () => {
  const { title, resolutions } = explainFailure({
    code: 'ERR_KEY_REQUIRED',
    message: 'API key is required',
    retryable: false,
  });
  assert.equal(title, 'API key is required');
  assert.equal(resolutions.length, 6);
});

test('how long the server asks to wait is told, rounded up to whole seconds', () => {
  for (const code of ['ERR_RATE_LIMIT', 'ERR_SERVICE_UNAVAILABLE'] as const) {
    assert.match(explain(code, { retryAfterMs: 19_001, retryable: true }).resolutions[0]!, /\b20 s\b/);
    assert.doesNotMatch(explain(code, { retryable: true }).resolutions.join(), /\d s\b/);
  }
});

test('no text contains a key, even where a failure was recorded with one', () => {
  const key = 'sk-proj-abcdefghijklmnop';
  for (const code of codes) {
    const view = JSON.stringify(explainFailure({ code, message: `bad key ${key}`, retryable: false }));
    assert.ok(!view.includes('abcdefgh'), code);
  }
});
