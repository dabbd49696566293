import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { connectDirectly } from '../../../src/llm/http/connect.ts';
import { connectThrough } from '../../../src/llm/http/tunnel.ts';
import { DirectAgent } from '../../../src/llm/http/direct-agent.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { collect } from './chat/recorded-answers.ts';
import {
  failure,
  firstWord,
  forever,
  key,
  noTimers,
  openAi,
  request,
  roleChunk,
  server,
  stream,
  until,
} from './raw-wire.ts';

describe('silence', () => {
  test('before the head of the answer is a timeout', async () => {
    server.answer({ head: false });
    const clock = new FakeClock();
    const failed = failure(openAi({ clock, timeoutMs: 60_000 }));
    await server.request();
    await clock.advance(59_999);
    await clock.advance(1);
    const error = await failed;
    assert.equal(error.code, 'ERR_TIMEOUT');
    assert.equal(error.message, 'OpenAI sent nothing for 60 s.');
    assert.equal(error.retryable, true);
    assert.equal(error.facts.notSent, undefined);
    assert.equal(clock.pending, 0);
    await server.requests[0]!.closed;
  });

  test('of 60 s in the middle ends the answer, and the text so far stays', async () => {
    server.answer({ steps: [{ write: roleChunk + firstWord }, forever] });
    const clock = new FakeClock();
    const events = openAi({ clock, timeoutMs: 60_000 }).stream(request)[Symbol.asyncIterator]();
    assert.deepEqual((await events.next()).value, { type: 'text-delta', text: 'Hello' });
    const next = events.next().then(
      () => assert.fail('nothing was sent'),
      (error: unknown) => error as LlmError,
    );
    await clock.advance(60_000);
    assert.equal((await next).code, 'ERR_TIMEOUT');
    assert.equal(clock.pending, 0);
    await server.requests[0]!.closed;
  });

  test('two minutes of steady tokens survive a timeout of 60 s', async () => {
    const releases: (() => void)[] = [];
    const steps = Array.from({ length: 12 }, () => [
      { write: firstWord },
      { hold: (release: () => void): void => void releases.push(release) },
    ]).flat();
    server.answer({ steps: [...steps, { write: stream }] });
    const clock = new FakeClock();
    let words = 0;
    const done = (async () => {
      for await (const event of openAi({ clock, timeoutMs: 60_000 }).stream(request))
        if (event.type === 'text-delta') words++;
    })();
    for (let tick = 1; tick <= 12; tick++) {
      await until(() => words >= tick && releases.length >= tick);
      await clock.advance(10_000);
      releases[tick - 1]!();
    }
    await done;
    assert.equal(clock.monotonic(), 120_000);
    assert.ok(words > 12);
    await noTimers(clock);
  });

  test('of a reader who takes his time is not the silence of the server', async () => {
    server.answer({ steps: [{ write: roleChunk + firstWord }, { write: stream }] });
    const clock = new FakeClock();
    let text = '';
    for await (const event of openAi({ clock, timeoutMs: 60_000 }).stream(request)) {
      if (event.type === 'text-delta') text += event.text;
      if (text === 'Hello') await clock.advance(300_000);
    }
    assert.ok(text.endsWith('today?'));
    await noTimers(clock);
  });

  test('while a person is asked for the key is nobody’s timeout', async () => {
    server.answer({ steps: [{ write: stream }] });
    const clock = new FakeClock();
    let give = (_key: string): void => {};
    const apiKey = (): Promise<string> => new Promise(resolve => (give = resolve));
    const answer = openAi({ clock, timeoutMs: 1000, apiKey }).chat(request);
    await clock.advance(600_000);
    give(key);
    assert.equal((await answer).content, 'Hello! How can I assist you today?');
    await noTimers(clock);
  });
});

describe('a connection that ends too early', () => {
  test('at every byte of a short stream gives an error or the whole answer, never a hang or a wrong word', async () => {
    const short = `${roleChunk}${firstWord}data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;
    const provider = openAi();
    const seen = new Set<string>();
    for (let length = 0; length <= short.length; length++) {
      server.answer({ steps: [...(length > 0 ? [{ write: short.slice(0, length) }] : []), 'cut'] });
      const events = await collect(provider.stream(request));
      const text = events.flatMap(event => ('type' in event && event.type === 'text-delta' ? event.text : [])).join('');
      assert.ok(text === '' || text === 'Hello', `${length}: ${text}`);
      const last = events.at(-1)!;
      if ('error' in last) {
        assert.ok(last.error instanceof LlmError, String(last.error));
        assert.ok(['ERR_NETWORK', 'ERR_BAD_RESPONSE'].includes(last.error.code), `${length}: ${last.error.code}`);
        assert.equal(last.error.retryable, true);
        assert.equal(last.error.facts.notSent, undefined);
        seen.add(last.error.code);
      } else {
        assert.equal(text, 'Hello');
        assert.ok(length > short.indexOf('[DONE]'), `${length} bytes were taken for a whole answer`);
        seen.add('whole');
      }
    }
    assert.deepEqual([...seen], ['ERR_NETWORK', 'whole']);
  });

  test('in the middle says that the answer was cut off', async () => {
    server.answer({ steps: [{ write: roleChunk + firstWord }, 'cut'] });
    const error = await failure(openAi());
    assert.equal(error.code, 'ERR_NETWORK');
    assert.match(
      error.message,
      /^127\.0\.0\.1:\d+ closed the connection\. The answer was cut off\. \(ERR_SOCKET_CLOSED\)$/,
    );
  });

  test('by a reset, before and after the head', async () => {
    for (const steps of [[], [{ write: firstWord }]]) {
      server.answer({ steps: [...steps, 'reset'] });
      const error = await failure(openAi());
      assert.equal(error.code, 'ERR_NETWORK');
      assert.equal(error.retryable, true);
      assert.equal(error.facts.notSent, undefined);
    }
  });
});

describe('a connection that never comes about', () => {
  test('because nothing listens is told apart from a timeout, and nothing was sent', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => probe.once('listening', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise(resolve => probe.close(resolve));
    const error = await failure(openAi({ endpoint: `http://127.0.0.1:${port}/v1` }));
    assert.equal(error.code, 'ERR_NETWORK');
    assert.equal(error.message, `127.0.0.1:${port} refused the connection. Nothing is listening there. (ECONNREFUSED)`);
    assert.equal(error.facts.notSent, true);
    assert.equal(error.retryable, true);
  });

  test('because the name is unknown says so', async () => {
    const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
    const dispatcher = new DirectAgent({
      connect: connectDirectly({ lookup: (_host, _options, callback) => callback(unknown, []) }),
    });
    const error = await failure(openAi({ endpoint: 'https://api.opneai.com/v1', dispatcher }));
    assert.equal(error.code, 'ERR_NETWORK');
    assert.match(error.message, /^The host api\.opneai\.com was not found\./);
    assert.equal(error.facts.vendorCode, 'ENOTFOUND');
    assert.equal(error.facts.notSent, true);
  });

  test('because the certificate is not trusted names the remedy and is not tried again', async () => {
    const secure = await startRawServer(selfSigned());
    try {
      const error = await failure(openAi({ endpoint: secure.endpoint }));
      assert.equal(error.code, 'ERR_NETWORK');
      assert.match(error.message, /certificate of 127\.0\.0\.1:\d+ is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
      assert.equal(error.retryable, false);
      assert.equal(error.facts.notSent, true);
      assert.equal(secure.requests.length, 0);
    } finally {
      await secure.close();
    }
  });

  test('a trusted certificate of one’s own is accepted', async () => {
    const own = selfSigned();
    const secure = await startRawServer(own);
    const dispatcher = new DirectAgent({ keepAlive: false, connect: connectDirectly({ ca: own.cert }) });
    try {
      secure.answer({ steps: [{ write: stream }] });
      const { content } = await openAi({ endpoint: secure.endpoint, dispatcher }).chat(request);
      assert.equal(content, 'Hello! How can I assist you today?');
    } finally {
      dispatcher.close();
      await secure.close();
    }
  });

  test('because a plain server answers where TLS was expected is no timeout either', async () => {
    const error = await failure(openAi({ endpoint: server.endpoint.replace('http:', 'https:') }));
    assert.equal(error.code, 'ERR_NETWORK');
    assert.equal(error.facts.notSent, true);
    assert.match(error.message, /does not speak TLS/);
  });

  test('because the proxy wants a password names the proxy', async () => {
    const proxy = createServer(socket => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n'));
    }).listen(0, '127.0.0.1');
    await new Promise(resolve => proxy.once('listening', resolve));
    const dispatcher = new DirectAgent({
      connect: connectThrough({ url: new URL(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`) }),
    });
    try {
      const error = await failure(openAi({ endpoint: 'https://api.openai.com/v1', dispatcher }));
      assert.equal(error.code, 'ERR_NETWORK');
      assert.match(error.message, /proxy/i);
      assert.equal(error.facts.notSent, true);
      assert.equal(error.retryable, false);
    } finally {
      dispatcher.close();
      await new Promise(resolve => proxy.close(resolve));
    }
  });
});
