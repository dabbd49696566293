import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { connectDirectly } from '../../../src/llm/http/connect.ts';
import { ask, closed, makeAgent, send, serve, still, Told } from '../../support/client-bench.ts';
import { FakeClock, settled } from '../../support/fake-clock.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { sized } from '../../support/tcp-server.ts';

const hi = sized('hi');
const reason = new Error('stopped by the person');

describe('a request that is cancelled', () => {
  test('before it is connected leaves no socket and no timer', async () => {
    const server = await serve(socket => socket.write(hi));
    const clock = new FakeClock();
    const { agent, made } = makeAgent({ clock });
    const told = send(agent, { url: server.url });
    told.call.cancel(reason);
    assert.deepEqual(told.events, ['error']);
    assert.equal(told.error, reason);
    assert.ok(made[0]!.destroyed);
    assert.equal(agent.busy, 0);
    assert.equal(clock.pending, 0);
    await still(() => told.events.length);
    assert.deepEqual(told.events, ['error']);
    assert.equal(server.requests.length, 0);
  });

  test('before the head closes the socket and is told before cancel returns', async () => {
    const server = await serve(() => {});
    const { agent } = makeAgent();
    const told = send(agent, { url: server.url });
    await server.request();
    told.call.cancel(reason);
    assert.equal(told.error, reason);
    told.call.cancel(new Error('again'));
    await closed(server.sockets[0]!);
    assert.deepEqual(told.events, ['error']);
    assert.equal(told.error, reason);
  });

  test('in the head or in the bytes is told nothing more, though all is there', async () => {
    const chunks = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n';
    for (const [answer, where, events] of [
      [chunks, 'head', ['head', 'error']],
      [hi, 'head', ['head', 'error']],
      [sized(''), 'head', ['head', 'error']],
      [chunks, 'bytes', ['head', 'bytes', 'error']],
      [hi, 'bytes', ['head', 'bytes', 'error']],
    ] as const) {
      const server = await serve(socket => socket.write(answer));
      const clock = new FakeClock();
      const { agent, made } = makeAgent({ clock });
      // So that `call` is known by then, and the connection is one that has been used.
      const cancel = (told: Told): void => told.call.cancel(reason);
      for (let nth = 1; nth <= 2; nth++) {
        const told = await ask(agent, { url: server.url }, new Told({ [where]: cancel }));
        assert.deepEqual(told.events, events);
        assert.equal(told.error, reason);
        assert.ok(made[nth - 1]!.destroyed);
        assert.equal(agent.busy, 0);
        assert.equal(clock.pending, 0);
      }
      await settled();
    }
  });

  test('after its end stays as it was, and so does the next one on its connection', async () => {
    const server = await serve((socket, nth) => nth !== 2 && socket.write(hi));
    const { agent, made } = makeAgent();
    const first = await ask(agent, { url: server.url });
    first.call.cancel(reason);
    assert.equal(made[0]!.destroyed, false);
    const second = send(agent, { url: server.url });
    await server.request(2);
    first.call.cancel(reason);
    first.call.pause();
    first.call.resume();
    server.sockets[0]!.write(hi);
    await second.over;
    assert.deepEqual(first.events, ['head', 'bytes', 'end']);
    assert.deepEqual(second.events, ['head', 'bytes', 'end']);
    assert.equal(made.length, 1);
  });

  test('in its end has ended, and its connection stays', async () => {
    const server = await serve(socket => socket.write(hi));
    const { agent, made } = makeAgent();
    const told = await ask(agent, { url: server.url }, new Told({ end: ended => ended.call.cancel(reason) }));
    assert.deepEqual(told.events, ['head', 'bytes', 'end']);
    assert.equal((await ask(agent, { url: server.url })).body, 'hi');
    assert.equal(made.length, 1);
  });

  test('while it is paused closes its socket', async () => {
    const server = await serve(socket => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhi'));
    const { agent } = makeAgent();
    const told = send(agent, { url: server.url }, new Told({ bytes: ({ call }) => call.pause() }));
    await still(() => told.body.length);
    told.call.cancel(reason);
    assert.deepEqual(told.events, ['head', 'bytes', 'error']);
    await closed(server.sockets[0]!);
  });
});

const { key, cert } = selfSigned();
for (const [scheme, tls] of [
  ['http', undefined],
  ['https', { key, cert }],
] as const)
  describe(`a reader that pauses, over ${scheme},`, () => {
    const size = 32 * 1024 * 1024;
    const connect = connectDirectly({ ca: cert });

    test('makes the server wait, and loses nothing', async () => {
      let sent = 0;
      const whole = createHash('sha256');
      const server = await serve(
        socket => {
          socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
          pour(socket, size, piece => {
            sent += piece.length;
            whole.update(piece);
          });
        },
        { ...(tls && { tls }) },
      );
      const { agent, made } = makeAgent({ connect });
      const got = createHash('sha256');
      let length = 0;
      let within = false;
      let pauses = 0;
      let isOver!: (how: string) => void;
      const over = new Promise<string>(resolve => (isOver = resolve));
      const call = agent.open(
        { method: 'GET', url: server.url, headers: {} },
        {
          onHead: () => call.pause(),
          onBytes(bytes) {
            assert.equal(within, false, 'told within resume');
            got.update(bytes);
            // Every 5 MiB or so.
            if (Math.floor((length + bytes.length) / 5e6) > Math.floor(length / 5e6)) {
              pauses++;
              call.pause();
              setImmediate(resume);
            }
            length += bytes.length;
          },
          onEnd: () => isOver('end'),
          onError: error => isOver(error.message),
        },
      );
      const resume = (): void => {
        within = true;
        call.resume();
        within = false;
      };
      await server.request();
      await still(() => sent);
      assert.ok(sent < size, `all ${sent} bytes were sent to nobody`);
      assert.ok(length < 1024 * 1024, `${length} bytes came though paused`);
      resume();
      assert.equal(await over, 'end');
      assert.equal(length, size);
      assert.equal(pauses, 6);
      assert.equal(got.digest('hex'), whole.digest('hex'));
      assert.equal(made.length, 1);
    });

    test('is told the end when it goes on, of whatever kind that is', async () => {
      for (const [head, ends] of [
        ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n', false],
        ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n', true],
        ['HTTP/1.1 200 OK\r\n\r\n', true],
      ] as const) {
        const server = await serve(socket => socket.write(`${head}h`), { ...(tls && { tls }) });
        const { agent } = makeAgent({ connect });
        const told = send(
          agent,
          { url: server.url },
          new Told({ bytes: ({ call, body }) => body === 'h' && call.pause() }),
        );
        await still(() => told.body.length);
        server.sockets[0]![ends ? 'end' : 'write']('i');
        await still(() => told.body.length);
        // Over TLS what has been decrypted may still come.
        if (!tls) assert.equal(told.body, 'h');
        told.call.resume();
        await told.over;
        assert.equal(told.body, 'hi');
        assert.equal(told.events.at(-1), 'end');
        assert.equal(agent.busy, 0);
      }
    });

    test('in the last bytes is told the end, and the next request is not paused', async () => {
      const server = await serve(socket => socket.write(hi), { ...(tls && { tls }) });
      const { agent } = makeAgent({ connect });
      for (const where of ['head', 'bytes'] as const) {
        const told = send(agent, { url: server.url }, new Told({ [where]: ({ call }: Told) => call.pause() }));
        await told.over;
        assert.deepEqual(told.events, ['head', 'bytes', 'end']);
        assert.equal((await ask(agent, { url: server.url })).body, 'hi');
      }
    });

    test('before the connection is there is told nothing until it goes on', async () => {
      const server = await serve(socket => socket.write(hi), { ...(tls && { tls }) });
      const { agent } = makeAgent({ connect });
      const told = send(agent, { url: server.url });
      told.call.pause();
      await server.request();
      await still(() => told.events.length);
      if (!tls) assert.deepEqual(told.events, []);
      told.call.resume();
      await told.over;
      assert.equal(told.body, 'hi');
    });
  });

/** Numbered words, so that whatever is lost or comes twice shows. */
function pour(socket: Socket, size: number, onPiece: (piece: Buffer) => void): void {
  let at = 0;
  const more = (): void => {
    while (at < size) {
      const piece = Buffer.alloc(Math.min(64 * 1024, size - at));
      for (let word = 0; word < piece.length; word += 4) piece.writeUInt32LE(at + word, word);
      at += piece.length;
      onPiece(piece);
      if (!socket.write(piece)) return void socket.once('drain', more);
    }
  };
  more();
}
