import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionFailure } from '../../../src/llm/http/connection-failure.ts';
import { HttpError } from '../../../src/llm/http/http1-response.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';

const context = { vendor: 'OpenAI', model: 'gpt-4o', host: 'api.openai.com', midAnswer: false };

function coded(code: string): Error {
  return Object.assign(new Error('x'), { code });
}

const cases: readonly [code: string, retryable: boolean, notSent: boolean, message: RegExp][] = [
  ['ENOTFOUND', true, true, /was not found/],
  ['EAI_AGAIN', true, true, /could not be looked up/],
  ['ECONNREFUSED', true, true, /refused the connection/],
  ['ERR_CONNECT_TIMEOUT', true, true, /did not answer the connection attempt/],
  ['EHOSTUNREACH', true, true, /cannot be reached/],
  ['ENETUNREACH', true, true, /cannot be reached/],
  ['ETIMEDOUT', true, false, /did not answer/],
  ['ECONNRESET', true, false, /closed the connection/],
  ['EPIPE', true, false, /closed the connection/],
  ['ERR_SOCKET_CLOSED', true, false, /closed the connection/],
  ['E_SOMETHING_NEW', true, false, /The connection to api\.openai\.com failed/],
  ['CERT_HAS_EXPIRED', false, true, /not trusted \(CERT_HAS_EXPIRED\)/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', false, true, /not trusted/],
  ['SELF_SIGNED_CERT_IN_CHAIN', false, true, /company proxy/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', false, true, /not trusted/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', false, true, /not trusted/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', false, true, /does not speak TLS/],
  ['EPROTO', false, true, /does not speak TLS/],
  ['ERR_PROXY_REFUSED', false, true, /The proxy refused/],
];
for (const [code, retryable, notSent, message] of cases)
  test(`${code} is a network failure, ${retryable ? '' : 'not '}worth another try, ${notSent ? 'never sent' : 'perhaps sent'}`, () => {
    // Some wrap what happened; happy-eyeballs connections fail with several errors at once.
    const wrapped = new TypeError('fetch failed', { cause: coded(code) });
    const several = new AggregateError([coded(code), coded('ECONNREFUSED')]);
    for (const error of [coded(code), wrapped, several]) {
      const failure = connectionFailure(error, context);
      assert.equal(failure.code, 'ERR_NETWORK');
      assert.equal(failure.grpcStatus, 'UNAVAILABLE');
      assert.equal(failure.retryable, retryable);
      assert.equal(failure.facts.notSent ?? false, notSent);
      assert.equal(failure.facts.vendorCode, code);
      assert.match(failure.facts.message, message);
      assert.equal(failure.cause, error);
    }
  });

test('in the middle of an answer everything was sent, may be tried again, and the answer was cut off', () => {
  for (const [code] of cases) {
    const failure = connectionFailure(coded(code), { ...context, midAnswer: true });
    assert.equal(failure.retryable, true, code);
    assert.equal(failure.facts.notSent, undefined, code);
    assert.match(failure.facts.message, / The answer was cut off\.$/, code);
  }
});

test('a broken protocol is no HTTP, before an answer and in the middle of one', () => {
  const broken = new HttpError('ERR_NOT_HTTP', 'a chunk without its size');
  assert.match(connectionFailure(broken, context).message, /answered something that is not HTTP\. \(ERR_NOT_HTTP\)$/);
  assert.match(
    connectionFailure(broken, { ...context, midAnswer: true }).message,
    /answered something that is not HTTP\. The answer was cut off\./,
  );
});

test('the proxy’s status is shown where it is known', () => {
  const refused = new HttpError('ERR_PROXY_REFUSED', 'the proxy refused (407)');
  assert.match(connectionFailure(refused, context).message, /api\.openai\.com \(407\)\. Check the proxy/);
});

test('what the proxy did is not told of the host, and nothing was sent', () => {
  const told = (code: string): string => {
    const failure = connectionFailure(Object.assign(coded(code), { proxy: 'proxy.test:3128' }), context);
    assert.equal(failure.facts.notSent, true, code);
    return failure.facts.message;
  };
  assert.equal(
    told('ECONNREFUSED'),
    'proxy.test:3128 refused the connection. Nothing is listening there. It is the proxy on the way to api.openai.com: check "http.proxy" or HTTPS_PROXY.',
  );
  for (const code of ['ENOTFOUND', 'ECONNRESET', 'ERR_NOT_HTTP', 'E_NEW'])
    assert.match(told(code), /proxy\.test:3128.*the proxy on the way/, code);
  assert.match(told('SELF_SIGNED_CERT_IN_CHAIN'), /The certificate of proxy\.test:3128 is not trusted/);
  assert.match(
    told('ERR_SSL_WRONG_VERSION_NUMBER'),
    /proxy\.test:3128 does not speak TLS as expected\. Check the proxy's port/,
  );
  assert.match(told('ERR_PROXY_REFUSED'), /refused the connection to api\.openai\.com/);
});

test('what is no error, has no code, or is its own cause is a failure all the same', () => {
  const circular: Error & { cause?: unknown } = new Error('x');
  circular.cause = circular;
  for (const odd of ['text', undefined, null, new Error('no code'), circular, new AggregateError([])]) {
    const failure = connectionFailure(odd, context);
    assert.equal(failure.message, 'The connection to api.openai.com failed.');
    assert.equal(failure.facts.vendorCode, undefined);
  }
});

test('what is already classified stays as it is', () => {
  const classified = new LlmError({ code: 'ERR_TIMEOUT', message: 'x', retryable: true });
  assert.equal(connectionFailure(classified, context), classified);
});
