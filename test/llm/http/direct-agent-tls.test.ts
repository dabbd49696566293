import assert from 'node:assert/strict';
import type { LookupFunction, Socket } from 'node:net';
import { describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { connectDirectly } from '../../../src/llm/http/connect.ts';
import { ask, closed, makeAgent, send, serve, still } from '../../support/client-bench.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { sized } from '../../support/tcp-server.ts';

const hi = sized('hi');
const tls = selfSigned();
const other = selfSigned();
/** Every name is here. */
const lookup: LookupFunction = (_name, { all }, found) =>
  all ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4);

describe('over TLS', () => {
  test('a host is told its name; an address is not one', async () => {
    const server = await serve(socket => socket.write(hi), { tls });
    const { agent } = makeAgent({ connect: connectDirectly({ ca: tls.cert, lookup }) });
    const named = new URL(server.url);
    named.hostname = 'localhost';
    assert.equal((await ask(agent, { url: named })).body, 'hi');
    assert.equal((await ask(agent, { url: server.url })).body, 'hi');
    assert.deepEqual(
      server.sockets.map(socket => (socket as TLSSocket).servername),
      ['localhost', false],
    );
    assert.match(server.requests[0]!, /\r\nhost: localhost:\d+\r\n/);
  });

  test('HTTP/1.1 is what is asked for, of servers that have more', async () => {
    const server = await serve(socket => socket.write(hi), { tls: { ...tls, ALPNProtocols: ['h2', 'http/1.1'] } });
    const { agent } = makeAgent({ connect: connectDirectly({ ca: tls.cert }) });
    assert.equal((await ask(agent, { url: server.url })).body, 'hi');
    assert.equal((server.sockets[0] as TLSSocket).alpnProtocol, 'http/1.1');
  });

  test('a certificate that nobody vouches for, another one or for another name is refused, and nothing is sent', async () => {
    const server = await serve(socket => socket.write(hi), { tls });
    const wrongName = new URL(server.url);
    wrongName.hostname = 'api.example.test';
    for (const [url, connect, code] of [
      [server.url, connectDirectly(), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      [server.url, connectDirectly({ ca: other.cert }), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      [wrongName, connectDirectly({ ca: tls.cert, lookup }), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ] as const) {
      const clock = new FakeClock();
      const { agent, made } = makeAgent({ connect, clock });
      const told = await ask(agent, { url, headers: { 'x-api-key': 'sk-secret' } });
      assert.deepEqual(told.events, ['error']);
      assert.equal(told.error?.code, code);
      assert.ok(made[0]!.destroyed);
      assert.equal(agent.busy, 0);
      assert.equal(clock.pending, 0);
    }
    await still(() => server.requests.length);
    assert.equal(server.requests.length, 0);
  });

  test('a later connection resumes the session of an earlier one, and one that is refused a new one works', async () => {
    const connect = connectDirectly({ ca: tls.cert });
    const resumed: boolean[] = [];
    const answer = (socket: Socket): void => {
      resumed.push((socket as TLSSocket).isSessionReused());
      socket.write(hi);
    };
    const server = await serve(answer, { tls });
    const { agent } = makeAgent({ connect, keepAlive: false });
    for (let nth = 0; nth < 3; nth++) assert.equal((await ask(agent, { url: server.url })).body, 'hi');
    assert.deepEqual(resumed, [false, true, true]);
    // Another server in its place, which knows nothing of the session.
    const { port } = server.url;
    await server.close();
    const again = await serve(answer, { tls, port: Number(port) });
    for (let nth = 0; nth < 2; nth++) assert.equal((await ask(agent, { url: again.url })).body, 'hi');
    assert.deepEqual(resumed.slice(3), [false, true]);
  });

  test('a session is no way past a certificate that is not trusted', async () => {
    const connect = connectDirectly({ ca: tls.cert });
    const server = await serve(socket => socket.write(hi), { tls });
    const { agent } = makeAgent({ connect, keepAlive: false });
    await ask(agent, { url: server.url });
    const { port } = server.url;
    await server.close();
    const impostor = await serve(socket => socket.write(hi), { tls: other, port: Number(port) });
    const told = await ask(agent, { url: impostor.url });
    assert.equal(told.error?.code, 'DEPTH_ZERO_SELF_SIGNED_CERT');
    assert.equal(impostor.requests.length, 0);
  });

  test('bodies of any size arrive whole both ways, on one connection', async () => {
    const server = await serve((socket, nth) => socket.write(sized('y'.repeat(nth * 100_000))), { tls });
    const { agent } = makeAgent({ connect: connectDirectly({ ca: tls.cert }) });
    for (const [at, body] of ['', 'x'.repeat(1_000_000), '\u20ac'.repeat(200_000)].entries()) {
      const told = await ask(agent, { url: server.url, method: 'POST', body });
      assert.equal(told.body.length, (at + 1) * 100_000);
      assert.ok(Buffer.from(server.requests[at]!.split('\r\n\r\n')[1]!, 'latin1').equals(Buffer.from(body)));
    }
    assert.equal(server.sockets.length, 1);
  });

  test('a server that closes an idle connection is connected to anew', async () => {
    const server = await serve(socket => socket.write(hi), { tls });
    const { agent, made } = makeAgent({ connect: connectDirectly({ ca: tls.cert }), clock: new FakeClock() });
    await ask(agent, { url: server.url });
    server.sockets[0]!.end();
    await closed(made[0]!);
    assert.equal((await ask(agent, { url: server.url })).body, 'hi');
    assert.equal(made.length, 2);
  });

  test('a server that has none is an error', async () => {
    const server = await serve(() => {});
    const { agent } = makeAgent();
    const told = send(agent, { url: new URL(server.url.href.replace('http:', 'https:')) });
    await still(() => server.sockets.length);
    server.sockets[0]!.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    await told.over;
    assert.deepEqual(told.events, ['error']);
    assert.match(told.error?.code ?? '', /^(?:EPROTO|ERR_SSL_)/);
  });
});

for (const [scheme, secure] of [
  ['http', undefined],
  ['https', { tls }],
] as const)
  describe(`an answer that comes while the body is still being sent, over ${scheme},`, () => {
    const body = 'x'.repeat(12 * 1024 * 1024);
    const headers = 'HTTP/1.1 413 Payload Too Large\r\nconnection: close\r\n';
    for (const [name, answer] of [
      ['with a length', `${headers}content-length: 8\r\n\r\ntoo long`],
      ['in chunks', `${headers}transfer-encoding: chunked\r\n\r\n8\r\ntoo long\r\n0\r\n\r\n`],
      ['until the close', `${headers}\r\ntoo long`],
      ['on a connection that would stay', 'HTTP/1.1 413 Payload Too Large\r\ncontent-length: 8\r\n\r\ntoo long'],
    ] as const)
      test(`is read ${name}, and its connection not used again`, async () => {
        const server = await serve(() => {}, {
          ...secure,
          // The rest of the body is read by nobody.
          onSocket: socket => socket.once('data', () => socket.pause().end(answer)),
        });
        const { agent, made } = makeAgent({ connect: connectDirectly({ ca: tls.cert }) });
        const told = await ask(agent, { url: server.url, method: 'POST', body });
        assert.equal(told.error, undefined);
        assert.equal(told.head?.status, 413);
        assert.equal(told.body, 'too long');
        assert.ok(made[0]!.destroyed);
        assert.ok(made[0]!.bytesWritten < body.length || made[0]!.writableLength > 0);
      });
  });
