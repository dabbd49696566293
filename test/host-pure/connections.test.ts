import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { Connections, type ConnectionsOptions, type HttpSettings } from '../../src/host/connections.ts';
import { trustedCertificates } from '../../src/host/trusted-certificates.ts';
import { askJson } from '../../src/llm/http/ask-json.ts';
import { askHttp } from '../../src/llm/http/http-call.ts';
import { LlmError } from '../../src/llm/llm-error.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { startRawServer } from '../support/raw-server.ts';
import { selfSigned } from '../support/self-signed.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** The host's own certificate authority is its certificate: nobody knows it, as nobody outside knows a company's. */
const company = selfSigned('api.test');

async function companyHost(test: TestContext) {
  const server = await startRawServer(company);
  server.answer({ headers: { 'content-type': 'text/plain', 'content-length': '5' }, steps: [{ write: 'hello' }] });
  const proxy = await startConnectProxy({ routes: { 'api.test:443': Number(new URL(server.endpoint).port) } });
  test.after(async () => {
    await proxy.close();
    await server.close();
  });
  return { server, proxy };
}

function asking(settings: Partial<HttpSettings>, options: Partial<ConnectionsOptions> = {}) {
  const held = { strict: true, systemCertificates: true, ...settings };
  const reads: string[] = [];
  const connections = new Connections({
    settings: () => held,
    environment: {},
    certificates: which => {
      reads.push(which);
      return which === 'system' ? [company.cert] : [];
    },
    ...options,
  });
  const get = async (url: string) =>
    (await askHttp(connections, { method: 'GET', url: new URL(url), headers: {} }, () => {})).text;
  return { connections, held, reads, get };
}

const untrusted = { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' };
const run = promisify(execFile);
const program = new URL('../support/ask-as-window.ts', import.meta.url).pathname;

test(
  'a private certificate is refused before it is configured and accepted then: really, in a process of its own',
  { timeout: 30_000 },
  async test => {
    const { server, proxy } = await companyHost(test);
    const file = join(await temporaryFolder(test, { 'company.pem': company.cert }), 'company.pem');
    const direct = server.endpoint;
    const proxied = 'https://api.test/';
    const asked = JSON.stringify([
      [direct, {}],
      [direct, { systemCertificates: false }],
      [direct, { strict: false }],
      [proxied, {}],
      [proxied, { strict: false }],
    ]);
    const none = { NODE_EXTRA_CA_CERTS: '', SSL_CERT_FILE: '', SSL_CERT_DIR: '', no_proxy: '', NO_PROXY: '' };
    const env = { ...process.env, ...none, https_proxy: proxy.url.href };
    const told = async (more: NodeJS.ProcessEnv): Promise<string[]> =>
      (await run(process.execPath, [program, asked], { env: { ...env, ...more } })).stdout.trim().split('\n');
    const { code } = untrusted;
    assert.deepEqual(await told({}), [code, code, 'hello', code, 'hello']);
    assert.deepEqual(await told({ NODE_EXTRA_CA_CERTS: file }), ['hello', 'hello', 'hello', 'hello', 'hello']);
    // On Linux the system's store is where OpenSSL looks.
    if (process.platform === 'linux')
      assert.deepEqual(await told({ SSL_CERT_FILE: file }), ['hello', code, 'hello', 'hello', 'hello']);
  },
);

test('a request passes the proxy of the settings, and that of the environment', async test => {
  const { proxy } = await companyHost(test);
  const ways = [
    asking({ proxy: proxy.url.href, authorization: 'Basic eDp5' }),
    asking({}, { environment: { https_proxy: proxy.url.href } }),
  ];
  for (const { get } of ways) assert.equal(await get('https://api.test/v1'), 'hello');
  assert.deepEqual(
    proxy.asked.map(({ authority, headers }) => [authority, headers['proxy-authorization']]),
    [
      ['api.test:443', 'Basic eDp5'],
      ['api.test:443', undefined],
    ],
  );
});

test('this machine and what is excepted are asked directly', async test => {
  const { server, proxy } = await companyHost(test);
  const { get } = asking({ proxy: proxy.url.href });
  assert.equal(await get(server.endpoint), 'hello');
  const excepted = asking({ proxy: proxy.url.href, noProxy: ['.test'] });
  // Nobody knows the name but the proxy.
  await assert.rejects(excepted.get('https://api.test/'), { code: /^(ENOTFOUND|EAI_AGAIN)$/ });
  assert.equal(proxy.asked.length, 0);
});

test('changed settings hold from the next request on, and what was kept is not used again', async test => {
  const { server, proxy } = await companyHost(test);
  const { connections, held, get } = asking({ systemCertificates: false });
  await assert.rejects(get(server.endpoint), untrusted);
  held.systemCertificates = true;
  connections.renew();
  assert.equal(await get(server.endpoint), 'hello');
  held.systemCertificates = false;
  connections.renew();
  await assert.rejects(get(server.endpoint), untrusted);
  held.proxy = proxy.url.href;
  held.strict = false;
  assert.equal(await get('https://api.test/'), 'hello');
});

// Only Linux has all of 127.0.0.0/8.
test(
  'a session that was agreed on without looking is not taken up again when names are looked at',
  { skip: process.platform !== 'linux' },
  async test => {
    const elsewhere = createServer({ ...company, maxVersion: 'TLSv1.2' }, (_, response) => void response.end('hello'));
    await new Promise<void>(resolve => elsewhere.listen(0, '127.0.0.2', resolve));
    test.after(() => elsewhere.close().closeAllConnections());
    const url = `https://127.0.0.2:${(elsewhere.address() as AddressInfo).port}/`;
    const { connections, held, get } = asking({ strict: false });
    assert.equal(await get(url), 'hello');
    held.strict = true;
    connections.renew();
    await assert.rejects(get(url), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  },
);

test('certificates are read once, for the first connection over TLS', async test => {
  const { server } = await companyHost(test);
  const plain = await startRawServer();
  test.after(() => plain.close());
  plain.answer({ headers: { 'content-length': '5' }, steps: [{ write: 'plain' }] });
  const { connections, reads, get } = asking({});
  assert.equal(await get(plain.endpoint), 'plain');
  assert.deepEqual(reads, []);
  for (let nth = 0; nth < 3; nth++) {
    assert.equal(await get(server.endpoint), 'hello');
    connections.renew();
  }
  assert.deepEqual(reads, ['default', 'system']);
});

test('nothing is made of certificates that Node has anyway, however they are broken into lines', () => {
  const wishes = { strict: true, systemCertificates: true };
  const [head, ...body] = company.cert.trim().split('\n');
  const inOneLine = [head, body.slice(0, -1).join(''), body.at(-1)].join('\r\n');
  const trust = (nodes: readonly string[]) =>
    trustedCertificates(
      () => wishes,
      which => (which === 'system' ? [company.cert, company.cert] : nodes),
    )();
  assert.deepEqual(trust([inOneLine]), {});
  assert.deepEqual(Object.keys(trust([])), ['secureContext']);
});

test('a setting that names no proxy is told as it is, whoever asks', async () => {
  const { connections } = asking({ proxy: 'socks5://proxy.test:1080' });
  const request = { method: 'GET', url: new URL('https://api.test/'), headers: {} } as const;
  const asked = askJson({ dispatcher: connections }, request, { vendor: 'OpenAI', timeoutMs: 1000 });
  await assert.rejects(asked, (error: unknown) => {
    assert.ok(error instanceof LlmError);
    assert.equal(error.code, 'ERR_REFUSED_LOCALLY');
    assert.match(error.message, /^"http\.proxy" names a proxy of the kind "socks5"/);
    return true;
  });
});
