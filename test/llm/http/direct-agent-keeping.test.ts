import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { connectDirectly } from '../../../src/llm/http/connect.ts';
import { ask, closed, makeAgent, send, serve, still } from '../../support/client-bench.ts';
import { FakeClock, settled } from '../../support/fake-clock.ts';
import { sized } from '../../support/tcp-server.ts';

const hi = sized('hi');

describe('a connection that is not used', () => {
  const kept: readonly [string, string, number][] = [
    ['4 s where the server says nothing', '', 4000],
    ['4 s where the server says only that it keeps it', 'connection: keep-alive\r\n', 4000],
    ['2 s less than the server says', 'keep-alive: timeout=5\r\n', 3000],
    ['1 s of 3', 'Keep-Alive: timeout=3, max=9\r\n', 1000],
    ['a minute less 2 s', 'connection: keep-alive\r\nkeep-alive: max=9, timeout=60\r\n', 58_000],
    ['10 minutes at most', 'keep-alive: timeout=86400\r\n', 600_000],
  ];
  for (const [name, headers, ms] of kept)
    test(`is kept for ${name}`, async () => {
      const server = await serve(socket => socket.write(sized('hi', headers)));
      const clock = new FakeClock();
      const { agent, made } = makeAgent({ clock });
      await ask(agent, { url: server.url });
      await clock.advance(ms - 1);
      await ask(agent, { url: server.url });
      await clock.advance(ms - 1);
      assert.equal(made.length, 1);
      assert.equal(made[0]!.destroyed, false);
      await clock.advance(1);
      assert.equal(made[0]!.destroyed, true);
      assert.equal(clock.pending, 0);
      await closed(server.sockets[0]!);
      assert.equal((await ask(agent, { url: server.url })).body, 'hi');
      assert.equal(made.length, 2);
    });

  const gone: readonly [string, string][] = [
    ['where the server closes it', sized('hi', 'connection: close\r\n')],
    [
      'where the server closes it, whatever time it names',
      sized('hi', 'connection: Close\r\nkeep-alive: timeout=60\r\n'),
    ],
    ['where the server keeps it for 2 s', sized('hi', 'keep-alive: timeout=2\r\n')],
    ['where the server keeps it for no time', sized('hi', 'keep-alive: timeout=0\r\n')],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi'],
    ['that had more on it than the response', `${hi}HTTP/1.1 408 Request Timeout\r\n\r\n`],
  ];
  for (const [name, answer] of gone)
    test(`is not kept ${name}`, async () => {
      const server = await serve(socket => socket.write(answer));
      const clock = new FakeClock();
      const { agent, made } = makeAgent({ clock });
      for (let nth = 1; nth <= 2; nth++) {
        assert.equal((await ask(agent, { url: server.url })).body, 'hi');
        assert.equal(made.length, nth);
        assert.ok(made[nth - 1]!.destroyed);
      }
      assert.equal(clock.pending, 0);
    });

  test('is not kept by an agent that keeps none', async () => {
    const server = await serve(socket => socket.write(hi));
    const { agent, made } = makeAgent({ keepAlive: false });
    await ask(agent, { url: server.url });
    assert.ok(made[0]!.destroyed);
    assert.match(server.requests[0]!, /\r\nconnection: close\r\n/);
  });

  test('is closed at its own time, whoever came first', async () => {
    const patient = await serve(socket => socket.write(sized('hi', 'keep-alive: timeout=60\r\n')));
    const hasty = await serve(socket => socket.write(sized('hi', 'keep-alive: timeout=3\r\n')));
    const clock = new FakeClock();
    const { agent, made } = makeAgent({ clock });
    await ask(agent, { url: patient.url });
    await ask(agent, { url: hasty.url });
    assert.equal(clock.pending, 1);
    await clock.advance(1000);
    assert.deepEqual([made[0]!.destroyed, made[1]!.destroyed], [false, true]);
    assert.equal(clock.pending, 1);
    await clock.advance(57_000);
    assert.ok(made[0]!.destroyed);
    assert.equal(clock.pending, 0);
  });

  test('is not used after its time, though no timer has run: the machine slept', async () => {
    const server = await serve(socket => socket.write(hi));
    const clock = new FakeClock();
    let slept = 0;
    const { agent, made } = makeAgent({
      clock: {
        now: () => clock.now(),
        monotonic: () => clock.monotonic() + slept,
        after: (ms, callback) => clock.after(ms, callback),
      },
    });
    await Promise.all([ask(agent, { url: server.url }), ask(agent, { url: server.url })]);
    assert.equal(agent.busy, 0);
    slept = 3999;
    await ask(agent, { url: server.url });
    assert.equal(made.length, 2);
    slept += 4000;
    assert.equal((await ask(agent, { url: server.url })).body, 'hi');
    assert.equal(made.length, 3);
    assert.deepEqual([made[0]!.destroyed, made[1]!.destroyed], [true, true]);
  });

  test('is replaced when the server has closed it', async () => {
    const server = await serve(socket => socket.write(hi));
    const clock = new FakeClock();
    const { agent, made } = makeAgent({ clock });
    for (const end of ['end', 'resetAndDestroy'] as const) {
      await ask(agent, { url: server.url });
      const used = made.at(-1)!;
      server.sockets.at(-1)![end]();
      await closed(used);
      assert.equal(agent.busy, 0);
      assert.equal(clock.pending, 0);
    }
    assert.equal((await ask(agent, { url: server.url })).body, 'hi');
    assert.equal(made.length, 3);
  });

  test('is closed when something comes on it', async () => {
    const server = await serve(socket => socket.write(hi));
    const { agent, made } = makeAgent({ clock: new FakeClock() });
    await ask(agent, { url: server.url });
    server.sockets[0]!.write(hi);
    await closed(made[0]!);
    assert.equal((await ask(agent, { url: server.url })).body, 'hi');
    assert.equal(made.length, 2);
  });

  test('is for its own host and port alone', async () => {
    const one = await serve(socket => socket.write(sized('one')));
    const two = await serve(socket => socket.write(sized('two')));
    const { agent, made } = makeAgent();
    for (let round = 0; round < 2; round++)
      for (const [url, body] of [
        [one.url, 'one'],
        [two.url, 'two'],
        [new URL('/other', one.url), 'one'],
      ] as const)
        assert.equal((await ask(agent, { url })).body, body);
    assert.equal(made.length, 2);
  });

  test('keeps no process alive', async () => {
    const server = await serve(socket => socket.write(sized('hi', 'keep-alive: timeout=600\r\n')));
    const source = (name: string): string => JSON.stringify(import.meta.resolve(`../../../src/llm/http/${name}`));
    const script = `
      import { DirectAgent } from ${source('direct-agent.ts')};
      import { askHttp } from ${source('http-call.ts')};
      const agent = new DirectAgent();
      const url = new URL(${JSON.stringify(server.url.href)});
      for (let nth = 0; nth < 2; nth++)
        console.log((await askHttp(agent, { method: 'GET', url, headers: {} }, () => {})).text);`;
    // A kill, which a kept connection would come to, fails the test.
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 7000,
    });
    assert.equal(stdout, 'hi\nhi\n');
    assert.equal(server.sockets.length, 1);
  });
});

describe('a connection that does not come', () => {
  test('is given up after 10 s', async () => {
    const clock = new FakeClock();
    const { agent, made } = makeAgent({ clock, connect: connectDirectly({ lookup: () => {} }) });
    const told = send(agent, { url: new URL('http://nowhere.test/') });
    await clock.advance(9999);
    assert.deepEqual(told.events, []);
    await clock.advance(1);
    assert.deepEqual(told.events, ['error']);
    assert.equal(told.error?.code, 'ERR_CONNECT_TIMEOUT');
    assert.ok(made[0]!.destroyed);
    assert.equal(agent.busy, 0);
    assert.equal(clock.pending, 0);
  });

  test('is given up after 10 s of a handshake of TLS that nobody answers', async () => {
    const server = await serve(() => {});
    const clock = new FakeClock();
    const { agent } = makeAgent({ clock });
    const told = send(agent, { url: new URL(server.url.href.replace('http:', 'https:')) });
    await still(() => server.sockets.length);
    assert.equal(server.sockets.length, 1);
    await clock.advance(10_000);
    assert.equal(told.error?.code, 'ERR_CONNECT_TIMEOUT');
  });

  test('is waited for no longer than until it comes', async () => {
    const server = await serve(() => {});
    const clock = new FakeClock();
    const { agent } = makeAgent({ clock });
    const told = send(agent, { url: server.url });
    await server.request();
    assert.equal(clock.pending, 0);
    await clock.advance(60_000);
    server.sockets[0]!.write(hi);
    await told.over;
    assert.equal(told.body, 'hi');
  });
});

describe('an agent that is closed', () => {
  test('ends the requests on their way, also such as end with the connection', async () => {
    for (const sent of ['', 'HTTP/1.1 200 OK\r\n\r\npart', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npart']) {
      const server = await serve(socket => socket.write(sent));
      const clock = new FakeClock();
      const { agent, made } = makeAgent({ clock });
      const told = send(agent, { url: server.url });
      await server.request();
      if (sent !== '') await still(() => told.body.length);
      assert.equal(told.body, sent === '' ? '' : 'part');
      agent.close();
      assert.equal(told.error?.code, 'ERR_SOCKET_CLOSED', sent);
      assert.equal(told.events.includes('end'), false);
      assert.ok(made[0]!.destroyed);
      assert.equal(clock.pending, 0);
    }
  });

  test('has no connection left, and makes new ones', async () => {
    const server = await serve(socket => socket.write(hi));
    const clock = new FakeClock();
    const { agent, made } = makeAgent({ clock });
    await ask(agent, { url: server.url });
    agent.close();
    assert.equal(clock.pending, 0);
    await settled();
    assert.equal((await ask(agent, { url: server.url })).body, 'hi');
    assert.equal(made.length, 2);
  });
});
