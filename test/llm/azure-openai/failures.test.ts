import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { azureFailure, azureRemedies } from '../../../src/llm/azure-openai/failures.ts';
import type { FailureCode } from '../../../src/llm/llm-error.ts';
import { explainFailure } from '../../../src/host/explain-failure.ts';
import { azure, provider, refused } from './served-azure.ts';

type Body = string | Readonly<Record<string, unknown>>;

const gateway = (code: string, message = 'No.'): Body => ({ error: { code, message } });
const filter = (categories: object, code = 'content_filter'): Body => ({
  error: {
    message: 'The response was filtered.',
    type: null,
    param: 'prompt',
    code,
    status: 400,
    innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: categories },
  },
});

interface Answered {
  readonly status: number;
  readonly body: Body;
  readonly headers?: Readonly<Record<string, string>>;
  readonly code: FailureCode;
  readonly retryable: boolean;
  readonly vendorCode?: string;
  readonly retryAfterMs?: number;
  readonly says?: RegExp;
  /** Part of what is advised. */
  readonly advice?: RegExp;
}

/** Bodies as people got them: the sources are in failures.ts. */
const answers: readonly Answered[] = [
  {
    status: 404,
    body: gateway('DeploymentNotFound', 'The API deployment for this resource does not exist.'),
    code: 'ERR_MODEL_NOT_FOUND',
    retryable: false,
    vendorCode: 'DeploymentNotFound',
    advice: /five minutes/,
  },
  {
    status: 404,
    body: {
      error: {
        message: 'The model `x` does not exist',
        type: 'invalid_request_error',
        param: null,
        code: 'model_not_found',
      },
    },
    code: 'ERR_MODEL_NOT_FOUND',
    retryable: false,
    vendorCode: 'model_not_found',
  },
  {
    status: 404,
    body: gateway('404', 'Resource not found'),
    code: 'ERR_INVALID_REQUEST',
    retryable: false,
    advice: /apiVersion/,
  },
  {
    status: 401,
    body: gateway('401', 'Access denied due to invalid subscription key'),
    code: 'ERR_INVALID_API_KEY',
    retryable: false,
    advice: /same resource/,
  },
  {
    status: 401,
    body: gateway('Unauthorized', 'Access token is missing'),
    code: 'ERR_INVALID_API_KEY',
    retryable: false,
    vendorCode: 'Unauthorized',
  },
  {
    status: 401,
    body: gateway('PermissionDenied', 'The principal lacks the required data action'),
    code: 'ERR_INVALID_API_KEY',
    retryable: false,
    vendorCode: 'PermissionDenied',
    advice: /Cognitive Services OpenAI User/,
  },
  {
    status: 401,
    body: { statusCode: 401, message: 'Unauthorized. Access token is missing.' },
    code: 'ERR_INVALID_API_KEY',
    retryable: false,
    says: /Access token/,
  },
  {
    status: 403,
    body: gateway('403', 'Access denied due to Virtual Network/Firewall rules.'),
    code: 'ERR_PERMISSION_DENIED',
    retryable: false,
    advice: /VPN/,
  },
  {
    status: 403,
    body: gateway('403', 'Public access is disabled. Please configure private endpoint.'),
    code: 'ERR_PERMISSION_DENIED',
    retryable: false,
    advice: /private endpoint/,
  },
  {
    status: 403,
    body: gateway('AuthenticationTypeDisabled', 'Key based authentication is disabled for this resource.'),
    code: 'ERR_PERMISSION_DENIED',
    retryable: false,
    vendorCode: 'AuthenticationTypeDisabled',
    advice: /"entra"/,
  },
  {
    status: 429,
    body: gateway('429', 'Please retry after 7 seconds.'),
    headers: { 'retry-after': '7' },
    code: 'ERR_RATE_LIMIT',
    retryable: true,
    retryAfterMs: 7000,
    advice: /tokens per minute/,
  },
  {
    status: 429,
    body: gateway('429'),
    headers: { 'retry-after': '7', 'retry-after-ms': '6250' },
    code: 'ERR_RATE_LIMIT',
    retryable: true,
    retryAfterMs: 6250,
  },
  {
    status: 429,
    body: gateway('RateLimitReached'),
    code: 'ERR_RATE_LIMIT',
    retryable: true,
    vendorCode: 'RateLimitReached',
  },
  {
    status: 400,
    body: gateway('BadRequest', 'api-version query parameter is not allowed when using /v1 path'),
    code: 'ERR_INVALID_REQUEST',
    retryable: false,
    vendorCode: 'BadRequest',
    advice: /apiVersion/,
  },
  {
    status: 400,
    body: {
      error: {
        message: 'Unrecognized request argument supplied: x',
        type: 'invalid_request_error',
        param: null,
        code: null,
      },
    },
    code: 'ERR_INVALID_REQUEST',
    retryable: false,
    vendorCode: 'invalid_request_error',
  },
  {
    status: 400,
    body: filter({
      hate: { filtered: false, severity: 'safe' },
      violence: { filtered: true, severity: 'medium' },
      jailbreak: { filtered: true, detected: true },
    }),
    code: 'ERR_CONTENT_FILTER',
    retryable: false,
    vendorCode: 'content_filter',
    says: /Filtered for: violence \(medium\), jailbreak\./,
    advice: /thresholds/,
  },
  {
    status: 400,
    body: filter({ self_harm: { filtered: true, severity: 'high' } }, 'something_new'),
    code: 'ERR_CONTENT_FILTER',
    retryable: false,
    vendorCode: 'something_new',
    says: /self harm \(high\)/,
  },
  {
    status: 400,
    body: filter({ '<b>x</b>': { filtered: true }, violence: 'yes', hate: null }),
    code: 'ERR_CONTENT_FILTER',
    retryable: false,
    vendorCode: 'content_filter',
    says: /^The response was filtered\.$/,
  },
  {
    status: 408,
    body: gateway('Timeout', 'The operation was timeout.'),
    code: 'ERR_TIMEOUT',
    retryable: true,
    vendorCode: 'Timeout',
  },
  {
    status: 500,
    body: gateway('InternalServerError'),
    code: 'ERR_SERVICE_UNAVAILABLE',
    retryable: true,
    vendorCode: 'InternalServerError',
  },
  { status: 503, body: gateway('503'), code: 'ERR_SERVICE_UNAVAILABLE', retryable: true },
  { status: 502, body: '<html>Bad gateway</html>', code: 'ERR_SERVICE_UNAVAILABLE', retryable: true },
];

describe('an error answer of Azure', () => {
  for (const { status, body, headers, code, retryable, vendorCode, retryAfterMs, says, advice } of answers)
    test(`${status} ${JSON.stringify(body).slice(0, 90)} is ${code}`, async () => {
      await azure.control.script({ kind: 'raw', status, body, ...(headers && { faults: { headers } }) });
      const error = await refused();
      assert.equal(error.code, code);
      const { facts } = error;
      assert.deepEqual(
        [facts.retryable, facts.status, facts.vendorCode, facts.retryAfterMs],
        [retryable, status, vendorCode, retryAfterMs],
      );
      assert.equal(facts.vendor, 'Azure OpenAI');
      if (says) assert.match(facts.message, says);
      const { resolutions } = explainFailure(
        {
          code,
          message: facts.message,
          retryable,
          status,
          provider: 'azure-openai',
          ...(vendorCode && { vendorCode }),
        },
        'en',
      );
      if (advice) assert.match(resolutions.join('\n'), advice);
    });

  test('by status and code, never by its words', async () => {
    for (const message of [
      'DeploymentNotFound',
      'content_filter ResponsibleAIPolicyViolation',
      'AuthenticationTypeDisabled',
    ]) {
      await azure.control.script({ kind: 'raw', status: 400, body: gateway('BadRequest', message) });
      assert.equal((await refused()).code, 'ERR_INVALID_REQUEST', message);
    }
  });

  test('holds no key, though it may repeat it', async () => {
    const apiKey = 'ffffeeeeddddccccbbbbaaaa99998888';
    await azure.control.script({ kind: 'raw', status: 401, body: gateway('401', `Access denied for ${apiKey}`) });
    const error = await refused({ apiKey });
    assert.ok(!JSON.stringify({ ...error.facts, shown: error.message }).includes(apiKey));
  });
});

describe('the server itself', () => {
  test('knows its deployments and no other', async () => {
    assert.equal((await refused({ model: 'gpt-4.1' })).facts.vendorCode, 'DeploymentNotFound');
    assert.equal(
      (await refused({ model: 'gpt-4.1', apiVersion: '2024-10-21' })).facts.vendorCode,
      'DeploymentNotFound',
    );
  });

  test('refuses a key of another form, and every key where keys are turned off', async () => {
    assert.equal((await refused({ apiKey: 'sk-proj-0123456789abcdefghij' })).code, 'ERR_INVALID_API_KEY');
    await azure.control.configure({ keyAuth: false });
    assert.equal((await refused()).facts.vendorCode, 'AuthenticationTypeDisabled');
  });

  test('a limit that is reached says when to come back, and the answer is that of Azure', async () => {
    await azure.control.configure({ limits: { requestsPerMinute: 1, tokensPerMinute: 100_000, refusedCount: false } });
    await provider().chat({ messages: [{ role: 'user', content: 'One' }] });
    const { facts } = await refused();
    assert.equal(facts.code, 'ERR_RATE_LIMIT');
    assert.ok((facts.retryAfterMs ?? 0) > 50_000, String(facts.retryAfterMs));
    assert.match(facts.message, /call rate limit/);
  });
});

test('an error inside a stream that had begun is understood too', () => {
  const context = { vendor: 'Azure OpenAI', model: 'm', secrets: [], now: 0 };
  const failure = azureFailure(
    { headers: {}, body: JSON.stringify({ error: { code: 'content_filter', message: 'No.' } }) },
    context,
  );
  assert.equal(failure.code, 'ERR_CONTENT_FILTER');
});

test('what Azure advises names what it is about', () => {
  for (const code of [
    'ERR_MODEL_NOT_FOUND',
    'ERR_INVALID_API_KEY',
    'ERR_PERMISSION_DENIED',
    'ERR_RATE_LIMIT',
    'ERR_CONTENT_FILTER',
  ] as const)
    assert.ok(azureRemedies({ code }).length > 0, code);
  for (const code of ['ERR_TIMEOUT', 'ERR_NETWORK', 'ERR_INVALID_REQUEST'] as const)
    assert.deepEqual(azureRemedies({ code }), [], code);
});
