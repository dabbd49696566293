import assert from 'node:assert/strict';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { connectThrough, type Proxy } from '../../../src/llm/http/tunnel.ts';
import { DirectAgent } from '../../../src/llm/http/direct-agent.ts';
import { askHttp, type HttpCall, type HttpRequest } from '../../../src/llm/http/http-call.ts';
import { type ConnectProxyOptions, startConnectProxy } from '../../support/connect-proxy.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { selfSigned } from '../../support/self-signed.ts';

const certificate = selfSigned('api.test');
const trust = () => ({ ca: certificate.cert });

interface Place extends ConnectProxyOptions {
  readonly plain?: boolean;
  readonly keepAlive?: boolean;
  readonly userinfo?: string;
  readonly authorization?: string;
}

/** A server, a proxy before it, and an agent that goes through that one. */
async function behindProxy(test: TestContext, { plain, keepAlive, userinfo, authorization, ...options }: Place = {}) {
  const server = await startRawServer(plain ? undefined : certificate);
  const proxy = await startConnectProxy({
    ...options,
    routes: { 'api.test:443': Number(new URL(server.endpoint).port) },
  });
  const url = new URL(userinfo ? `${proxy.url.protocol}//${userinfo}@${proxy.url.host}` : proxy.url);
  const given: Proxy = { url, ...(authorization !== undefined && { authorization }) };
  const agent = new DirectAgent({
    connect: connectThrough(given, trust),
    ...(keepAlive !== undefined && { keepAlive }),
  });
  test.after(async () => {
    agent.close();
    await proxy.close();
    await server.close();
  });
  server.answer({ headers: { 'content-type': 'text/plain', 'content-length': '5' }, steps: [{ write: 'hello' }] });
  const get = (url = `${server.endpoint}/models`) => ask(agent, { method: 'GET', url: new URL(url), headers: {} });
  return { server, proxy, agent, get };
}

const ask = (agent: DirectAgent, request: HttpRequest) => askHttp(agent, request, () => {});

test('a request over TLS passes the proxy, which sees where it goes and none of it', async test => {
  const { server, proxy, agent, get } = await behindProxy(test);
  const url = new URL(`${server.endpoint}/chat`);
  const body = JSON.stringify({ text: 'größer ≥ €'.repeat(9999) });
  const { status, text } = await ask(agent, { method: 'POST', url, headers: { 'x-key': 'secret' }, body });
  assert.deepEqual([status, text], [200, 'hello']);
  assert.equal(server.requests[0]?.body, body);
  assert.deepEqual(proxy.asked, [{ authority: url.host, headers: { host: url.host } }]);
  assert.equal((await get()).text, 'hello');
});

test('a name is looked up by the proxy, and the certificate is judged by it', async test => {
  const { proxy, get } = await behindProxy(test);
  assert.equal((await get('https://api.test/v1/models')).text, 'hello');
  assert.equal(proxy.asked[0]?.authority, 'api.test:443');
});

test('the certificate must be trusted, and be for the host that was asked', async test => {
  const { server, proxy, get } = await behindProxy(test);
  const strangers = new DirectAgent({ connect: connectThrough({ url: proxy.url }) });
  const request = { method: 'GET', url: new URL(server.endpoint), headers: {} } as const;
  await assert.rejects(ask(strangers, request), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  const port = new URL(server.endpoint).port;
  const elsewhere = await startConnectProxy({
    routes: { 'other.test:443': Number(port), '192.0.2.1:443': Number(port) },
  });
  test.after(() => elsewhere.close());
  const agent = new DirectAgent({ connect: connectThrough({ url: elsewhere.url }, trust) });
  for (const url of ['https://other.test/', 'https://192.0.2.1/'])
    await assert.rejects(ask(agent, { ...request, url: new URL(url) }), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  assert.equal((await get()).text, 'hello');
});

test('a request without TLS passes the proxy, too', async test => {
  const { server, proxy, get } = await behindProxy(test, { plain: true });
  assert.equal((await get()).text, 'hello');
  assert.equal((await get()).text, 'hello');
  assert.deepEqual(
    proxy.asked.map(({ authority }) => authority),
    [new URL(server.endpoint).host],
  );
});

test('the proxy itself may be spoken to over TLS', async test => {
  const { proxy, get } = await behindProxy(test, { tls: certificate });
  assert.equal((await get()).text, 'hello');
  assert.equal(proxy.asked.length, 1);
});

for (const plain of [false, true])
  test(`the next request takes the same tunnel${plain ? ' without TLS' : ''}`, async test => {
    const { server, proxy, agent, get } = await behindProxy(test, { plain });
    for (let nth = 0; nth < 3; nth++) assert.equal((await get()).text, 'hello');
    assert.equal(proxy.asked.length, 1);
    assert.equal(server.connections, 1);
    agent.close();
    await Promise.all([proxy.allClosed(), server.allClosed()]);
  });

for (const plain of [false, true])
  test(`much that is read slowly arrives whole, and the other side waits meanwhile${plain ? ', without TLS' : ''}`, async test => {
    const { server, agent } = await behindProxy(test, { plain, keepAlive: false });
    const pieces = Array.from({ length: 400 }, (_, nth) => Buffer.alloc(50_000, nth));
    server.answer({ headers: { 'content-type': 'application/octet-stream' }, steps: pieces.map(write => ({ write })) });
    const came: Buffer[] = [];
    let size = 0;
    let call: HttpCall | undefined;
    await new Promise<void>((resolve, reject) => {
      call = agent.open(
        { method: 'GET', url: new URL(server.endpoint), headers: {} },
        {
          onHead() {},
          onBytes(chunk) {
            came.push(Buffer.from(chunk));
            size += chunk.length;
            if (came.length % 50 !== 1) return;
            call!.pause();
            const before = size;
            setTimeout(() => {
              assert.ok(size - before < 400_000, `${size - before} bytes came while nobody took them`);
              call!.resume();
            }, 15);
          },
          onEnd: resolve,
          onError: reject,
        },
      );
    });
    assert.ok(Buffer.concat(came).equals(Buffer.concat(pieces)));
  });

test('what ends with its connection is read to its end, however late', async test => {
  const text = 'x'.repeat(300_000);
  const host = createTcpServer(socket => {
    socket.on('error', () => {}).once('data', () => socket.end(`HTTP/1.1 200 OK\r\n\r\n${text}`));
  });
  await new Promise<void>(resolve => host.listen(0, '127.0.0.1', resolve));
  const proxy = await startConnectProxy();
  test.after(async () => {
    host.close();
    await proxy.close();
  });
  const agent = new DirectAgent({ connect: connectThrough({ url: proxy.url }) });
  const url = new URL(`http://127.0.0.1:${(host.address() as AddressInfo).port}/`);
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    const call = agent.open(
      { method: 'GET', url, headers: {} },
      {
        onHead: () => {},
        onBytes(chunk) {
          length += chunk.length;
          call.pause();
          setTimeout(() => call.resume(), 20);
        },
        onEnd: resolve,
        onError: reject,
      },
    );
  });
  assert.equal(length, text.length);
});

for (const plain of [false, true])
  test(`stopped in the middle, everything closes${plain ? ' without TLS' : ''}`, async test => {
    const { server, proxy, agent } = await behindProxy(test, { plain });
    server.answer({ steps: [{ write: 'data: 1\n\n' }, { hold() {} }] });
    const reason = new Error('stop');
    const request = { method: 'GET', url: new URL(server.endpoint), headers: {} } as const;
    const told = await new Promise<Error>(resolve => {
      const call = agent.open(request, {
        onHead() {},
        onBytes: () => call.cancel(reason),
        onEnd: () => resolve(new Error('ended')),
        onError: resolve,
      });
    });
    assert.equal(told, reason);
    await Promise.all([proxy.allClosed(), server.allClosed()]);
    assert.equal(agent.busy, 0);
  });

/** Accepts connections and says nothing. */
async function silentProxy(test: TestContext) {
  const silent = createTcpServer(socket => void socket.on('error', () => {}).resume());
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
  test.after(() => void silent.close());
  return { silent, url: new URL(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`) };
}

for (const host of ['https://api.test/', 'http://api.test/'])
  test(`a proxy that says nothing is told as such, and everything closes: ${host}`, async test => {
    const { silent, url } = await silentProxy(test);
    const clock = new FakeClock();
    const agent = new DirectAgent({ connect: connectThrough({ url }), clock });
    const gone = new Promise<void>(resolve => silent.once('connection', socket => socket.on('close', () => resolve())));
    const asked = ask(agent, { method: 'GET', url: new URL(host), headers: {} });
    const rejected = assert.rejects(asked, { code: 'ERR_CONNECT_TIMEOUT', proxy: url.host });
    await new Promise(resolve => silent.once('connection', resolve));
    await clock.advance(10_000);
    await rejected;
    await gone;
    assert.equal(agent.busy, 0);
    assert.equal(clock.pending, 0);
  });

test('a host behind a proxy that says nothing is told as such, and not of the proxy', async test => {
  const { silent } = await silentProxy(test);
  const proxy = await startConnectProxy({
    routes: { 'api.test:443': (silent.address() as AddressInfo).port },
  });
  test.after(() => proxy.close());
  const clock = new FakeClock();
  const agent = new DirectAgent({ connect: connectThrough({ url: proxy.url }), clock });
  const connected = new Promise(resolve => silent.once('connection', socket => socket.once('data', resolve)));
  const asked = ask(agent, { method: 'GET', url: new URL('https://api.test/'), headers: {} });
  const rejected = assert.rejects(asked, (error: Error & { code?: string; proxy?: string }) => {
    assert.deepEqual([error.code, error.proxy], ['ERR_CONNECT_TIMEOUT', undefined]);
    return true;
  });
  // The first words of TLS have come through.
  await connected;
  await clock.advance(10_000);
  await rejected;
});

test('stopped before the proxy has answered, everything closes', async test => {
  const { silent, url } = await silentProxy(test);
  const agent = new DirectAgent({ connect: connectThrough({ url }) });
  const gone = new Promise<void>(resolve => silent.once('connection', socket => socket.on('close', () => resolve())));
  const reason = new Error('stop');
  let call: HttpCall | undefined;
  const asked = askHttp(
    agent,
    { method: 'GET', url: new URL('https://api.test/'), headers: {} },
    begun => (call = begun),
  );
  await new Promise(resolve => silent.once('connection', resolve));
  call!.cancel(reason);
  await assert.rejects(asked, reason);
  await gone;
});

test('name and password arrive as Basic', async test => {
  const { get } = await behindProxy(test, { signIn: 'ada l:p@ss:wörd%', userinfo: 'ada%20l:p%40ss:w%C3%B6rd%' });
  assert.equal((await get()).text, 'hello');
});

test('a sign-in of its own goes before name and password', async test => {
  const { proxy, get } = await behindProxy(test, { userinfo: 'ada:x', authorization: 'Bearer of-the-setting' });
  assert.equal((await get()).text, 'hello');
  assert.equal(proxy.asked[0]?.headers['proxy-authorization'], 'Bearer of-the-setting');
});

for (const [status, says] of [
  [407, undefined],
  [403, ['HTTP/1.1 403 Forbidden\r\ncontent-length: 3\r\n\r\nno!']],
  [502, ['HTTP/1.1 502 Bad ', 'Gateway\r\nconnection: close\r\n\r', '\n']],
] as const)
  test(`a proxy that answers ${status} refuses, and its password is in no error`, async test => {
    const given = { userinfo: 'ada:hunter2', ...(says ? { says } : { signIn: 'ada:other' }) };
    const { server, proxy, get } = await behindProxy(test, given);
    const error = await get().then(
      () => assert.fail('it answered'),
      (failed: Error & { code: string; proxy: string }) => failed,
    );
    assert.equal(error.code, 'ERR_PROXY_REFUSED');
    assert.equal(error.message, `the proxy refused (${status})`);
    assert.equal(error.proxy, proxy.url.host);
    assert.doesNotMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /hunter2|aHVudGVy|YWRhOmh1bnRlcjI/);
    assert.equal(server.requests.length, 0);
    await proxy.allClosed();
  });

test('a proxy that closes without a word refuses', async test => {
  for (const plain of [false, true]) {
    const { get } = await behindProxy(test, { plain, says: [] });
    await assert.rejects(get(), { code: 'ERR_PROXY_REFUSED', message: 'the proxy refused without a word' });
  }
});

test('a proxy that is not there, or is none, is told as such', async test => {
  const free = await startConnectProxy();
  await free.close();
  const request = { method: 'GET', url: new URL('https://api.test/'), headers: {} } as const;
  const agent = new DirectAgent({ connect: connectThrough({ url: free.url }) });
  await assert.rejects(ask(agent, request), { code: 'ECONNREFUSED', proxy: free.url.host });
  const { get } = await behindProxy(test, { says: ['SSH-2.0-OpenSSH_9.6\r\n'] });
  await assert.rejects(get(), { code: 'ERR_NOT_HTTP' });
});

test('a head in pieces, after a 1xx, with fields of a body that a tunnel has not', async test => {
  for (const field of ['content-length: 0', 'transfer-encoding: chunked', 'content-length: 99'])
    for (const plain of [false, true]) {
      const says = ['HTTP/1.1 100 Continue\r\n', '\r\nHTTP/1.1 200 Conn', `ected\r\n${field}\r\n\r`, '\n'];
      const { get } = await behindProxy(test, { plain, says, tunnels: true });
      assert.equal((await get()).text, 'hello');
    }
});

test('what comes in one write with the proxy’s answer is not lost', async test => {
  const host = createTcpServer(
    socket => void socket.on('error', () => {}).write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello'),
  );
  await new Promise<void>(resolve => host.listen(0, '127.0.0.1', resolve));
  const proxy = await startConnectProxy({ headWithBytes: true });
  const agent = new DirectAgent({ connect: connectThrough({ url: proxy.url }) });
  test.after(async () => {
    agent.close();
    await proxy.close();
    host.close();
  });
  const url = new URL(`http://127.0.0.1:${(host.address() as AddressInfo).port}/`);
  assert.equal((await ask(agent, { method: 'GET', url, headers: {} })).text, 'hello');
});

for (const plain of [false, true])
  test(`cut in the middle of an answer, it is told${plain ? ' without TLS' : ''}`, async test => {
    const { server, proxy, agent } = await behindProxy(test, { plain });
    server.answer({ steps: [{ write: 'data: 1\n\n' }, { hold() {} }] });
    const request = { method: 'GET', url: new URL(server.endpoint), headers: {} } as const;
    const told = await new Promise<Error & { code?: string; proxy?: string }>((resolve, reject) => {
      agent.open(request, { onHead() {}, onBytes: () => proxy.cut(), onEnd: reject, onError: resolve });
    });
    assert.match(told.code ?? '', /^(ERR_SOCKET_CLOSED|ECONNRESET)$/);
    assert.equal(told.proxy, undefined);
  });
