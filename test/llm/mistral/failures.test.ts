import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findVendor } from '../../../src/llm/vendors.ts';
import type { FailureCode } from '../../../src/llm/llm-error.ts';
import { mistralFailure } from '../../../src/llm/mistral/failures.ts';
import { mistralHeadroom } from '../../../src/llm/mistral/rate-limit-headers.ts';
import { ParameterMemory } from '../../../src/llm/openai/parameter-memory.ts';

interface Case {
  readonly name: string;
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
  readonly code: FailureCode;
  readonly retry?: true;
  readonly param?: string;
  readonly message?: RegExp;
}

const flat = (message: unknown, type: string, code: string | null): object => ({
  object: 'error',
  message,
  type,
  param: null,
  code,
});
const forbidden = (loc: readonly (string | number)[]): object => ({
  type: 'extra_forbidden',
  loc,
  msg: 'Extra inputs are not permitted',
  input: 1,
});

const cases: readonly Case[] = [
  {
    name: '401 of the gateway',
    status: 401,
    body: { detail: 'Unauthorized' },
    code: 'ERR_INVALID_API_KEY',
    message: /^Unauthorized$/,
  },
  {
    name: '401 with an id',
    status: 401,
    body: { message: 'Unauthorized', request_id: 'abc' },
    code: 'ERR_INVALID_API_KEY',
  },
  { name: '401 without a body', status: 401, body: '', code: 'ERR_INVALID_API_KEY' },
  {
    name: '402',
    status: 402,
    body: flat('Payment required', 'payment_required', null),
    code: 'ERR_INSUFFICIENT_QUOTA',
  },
  {
    name: 'a plan without the model',
    status: 403,
    body: flat('not available in your subscription tier', 'tier_not_allowed', '1910'),
    code: 'ERR_PERMISSION_DENIED',
  },
  {
    name: 'no such model',
    status: 400,
    body: flat('Invalid model: mistral-x', 'invalid_model', '1500'),
    code: 'ERR_MODEL_NOT_FOUND',
  },
  {
    name: 'a conversation that is too long',
    status: 400,
    body: flat(
      'Prompt contains 40046 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
      'invalid_request_invalid_args',
      '3051',
    ),
    code: 'ERR_CONTEXT_LENGTH_EXCEEDED',
  },
  {
    name: 'roles out of order',
    status: 400,
    body: flat("Unexpected role 'user' after role 'tool'", 'invalid_request_message_order', '3230'),
    code: 'ERR_INVALID_REQUEST',
  },
  {
    name: '422 with the list inside the message',
    status: 422,
    body: flat({ detail: [forbidden(['body', 'max_completion_tokens'])] }, 'invalid_request_error', null),
    code: 'ERR_INVALID_REQUEST',
    param: 'max_completion_tokens',
    message: /^body\.max_completion_tokens: Extra inputs/,
  },
  {
    name: '422 with the list alone',
    status: 422,
    body: { detail: [forbidden(['body', 'messages', 3, 'assistant', 'reasoning_content'])] },
    code: 'ERR_INVALID_REQUEST',
    param: 'messages[3].assistant.reasoning_content',
  },
  {
    name: 'too many requests',
    status: 429,
    body: flat('Rate limit exceeded', 'rate_limited', '1300'),
    code: 'ERR_RATE_LIMIT',
    retry: true,
  },
  {
    name: 'a model at its capacity',
    status: 429,
    body: flat('Service tier capacity exceeded for this model.', 'service_tier_capacity_exceeded', '3505'),
    code: 'ERR_SERVICE_UNAVAILABLE',
    retry: true,
  },
  {
    name: 'a plan that allows no request',
    status: 429,
    headers: { 'x-ratelimit-limit-req-minute': '0' },
    body: flat('Rate limit exceeded', 'rate_limited', '1300'),
    code: 'ERR_INSUFFICIENT_QUOTA',
  },
  {
    name: '500',
    status: 500,
    body: flat('Internal server error', 'internal_server_error', '3700'),
    code: 'ERR_SERVICE_UNAVAILABLE',
    retry: true,
  },
  {
    name: '502 as a web page',
    status: 502,
    body: '<html><body>Bad Gateway</body></html>',
    code: 'ERR_SERVICE_UNAVAILABLE',
    retry: true,
    message: /web page/,
  },
];

const context = { vendor: 'Mistral', model: 'mistral-medium-2604', secrets: [], now: 0 };

for (const { name, status, body, headers = {}, code, retry = false, param, message } of cases)
  test(`${name} is ${code}`, () => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const { facts } = mistralFailure({ status, headers, body: text }, context);
    assert.deepEqual([facts.code, facts.retryable, facts.param], [code, retry, param]);
    if (message) assert.match(facts.message, message);
  });

test('the figures of a conversation that is too long are shown', () => {
  const { facts } = mistralFailure({ status: 400, headers: {}, body: JSON.stringify(cases[6]!.body) }, context);
  assert.deepEqual(facts.figures, { requested: 40046, limit: 32768 });
});

test('a field that 422 names is learned like one that 400 names', () => {
  const refusal = { detail: [forbidden(['body', 'parallel_tool_calls'])] };
  const { facts } = mistralFailure({ status: 422, headers: {}, body: JSON.stringify(refusal) }, context);
  const memory = new ParameterMemory();
  const body = { model: 'm', messages: [], parallel_tool_calls: false };
  assert.match(memory.learn('here', facts, body) ?? '', /parallel_tool_calls is left out/);
  assert.ok(!('parallel_tool_calls' in body));
});

test('its limits are read from headers of its own', () => {
  const headers = {
    'x-ratelimit-limit-req-minute': '720',
    'x-ratelimit-remaining-req-minute': '717',
    'x-ratelimit-limit-tokens-minute': '5000000',
    'x-ratelimit-remaining-tokens-minute': '4999911',
    'x-ratelimit-tokens-query-cost': '52',
  };
  assert.deepEqual(mistralHeadroom(headers), {
    requests: { limit: 720, remaining: 717 },
    tokens: { limit: 5_000_000, remaining: 4_999_911 },
  });
  assert.equal(
    mistralHeadroom({ 'x-ratelimit-limit-req-minute': '0', 'x-ratelimit-remaining-req-minute': '0' }),
    undefined,
  );
});

test('a plan without requests is mended by a plan, not by waiting', () => {
  const { remedies } = findVendor('mistral')!;
  assert.match(remedies!({ code: 'ERR_INSUFFICIENT_QUOTA', status: 429 })[0] ?? '', /choose a plan/);
  assert.deepEqual(remedies!({ code: 'ERR_INSUFFICIENT_QUOTA', status: 402 }), []);
});
