import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import type { Address } from '../../../src/llm/http/address.ts';
import { proxyFor, type ProxyWishes } from '../../../src/llm/http/proxy-choice.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';

function addressOf(text: string): Address {
  const { protocol, hostname, port } = new URL(text);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = protocol === 'https:';
  return { host, port: Number(port) || (secure ? 443 : 80), secure, isName: isIP(host) === 0 };
}

const chosen = (url: string, wishes: Partial<ProxyWishes>): string =>
  proxyFor(addressOf(url), { environment: {}, ...wishes })?.url.host ?? 'direct';

const env = (environment: ProxyWishes['environment']): Partial<ProxyWishes> => ({ environment });

const order: readonly [what: string, url: string, wishes: Partial<ProxyWishes>, proxy: string][] = [
  ['nothing is said', 'https://api.test', {}, 'direct'],
  ['the setting', 'https://api.test', { proxy: 'http://a:1' }, 'a:1'],
  ['the setting, for http', 'http://api.test', { proxy: 'http://a:1' }, 'a:1'],
  ['a proxy over TLS', 'https://api.test', { proxy: 'https://a:1' }, 'a:1'],
  ['the environment', 'https://api.test', env({ HTTPS_PROXY: 'http://b:2' }), 'b:2'],
  ['in lower case', 'https://api.test', env({ https_proxy: 'http://b:2' }), 'b:2'],
  ['lower case first', 'https://api.test', env({ https_proxy: 'http://b:2', HTTPS_PROXY: 'http://c:3' }), 'b:2'],
  ['an empty one is none', 'https://api.test', env({ https_proxy: ' ', HTTPS_PROXY: 'http://c:3' }), 'c:3'],
  ['each scheme has its own', 'http://api.test', env({ HTTPS_PROXY: 'http://b:2' }), 'direct'],
  ['and the other way round', 'https://api.test', env({ HTTP_PROXY: 'http://b:2' }), 'direct'],
  ['http', 'http://api.test', env({ HTTP_PROXY: 'http://b:2' }), 'b:2'],
  ['the setting before the environment', 'https://api.test', { proxy: 'http://a:1', ...env({ HTTPS_PROXY: 'http://b:2' }) }, 'a:1'],
  ['an empty setting is none', 'https://api.test', { proxy: ' ', ...env({ HTTPS_PROXY: 'http://b:2' }) }, 'b:2'],
  ['without a scheme', 'https://api.test', env({ HTTPS_PROXY: 'proxy.corp:3128' }), 'proxy.corp:3128'],
  ['a proxy by its IPv6', 'https://api.test', env({ HTTPS_PROXY: '[2001:db8::1]:3128' }), '[2001:db8::1]:3128'],
  ['support "off"', 'https://api.test', { support: 'off', proxy: 'http://a:1', ...env({ HTTPS_PROXY: 'http://b:2' }) }, 'direct'],
  ['support "override"', 'https://api.test', { support: 'override', proxy: 'http://a:1' }, 'a:1'],
  ['localhost', 'http://localhost:11434', { proxy: 'http://a:1' }, 'direct'],
  ['127.0.0.0/8', 'https://127.8.9.1', { proxy: 'http://a:1' }, 'direct'],
  ['::1', 'http://[::1]:8080', { proxy: 'http://a:1' }, 'direct'],
  ['a name that only begins so', 'https://localhost.test', { proxy: 'http://a:1' }, 'a:1'],
  ['excepted by the setting', 'https://api.test', { proxy: 'http://a:1', noProxy: ['api.test'] }, 'direct'],
  ['from the environment’s, too', 'https://api.test', { noProxy: ['api.test'], ...env({ HTTPS_PROXY: 'http://b:2' }) }, 'direct'],
  ['excepted by the environment', 'https://api.test', { proxy: 'http://a:1', ...env({ NO_PROXY: 'x.test, api.test' }) }, 'direct'],
  ['in lower case, with spaces', 'https://api.test', { proxy: 'http://a:1', ...env({ no_proxy: ' x.test api.test ' }) }, 'direct'],
]; // prettier-ignore
for (const [what, url, wishes, proxy] of order)
  test(`which proxy: ${what}`, () => assert.equal(chosen(url, wishes), proxy));

const exceptions: readonly [entry: string, url: string, isDirect: boolean][] = [
  ['*', 'https://anything.test', true],
  ['example.com', 'https://example.com', true],
  ['example.com', 'https://api.example.com', true],
  ['example.com', 'https://notexample.com', false],
  ['example.com', 'https://example.com.evil.test', false],
  ['.example.com', 'https://api.example.com', true],
  ['.example.com', 'https://example.com', true],
  ['*.example.com', 'https://a.b.example.com', true],
  ['*.example.com', 'https://notexample.com', false],
  ['EXAMPLE.com', 'https://Api.Example.COM', true],
  ['example.com.', 'https://example.com', true],
  ['example.com', 'https://example.com.', true],
  ['ex*le.com', 'https://example.com', true],
  ['api-*.corp', 'https://api-7.corp', true],
  ['api-*.corp', 'https://www-7.corp', false],
  ['exampleXcom', 'https://example.com', false],
  ['e.ample.com', 'https://example.com', false],
  ['example.com:443', 'https://example.com', true],
  ['example.com:443', 'https://example.com:8443', false],
  ['*:8443', 'https://example.com:8443', true],
  ['10.0.0.7', 'https://10.0.0.7', true],
  ['0.0.7', 'https://10.0.0.7', false],
  ['10.*', 'https://10.1.2.3', true],
  ['10.*', 'https://110.1.2.3', false],
  ['10.0.0.7:443', 'https://10.0.0.7:444', false],
  ['2001:db8::1', 'https://[2001:db8::1]', true],
  ['2001:0DB8:0::1', 'https://[2001:db8::1]', true],
  ['[2001:db8::1]', 'https://[2001:db8::1]', true],
  ['[2001:db8::1]:443', 'https://[2001:db8::1]', true],
  ['[2001:db8::1]:444', 'https://[2001:db8::1]', false],
  ['2001:db8::2', 'https://[2001:db8::1]', false],
  ['', 'https://example.com', false],
  ['.', 'https://example.com', false],
  ['(', 'https://example.com', false],
  ['[', 'https://example.com', false],
  ['https://example.com', 'https://example.com', false],
];
for (const [entry, url, isDirect] of exceptions)
  test(`"${entry}" ${isDirect ? 'covers' : 'does not cover'} ${url}`, () => {
    const expected = isDirect ? 'direct' : 'a:1';
    assert.equal(chosen(url, { proxy: 'http://a:1', noProxy: [entry] }), expected);
    assert.equal(chosen(url, { proxy: 'http://a:1', environment: { NO_PROXY: entry } }), expected);
  });

test('the sign-in of the setting goes with whichever proxy it is', () => {
  const authorization = 'Negotiate abc==';
  for (const wishes of [{ proxy: 'http://a:1' }, env({ HTTPS_PROXY: 'http://b:2' })])
    assert.equal(
      proxyFor(addressOf('https://api.test'), { environment: {}, ...wishes, authorization })?.authorization,
      authorization,
    );
  assert.equal('authorization' in proxyFor(addressOf('https://api.test'), { environment: {}, proxy: 'a:1' })!, false);
});

const wrong: readonly [wishes: Partial<ProxyWishes>, param: string, words: RegExp][] = [
  [{ proxy: 'http://ada:hunter2@' }, 'http.proxy', /"http\.proxy" is not the address of a proxy\. .*http:\/\/proxy\.example:3128/],
  [{ proxy: 'our proxy hunter2' }, 'http.proxy', /is not the address/],
  [{ proxy: 'socks5://ada:hunter2@a:1' }, 'http.proxy', /of the kind "socks5"\. .*http:\/\/ or https:\/\//],
  [env({ HTTPS_PROXY: 'pac+http://hunter2/x.pac' }), 'HTTPS_PROXY', /"HTTPS_PROXY" names a proxy of the kind "pac\+http"/],
  [env({ https_proxy: 'a:hunter2' }), 'https_proxy', /"https_proxy" is not/],
  [{ proxy: 'a:1', authorization: 'hunter2\r\nx: y' }, 'http.proxyAuthorization', /cannot be sent/],
]; // prettier-ignore
for (const [wishes, param, words] of wrong)
  test(`what is wrong is named, and not told: ${JSON.stringify(wishes)}`, () => {
    const error = (() => {
      try {
        chosen('https://api.test', wishes);
      } catch (thrown) {
        return thrown;
      }
      return undefined;
    })();
    assert.ok(error instanceof LlmError);
    assert.equal(error.code, 'ERR_REFUSED_LOCALLY');
    assert.equal(error.facts.notSent, true);
    assert.equal(error.facts.param, param);
    assert.match(error.message, words);
    assert.doesNotMatch(JSON.stringify(error.facts), /hunter2/);
    // What is not asked for is not judged.
    assert.equal(chosen('http://localhost:1234', wishes), 'direct');
  });
