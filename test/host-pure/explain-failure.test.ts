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
    assert.equal(actions.at(-1)?.id === 'copy-report', code !== 'ERR_BUDGET_EXCEEDED', code);
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
    ['ERR_CONTEXT_LENGTH_EXCEEDED', 'switch-model'],
    ['ERR_SERVICE_UNAVAILABLE', 'try-again'],
    ['ERR_NETWORK', 'try-again'],
    ['ERR_TIMEOUT', 'try-again'],
    ['ERR_BUDGET_EXCEEDED', 'raise-budget'],
  ];
  for (const [code, action] of table) assert.equal(explain(code).actions.find(({ primary }) => primary)?.id, action);
});

test("a missing key is told in the reference's words, with its six steps", () => {
  const { title, resolutions } = explainFailure({
    code: 'ERR_KEY_REQUIRED',
    message: 'API key is required',
    retryable: false,
    provider: 'openai',
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

test("the server's figures are told in the person's digits", () => {
  const figures = { limit: 30000, used: 29500, requested: 1200 };
  const rate = { code: 'ERR_RATE_LIMIT', message: 'no', retryable: true, figures } as const;
  assert.equal(
    explainFailure(rate, 'en').resolutions[0],
    "The provider's figures: limit 30,000, used 29,500, asked for 1,200.",
  );
  const context = {
    ...rate,
    code: 'ERR_CONTEXT_LENGTH_EXCEEDED',
    status: 400,
    figures: { limit: 8192, requested: 10000 },
  } as const;
  assert.match(explainFailure(context, 'de').resolutions[0]!, /limit 8\.192, asked for 10\.000/);
});

test('a model that was shut down is told so, with live ones to ask instead', () => {
  const failure = { code: 'ERR_MODEL_NOT_FOUND', message: 'no', retryable: false, model: 'gpt-4' } as const;
  const { resolutions } = explainFailure({
    ...failure,
    shutdown: '2026-10-23',
    alternatives: ['gpt-5.4', 'gpt-6-luna'],
  });
  assert.deepEqual(resolutions, ['gpt-4 was shut down on 2026-10-23.', 'Live today: gpt-5.4, gpt-6-luna.']);
  assert.match(explainFailure(failure).resolutions[0]!, /typos/);
});

test('a fallback model is offered by name', () => {
  const failure = { code: 'ERR_SERVICE_UNAVAILABLE', message: 'no', retryable: true, fallback: 'gpt-6-luna' } as const;
  assert.ok(
    explainFailure(failure).actions.some(
      ({ id, label }) => id === 'use-fallback' && label === 'Answer with gpt-6-luna',
    ),
  );
  assert.ok(!explain('ERR_SERVICE_UNAVAILABLE').actions.some(({ id }) => id === 'use-fallback'));
});

test('a provider that is left alone for a while can be asked now', () => {
  const failure = { code: 'ERR_SERVICE_UNAVAILABLE', message: 'no', retryable: false, provider: 'openai' } as const;
  const { title, actions, detail } = explainFailure({ ...failure, notSent: true, retryAfterMs: 28_400 });
  assert.equal(title, 'OpenAI failed several times in a row, so it is left alone for 29 s.');
  assert.equal(detail, undefined);
  assert.deepEqual(actions[0], { id: 'ask-now', label: 'Ask Now', primary: true });
  assert.equal(explainFailure({ ...failure, status: 503 }).actions[0]!.id, 'try-again');
});

test('the part of a request that was refused is named', () => {
  const failure = { code: 'ERR_INVALID_REQUEST', message: 'no', retryable: false } as const;
  assert.equal(
    explainFailure({ ...failure, param: 'messages[0].name' }).resolutions[0],
    'The part that was refused: messages[0].name.',
  );
});

test('an image that was refused here is not mended in the settings', () => {
  const failure = { code: 'ERR_REFUSED_LOCALLY', message: 'shot.png is larger than 10 MB.', retryable: false } as const;
  const ids = (param: string) => explainFailure({ ...failure, param }).actions.map(({ id }) => id);
  assert.deepEqual(ids('image'), ['switch-model', 'copy-report']);
  assert.deepEqual(ids('maxTokens'), ['open-settings', 'switch-model', 'try-again', 'copy-report']);
});

test('of a provider with many hosts the one that was asked is named, with its own pages', () => {
  const failure = { code: 'ERR_SERVICE_UNAVAILABLE', message: 'Overloaded.', retryable: true } as const;
  const at = (origin: string) => explainFailure({ ...failure, provider: 'openai-compatible', origin });
  assert.equal(at('https://api.groq.com').title, 'Groq is not available right now.');
  assert.equal(at('http://localhost:9999').title, 'localhost:9999 is not available right now.');
  assert.ok(at('https://openrouter.ai').actions.some(({ id }) => id === 'open-status'));
  assert.ok(!at('http://localhost:9999').actions.some(({ id }) => id === 'open-status'));
  // Kept before the host was part of it.
  assert.match(explainFailure({ ...failure, provider: 'openai-compatible' }).title, /^OpenAI-compatible host is not/);
});

test('what is true of OpenAI only is said of OpenAI only', () => {
  for (const code of codes) {
    const { title, resolutions } = explain(code);
    assert.doesNotMatch(`${title} ${resolutions.join()}`, /openai|sk-proj/i, code);
  }
});

test('an exceeded budget: raise it, wait until it starts anew, or ask a cheaper model', () => {
  const failure = { code: 'ERR_BUDGET_EXCEEDED', message: 'The day budget is used up.', retryable: false } as const;
  const until = new Date(2026, 10, 29).getTime();
  const { title, resolutions, actions } = explainFailure(
    { ...failure, budget: { setting: 'budget.day', until } },
    'en',
  );
  assert.equal(title, failure.message);
  assert.match(resolutions.join(' '), /Raise "budget\.day".* wait until Nov 29, 2026, 12:00\sAM, when it starts anew/);
  assert.deepEqual(
    actions.map(({ label }) => label),
    ['Raise Budget', 'Switch to a Cheaper Model', 'Try Again'],
  );
  const unpriced = explainFailure({ ...failure, budget: { setting: 'budget.day', until, unknown: 'price' } });
  assert.deepEqual(unpriced.actions.map(({ label }) => label).slice(0, 2), ['Switch Model', 'Change Budget']);
  assert.match(unpriced.resolutions.join(' '), /its price in "models"/);
  const blind = explainFailure({ ...failure, budget: { setting: 'budget.day', until, unknown: 'ledger' } });
  assert.deepEqual(blind.actions[0], { id: 'try-again', label: 'Try Again', primary: true });
  assert.match(blind.resolutions.join(' '), /room on the disk/);
});
