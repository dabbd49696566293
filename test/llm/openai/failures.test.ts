import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureCodes, type FailureCode } from '../../../src/llm/llm-error.ts';
import { failureFromAnswer } from '../../../src/llm/openai/failures.ts';
import { fixture } from './chat/recorded-answers.ts';

const key = 'sk-proj-Zk3vQ9xT7bLm2NwR5cYd8HfJ';
const oddKey = 'corp/gateway+key=0815';

interface Case {
  readonly status?: number;
  readonly body: string | object;
  readonly headers?: Record<string, string>;
  readonly code: FailureCode;
  readonly retry: boolean;
  /** The whole message of facts, where the server's own sentence is expected; otherwise a part. */
  readonly message: string | RegExp;
  readonly vendorCode?: string;
  readonly param?: string;
}

/** The vendor's own shape. */
function openAi(message: string, type: string | null, code: string | null = null, param: string | null = null): object {
  return { error: { message, type, param, code } };
}

const html502 = fixture('gateway-502.html').toString();
const webPage = 'the server answered with a web page instead of JSON';
const noReason = 'the server gave no reason';
const invalid = 'invalid_request_error';

// prettier-ignore
const cases: readonly Case[] = [
  // L1: who you are
  { status: 401, body: openAi(`Incorrect API key provided: sk-proj-****8HfJ. You can find your API key at https://platform.openai.com/account/api-keys.`, invalid, 'invalid_api_key'), code: 'ERR_INVALID_API_KEY', retry: false, message: /^Incorrect API key provided: sk-proj-\*\*\*\*\. You can/, vendorCode: 'invalid_api_key' },
  { status: 401, body: openAi("You didn't provide an API key.", invalid), code: 'ERR_INVALID_API_KEY', retry: false, message: "You didn't provide an API key." },
  { status: 401, body: openAi('You must be a member of an organization to use the API.', invalid), code: 'ERR_INVALID_API_KEY', retry: false, message: /member of an organization/ },
  { status: 401, body: { statusCode: 401, message: 'Access denied due to invalid subscription key or wrong API endpoint.' }, code: 'ERR_INVALID_API_KEY', retry: false, message: /^Access denied/ },
  { status: 401, body: '', code: 'ERR_INVALID_API_KEY', retry: false, message: noReason },
  { status: 401, body: html502, code: 'ERR_INVALID_API_KEY', retry: false, message: webPage },
  { status: 401, body: { detail: 'Not authenticated' }, code: 'ERR_INVALID_API_KEY', retry: false, message: 'Not authenticated' },
  { status: 401, body: openAi('weird', 'server_error'), code: 'ERR_INVALID_API_KEY', retry: false, message: 'weird' },
  // L2: no money
  { status: 429, body: openAi('You exceeded your current quota, please check your plan and billing details.', 'insufficient_quota', 'insufficient_quota'), code: 'ERR_INSUFFICIENT_QUOTA', retry: false, message: /current quota/, vendorCode: 'insufficient_quota' },
  { status: 429, body: openAi('You exceeded your current quota.', 'insufficient_quota', null), code: 'ERR_INSUFFICIENT_QUOTA', retry: false, message: /quota/, vendorCode: 'insufficient_quota' },
  { status: 429, body: openAi('Your prepaid credits are used up.', 'billing_error', 'credit_balance_exhausted'), code: 'ERR_INSUFFICIENT_QUOTA', retry: false, message: /credits/ },
  { status: 429, body: openAi('Your account is not active, please check your billing details.', 'billing_not_active', 'billing_not_active'), code: 'ERR_INSUFFICIENT_QUOTA', retry: false, message: /not active/ },
  { status: 400, body: openAi('Billing hard limit has been reached', invalid, 'billing_hard_limit_reached'), code: 'ERR_INSUFFICIENT_QUOTA', retry: false, message: /hard limit/ },
  { status: 402, body: { error: { message: 'Insufficient credits. Add more to continue.', code: 402 } }, code: 'ERR_INSUFFICIENT_QUOTA', retry: false, message: /Insufficient credits/ },
  // L3: no such model
  { status: 404, body: openAi("The model 'gpt-4' does not exist or you do not have access to it", invalid, 'model_not_found'), code: 'ERR_MODEL_NOT_FOUND', retry: false, message: /gpt-4/, vendorCode: 'model_not_found' },
  { status: 400, body: openAi('unknown model', invalid, 'model_not_found', 'model'), code: 'ERR_MODEL_NOT_FOUND', retry: false, message: 'unknown model', param: 'model' },
  { status: 404, body: { error: { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' } }, code: 'ERR_MODEL_NOT_FOUND', retry: false, message: /deployment/, vendorCode: 'DeploymentNotFound' },
  { status: 404, body: { error: 'model "llama9" not found, try pulling it first' }, code: 'ERR_MODEL_NOT_FOUND', retry: false, message: /llama9/ },
  { status: 404, body: '<html><body>404</body></html>', code: 'ERR_BAD_RESPONSE', retry: false, message: webPage },
  { status: 404, body: '404 page not found\n', code: 'ERR_BAD_RESPONSE', retry: false, message: 'the server answered something that is not JSON' },
  { status: 404, body: '', code: 'ERR_BAD_RESPONSE', retry: false, message: noReason },
  // L4: too fast
  { status: 429, body: openAi('Rate limit reached for requests in organization org-xxx on requests per min (RPM): Limit 3, Used 3, Requested 1', 'requests', 'rate_limit_exceeded'), code: 'ERR_RATE_LIMIT', retry: true, message: /Limit 3, Used 3, Requested 1$/, vendorCode: 'rate_limit_exceeded' },
  { status: 429, body: openAi('Rate limit reached for gpt-4o on tokens per min (TPM)', 'tokens', 'rate_limit_exceeded'), code: 'ERR_RATE_LIMIT', retry: true, message: /TPM/ },
  { status: 429, body: openAi('Slow down', 'requests', 'slow_down'), code: 'ERR_RATE_LIMIT', retry: true, message: 'Slow down' },
  { status: 429, body: openAi('Too many', null), code: 'ERR_RATE_LIMIT', retry: true, message: 'Too many' },
  { status: 429, body: { error: { code: '429', message: 'Requests to the ChatCompletions_Create Operation have exceeded call rate limit.' } }, code: 'ERR_RATE_LIMIT', retry: true, message: /call rate limit/ },
  { status: 429, body: openAi('The engine is currently overloaded', 'server_error'), code: 'ERR_RATE_LIMIT', retry: true, message: /overloaded/ },
  { status: 429, body: '', code: 'ERR_RATE_LIMIT', retry: true, message: noReason },
  { status: 429, body: '<html>Too Many Requests</html>', code: 'ERR_RATE_LIMIT', retry: true, message: webPage },
  // L5: a bad request, and L10: whatever its text says
  { status: 400, body: openAi("'temperature' must be between 0 and 2", invalid, null, 'temperature'), code: 'ERR_INVALID_REQUEST', retry: false, message: /temperature/, param: 'temperature', vendorCode: invalid },
  { status: 400, body: openAi('Prompt holds the text 429 Too Many Requests', invalid), code: 'ERR_INVALID_REQUEST', retry: false, message: /429/ },
  { status: 400, body: openAi('The tool returned 500 Internal Server Error; 503; timeout; rate limit', invalid), code: 'ERR_INVALID_REQUEST', retry: false, message: /500/ },
  { status: 400, body: openAi('insufficient_quota context_length_exceeded content_filter model_not_found', invalid), code: 'ERR_INVALID_REQUEST', retry: false, message: /insufficient_quota/ },
  { status: 400, body: openAi("Unsupported parameter: 'max_tokens'", invalid, 'unsupported_parameter', 'max_tokens'), code: 'ERR_INVALID_REQUEST', retry: false, message: /max_tokens/, vendorCode: 'unsupported_parameter', param: 'max_tokens' },
  { status: 400, body: openAi('x', 'constructor', 'constructor'), code: 'ERR_INVALID_REQUEST', retry: false, message: 'x' },
  { status: 400, body: openAi('x', '__proto__', 'toString'), code: 'ERR_INVALID_REQUEST', retry: false, message: 'x' },
  { status: 400, body: { error: { message: 'bad', code: 429 } }, code: 'ERR_INVALID_REQUEST', retry: false, message: 'bad' },
  { status: 400, body: { error: { message: 'bad', code: '500' } }, code: 'ERR_INVALID_REQUEST', retry: false, message: 'bad' },
  { status: 400, body: { error: { message: { text: 'nested' } } }, code: 'ERR_INVALID_REQUEST', retry: false, message: 'the server gave no reason that could be read' },
  { status: 400, body: { error: [1, 2] }, code: 'ERR_INVALID_REQUEST', retry: false, message: 'the server gave no reason that could be read' },
  { status: 400, body: [{ error: { code: 400, message: 'Please pass a valid API name.', status: 'INVALID_ARGUMENT' } }], code: 'ERR_INVALID_REQUEST', retry: false, message: 'Please pass a valid API name.' },
  { status: 400, body: '"just a string"', code: 'ERR_INVALID_REQUEST', retry: false, message: 'the server answered something that is not JSON' },
  { status: 400, body: 'null', code: 'ERR_INVALID_REQUEST', retry: false, message: 'the server answered something that is not JSON' },
  { status: 413, body: '<html><head><title>413 Request Entity Too Large</title></head></html>', code: 'ERR_INVALID_REQUEST', retry: false, message: webPage },
  { status: 415, body: openAi('Unsupported media type', invalid), code: 'ERR_INVALID_REQUEST', retry: false, message: /media/ },
  { status: 422, body: { detail: [{ loc: ['body', 'messages', 0, 'role'], msg: 'Field required', type: 'missing' }, { loc: ['body', 'model'], msg: 'too short' }] }, code: 'ERR_INVALID_REQUEST', retry: false, message: 'body.messages.0.role: Field required; body.model: too short' },
  { status: 422, body: { object: 'error', message: 'Extra inputs are not permitted', type: 'invalid_request_error', code: null }, code: 'ERR_INVALID_REQUEST', retry: false, message: 'Extra inputs are not permitted' },
  { status: 431, body: '', code: 'ERR_INVALID_REQUEST', retry: false, message: noReason },
  // L6 / D7: not here now
  { status: 500, body: openAi('The server had an error while processing your request.', 'server_error'), code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: /server had an error/ },
  { status: 500, body: { error: 'Internal' }, code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: 'Internal' },
  { status: 500, body: openAi('stale', invalid, 'invalid_api_key'), code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: 'stale' },
  { status: 502, body: html502, code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: webPage },
  { status: 502, body: '', code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: noReason },
  { status: 502, body: openAi('quota in a stale body', 'insufficient_quota', 'insufficient_quota'), code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: /stale/ },
  { status: 503, body: html502, code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: webPage },
  { status: 503, body: '', code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: noReason },
  { status: 503, body: openAi('The engine is currently overloaded, please try again later', 'server_error', 'server_is_overloaded'), code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: /overloaded/ },
  { status: 503, body: openAi('Slow down', 'requests', 'slow_down'), code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: 'Slow down' },
  { status: 503, body: 'upstream connect error or disconnect/reset before headers. reset reason: overflow', code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: 'the server answered something that is not JSON' },
  { status: 504, body: html502, code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: webPage },
  { status: 504, body: '', code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: noReason },
  { status: 520, body: '<!DOCTYPE html><title>Web server is returning an unknown error</title>', code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: webPage },
  { status: 529, body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: 'Overloaded' },
  // L7: too slow
  { status: 408, body: openAi('Request timed out', invalid), code: 'ERR_TIMEOUT', retry: true, message: 'Request timed out' },
  { status: 408, body: '', code: 'ERR_TIMEOUT', retry: true, message: noReason },
  // L8: too long
  { status: 400, body: openAi("This model's maximum context length is 8192 tokens. However, your messages resulted in 10000 tokens.", invalid, 'context_length_exceeded', 'messages'), code: 'ERR_CONTEXT_LENGTH_EXCEEDED', retry: false, message: /8192 tokens.*10000 tokens/, param: 'messages' },
  // L9: not allowed
  { status: 400, body: openAi('Your request was rejected as a result of our safety system', invalid, 'content_policy_violation'), code: 'ERR_CONTENT_FILTER', retry: false, message: /safety system/ },
  { status: 400, body: { error: { message: 'The response was filtered', code: 'content_filter', innererror: { code: 'ResponsibleAIPolicyViolation' } } }, code: 'ERR_CONTENT_FILTER', retry: false, message: 'The response was filtered' },
  { status: 400, body: openAi('Invalid prompt: your prompt was flagged', invalid, 'invalid_prompt'), code: 'ERR_CONTENT_FILTER', retry: false, message: /flagged/ },
  // L12: the others
  { status: 403, body: openAi('Country, region, or territory not supported', 'request_forbidden', 'unsupported_country_region_territory'), code: 'ERR_PERMISSION_DENIED', retry: false, message: /Country/ },
  { status: 403, body: openAi('Project does not have access to model', invalid, 'model_not_found'), code: 'ERR_MODEL_NOT_FOUND', retry: false, message: /access to model/ },
  { status: 403, body: '<html>Blocked by policy</html>', code: 'ERR_PERMISSION_DENIED', retry: false, message: webPage },
  { status: 407, body: '<html>Proxy Authentication Required</html>', code: 'ERR_NETWORK', retry: false, message: webPage },
  { status: 409, body: openAi('Another request is modifying this resource', 'conflict'), code: 'ERR_CONFLICT', retry: true, message: /Another request/ },
  { status: 302, body: '', headers: { location: 'https://sso.example/login' }, code: 'ERR_BAD_RESPONSE', retry: false, message: noReason },
  { status: 204, body: '', code: 'ERR_BAD_RESPONSE', retry: false, message: noReason },
  { status: 400, body: { success: false, errors: [{ code: 10000, message: 'Authentication error' }] }, code: 'ERR_INVALID_REQUEST', retry: false, message: 'Authentication error' },
  // inside a stream there is no status
  { body: openAi('The server had an error', 'server_error'), code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: /server/ },
  { body: { error: 'disconnected' }, code: 'ERR_SERVICE_UNAVAILABLE', retry: true, message: 'disconnected' },
  { body: openAi('Rate limit reached', 'tokens', null), code: 'ERR_RATE_LIMIT', retry: true, message: 'Rate limit reached' },
  { body: openAi('Bad', invalid), code: 'ERR_INVALID_REQUEST', retry: false, message: 'Bad' },
  { body: { error: { message: 'Too many', code: 429 } }, code: 'ERR_RATE_LIMIT', retry: true, message: 'Too many' },
  { body: { error: { message: 'Key gone', code: 401 } }, code: 'ERR_INVALID_API_KEY', retry: false, message: 'Key gone' },
];

test('the figures of a limit are kept: limit, used, asked for', () => {
  const figures = (status: number, code: string, message: string): unknown =>
    failureFromAnswer(
      { status, body: JSON.stringify(openAi(message, 'tokens', code)), headers: {} },
      { vendor: 'OpenAI', model: 'gpt-4o', secrets: [], now: 0 },
    ).facts.figures;
  const rate = 'Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): ';
  assert.deepEqual(
    figures(429, 'rate_limit_exceeded', `${rate}Limit 30,000, Used 29500, Requested 1200. Please try again in 1.4s.`),
    {
      limit: 30000,
      used: 29500,
      requested: 1200,
    },
  );
  assert.deepEqual(figures(429, 'rate_limit_exceeded', 'Request too large for gpt-4o: Limit 30000, Requested 41234.'), {
    limit: 30000,
    requested: 41234,
  });
  const context = "This model's maximum context length is 8192 tokens. However, ";
  for (const rest of [
    'your messages resulted in 10000 tokens.',
    'you requested 10000 tokens (9000 in the messages, 1000 in the completion).',
  ])
    assert.deepEqual(figures(400, 'context_length_exceeded', context + rest), { limit: 8192, requested: 10000 });
  assert.equal(figures(429, 'rate_limit_exceeded', 'Slow down.'), undefined);
  // The same words under another failure are no figures of ours.
  assert.equal(figures(400, 'invalid_value', 'Limit 5, Used 4, Requested 3'), undefined);
});

test('there are at least sixty cases', () => assert.ok(cases.length >= 60, String(cases.length)));

for (const [at, { status, body, headers = {}, code, retry, message, vendorCode, param }] of cases.entries()) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  test(`${at + 1}. ${status ?? 'in a stream'} ${text.slice(0, 90)} is ${code}`, () => {
    const context = { vendor: 'OpenAI', model: 'gpt-4o', secrets: [key], now: 0 };
    const error = failureFromAnswer({ body: text, headers, ...(status !== undefined && { status }) }, context);
    assert.equal(error.code, code);
    assert.equal(error.retryable, retry);
    assert.equal(error.grpcStatus, failureCodes[code]);
    if (typeof message === 'string') assert.equal(error.facts.message, message);
    else assert.match(error.facts.message, message);
    assert.equal(error.facts.status, status);
    if (vendorCode) assert.equal(error.facts.vendorCode, vendorCode);
    if (param) assert.equal(error.facts.param, param);
    assert.ok(!error.facts.notSent);
  });
}

test('the text is "OpenAI API error (<status>): <message>" with code and request id', () => {
  const error = failureFromAnswer(
    {
      status: 404,
      body: JSON.stringify(openAi("The model 'gpt-4' does not exist", invalid, 'model_not_found')),
      headers: { 'x-request-id': 'req_8f2a' },
    },
    { vendor: 'OpenAI', model: 'gpt-4', secrets: [], now: 0 },
  );
  assert.equal(
    error.message,
    "OpenAI API error (404): The model 'gpt-4' does not exist (model_not_found, request req_8f2a)",
  );
});

test('what the server asks to wait is kept: milliseconds before seconds before a date', () => {
  const now = Date.UTC(2026, 10, 22, 12, 0, 0);
  const wait = (headers: Record<string, string>): number | undefined =>
    failureFromAnswer({ status: 429, body: '', headers }, { vendor: 'OpenAI', model: 'm', secrets: [], now }).facts
      .retryAfterMs;
  assert.equal(wait({ 'retry-after-ms': '1250', 'retry-after': '9' }), 1250);
  assert.equal(wait({ 'retry-after': '20' }), 20_000);
  assert.equal(wait({ 'retry-after': 'Sun, 22 Nov 2026 12:00:30 GMT' }), 30_000);
  assert.equal(wait({ 'retry-after': 'Sun, 22 Nov 2026 11:00:00 GMT' }), 0);
  assert.equal(wait({ 'retry-after': 'soon' }), undefined);
  assert.equal(wait({}), undefined);
});

for (const secret of [key, oddKey]) {
  test(`a key that the server echoes is nowhere in the error: ${secret.slice(0, 8)}…`, () => {
    const echoed = `Incorrect API key provided: ${secret} at https://gateway.example/v1?api-key=${encodeURIComponent(secret)}, header Authorization: Bearer ${secret}`;
    const error = failureFromAnswer(
      {
        status: 401,
        body: JSON.stringify({
          error: { message: echoed, type: `type ${secret}`, code: `code-${secret}`, param: secret },
        }),
        headers: { 'x-request-id': `req-${secret}` },
      },
      { vendor: 'OpenAI', model: 'gpt-4o', secrets: [secret], now: 0 },
    );
    const everything = `${error.message} ${JSON.stringify(error.facts)} ${error.stack} ${String(error.cause)}`;
    assert.ok(!everything.includes(secret));
    assert.ok(!everything.includes(encodeURIComponent(secret)));
    assert.ok(!everything.includes(secret.slice(6)));
    assert.match(error.facts.message, /^Incorrect API key provided: /);
  });

  test(`a key across the place where a long message is cut does not survive in half: ${secret.slice(0, 8)}…`, () => {
    for (let before = 2000 - secret.length; before <= 2000; before++) {
      const { message } = failureFromAnswer(
        {
          status: 400,
          body: JSON.stringify({ error: { message: `${'a '.repeat(before / 2)}${secret} tail` } }),
          headers: {},
        },
        { vendor: 'OpenAI', model: 'gpt-4o', secrets: [secret], now: 0 },
      ).facts;
      assert.ok(!message.includes(secret.slice(0, 12)), message.slice(-40));
      assert.ok(message.length <= 2001);
    }
  });
}
