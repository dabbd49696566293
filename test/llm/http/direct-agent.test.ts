import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { afterwards, ask, makeAgent, send, serve, Told } from '../../support/client-bench.ts';
import { settled } from '../../support/fake-clock.ts';
import { sized } from '../../support/tcp-server.ts';

const hi = sized('hi');

describe('a request is sent', () => {
  test('with its method, its target, its host and no length where there is no body', async () => {
    const server = await serve(socket => socket.write(hi));
    const { agent } = makeAgent();
    await ask(agent, { url: server.url, headers: { 'x-A': 'b c' } });
    assert.equal(
      server.requests[0],
      `GET /path?query=1 HTTP/1.1\r\nhost: ${server.url.host}\r\nconnection: keep-alive\r\nx-A: b c\r\n\r\n`,
    );
  });

  test('as a whole in one write', async () => {
    const server = await serve(socket => socket.write(hi));
    const { agent, made } = makeAgent();
    for (const body of ['ascii', '\u20ac']) await ask(agent, { url: server.url, method: 'POST', body });
    assert.equal(made[0]!.bytesWritten, server.requests.join('').length);
    assert.equal(made.length, 1);
  });

  test('with the very bytes of its body and their number', async () => {
    const server = await serve(socket => socket.write(hi));
    const { agent } = makeAgent();
    const bodies = [
      '',
      '{"a":1}',
      'J\xfcrgen',
      '\u20ac \u{1f600}',
      'half \ud83d of one',
      '\x00\x7f\r\n\r\n',
      'x'.repeat(300_000),
    ];
    bodies.push('\u{1f600}'.repeat(100_000));
    const headers = { 'x-latin1': 'J\xfcrgen' };
    for (const [at, body] of bodies.entries()) {
      await ask(agent, { url: server.url, method: 'POST', headers, body });
      const [head, ...rest] = server.requests[at]!.split('\r\n\r\n');
      const sent = Buffer.from(rest.join('\r\n\r\n'), 'latin1');
      assert.ok(sent.equals(Buffer.from(body)), `body ${at}`);
      assert.match(head!, new RegExp(`^POST .*\\r\\nx-latin1: J\xfcrgen\\r\\ncontent-length: ${sent.length}$`, 's'));
    }
    assert.equal(server.sockets.length, 1);
  });

  test("with its own method and headers, though the last one's are kept", async () => {
    const server = await serve(socket => socket.write(hi));
    const { agent } = makeAgent();
    const { url } = server;
    const headers = { x: '1' };
    await ask(agent, { url, headers });
    await ask(agent, { url, headers, method: 'POST', body: '' });
    await ask(agent, { url, headers: { x: '2' }, method: 'POST', body: '' });
    await ask(makeAgent({ keepAlive: false }).agent, { url, headers });
    const [first, second, third, fourth] = server.requests;
    assert.match(first!, /^GET .*\r\nx: 1\r\n\r\n$/s);
    assert.match(second!, /^POST .*\r\nx: 1\r\ncontent-length: 0\r\n\r\n$/s);
    assert.match(third!, /^POST .*\r\nx: 2\r\ncontent-length: 0\r\n\r\n$/s);
    assert.match(fourth!, /^GET .*\r\nconnection: close\r\nx: 1\r\n\r\n$/s);
  });

  test('never with a header that would be two, and its value is not told', async () => {
    const server = await serve(socket => socket.write(hi));
    const { agent, made } = makeAgent();
    const secret = 'sk-secret';
    const bad = [`${secret}\r\nx: y`, `${secret}\n`, `${secret}\r`, `${secret}\0`, `${secret}\x7f`, `${secret}\u20ac`];
    for (const value of bad)
      assert.throws(
        () => send(agent, { url: server.url, headers: { 'x-api-key': value } }),
        (error: Error) => /x-api-key/.test(error.message) && !`${error.message}${error.stack}`.includes(secret),
      );
    for (const name of ['a b', 'a:', 'a\r\nb', '', '\xfc'])
      assert.throws(
        () => send(agent, { url: server.url, headers: { [name]: secret } }),
        (error: Error) => !error.message.includes(secret),
      );
    assert.equal(made.length, 0);
    assert.equal((await ask(agent, { url: server.url })).body, 'hi');
  });

  test('to an IPv6 address', async context => {
    const server = await serve(socket => socket.write(hi), { host: '::1' }).catch(() => undefined);
    if (!server) return context.skip('no IPv6 here');
    const { agent } = makeAgent();
    assert.equal((await ask(agent, { url: server.url })).body, 'hi');
    assert.match(server.requests[0]!, /\r\nhost: \[::1\]:\d+\r\n/);
  });

  test('with a host that has no port where it is the usual one', () => {
    const written: string[] = [];
    const asked: unknown[] = [];
    for (const url of [
      'http://a.test/',
      'http://a.test:80/',
      'https://a.test:443/',
      'https://[::1]/',
      'http://a.test:8080',
    ]) {
      const { agent } = makeAgent({
        connect: to => {
          asked.push([to.host, to.port, to.secure, to.isName]);
          const socket = {
            on: () => socket,
            once: () => socket,
            write: (text: string) => written.push(text),
            destroy() {},
          };
          return socket as never;
        },
      });
      send(agent, { url: new URL(url) });
    }
    const hosts = written.map(text => /\r\nhost: (.*)\r\n/.exec(text)![1]);
    assert.deepEqual(hosts, ['a.test', 'a.test', 'a.test', '[::1]', 'a.test:8080']);
    assert.deepEqual(asked, [
      ['a.test', 80, false, true],
      ['a.test', 80, false, true],
      ['a.test', 443, true, true],
      ['::1', 443, true, false],
      ['a.test', 8080, false, true],
    ]);
  });
});

describe('connections', () => {
  test('are used one request after the other', async () => {
    const server = await serve((socket, nth) => socket.write(sized(`answer ${nth}`)));
    const { agent } = makeAgent();
    for (let nth = 1; nth <= 20; nth++) assert.equal((await ask(agent, { url: server.url })).body, `answer ${nth}`);
    assert.equal(server.sockets.length, 1);
  });

  test('are free as soon as the end is told', async () => {
    const server = await serve((socket, nth) => socket.write(sized(`answer ${nth}`)));
    const { agent } = makeAgent();
    let second: Told | undefined;
    await ask(agent, { url: server.url }, new Told({ end: () => (second = send(agent, { url: server.url })) }));
    await second!.over;
    assert.equal(second!.body, 'answer 2');
    assert.equal(server.sockets.length, 1);
  });

  test('are as many as there are requests at once, and are kept', async () => {
    const all: (() => void)[] = [];
    const server = await serve(socket => {
      all.push(() => socket.write(hi));
      if (all.length === 10) for (const answer of all.splice(0)) answer();
    });
    const { agent } = makeAgent();
    for (let round = 0; round < 3; round++) {
      const told = Array.from({ length: 10 }, () => send(agent, { url: server.url }));
      assert.equal(agent.busy, 10);
      await Promise.all(told.map(({ over }) => over));
      assert.ok(told.every(({ body }) => body === 'hi'));
      assert.equal(agent.busy, 0);
      assert.equal(server.sockets.length, 10);
    }
  });

  test("to Node's own server are kept, and its chunks read", async () => {
    let connections = 0;
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(200, { 'x-id': '1' });
        response.write('one ');
        setImmediate(() => response.end(`two ${request.method}`));
      });
    }).on('connection', () => connections++);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    afterwards(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const { agent } = makeAgent();
    for (const body of ['', 'x'.repeat(1_000_000), '\u20ac'.repeat(100_000)]) {
      const told = await ask(agent, { url, method: 'POST', body });
      assert.equal(told.head?.headers['x-id'], '1');
      assert.equal(told.body, 'one two POST');
    }
    assert.equal(connections, 1);
  });

  test('that end before the head, in it or in the body are told as closed', async () => {
    for (const sent of ['', 'HTTP/1.1 200', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhi']) {
      const server = await serve(socket => socket.end(sent));
      const { agent } = makeAgent();
      const told = await ask(agent, { url: server.url });
      assert.equal(told.error?.code, 'ERR_SOCKET_CLOSED', sent);
      assert.equal(told.events.at(-1), 'error');
      assert.equal(agent.busy, 0);
    }
  });

  test('that are reset are told as that', async () => {
    const server = await serve(socket => socket.resetAndDestroy());
    const { agent } = makeAgent();
    assert.equal((await ask(agent, { url: server.url })).error?.code, 'ECONNRESET');
  });

  test('to where nobody listens are refused, after open has returned', async () => {
    const server = await serve(() => {});
    await server.close();
    const { agent } = makeAgent();
    const told = send(agent, { url: server.url });
    assert.deepEqual(told.events, []);
    await told.over;
    assert.equal(told.error?.code, 'ECONNREFUSED');
    await settled();
    assert.deepEqual(told.events, ['error']);
  });

  test('that speak something else are closed at once', async () => {
    const server = await serve(socket => socket.write('SSH-2.0-OpenSSH_9.6\r\n'));
    const { agent, made } = makeAgent();
    assert.equal((await ask(agent, { url: server.url })).error?.code, 'ERR_NOT_HTTP');
    assert.ok(made[0]!.destroyed);
  });
});
