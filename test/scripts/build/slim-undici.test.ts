import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { build, type Metafile } from 'esbuild';
import type { Agent, Dispatcher, ProxyAgent } from 'undici';
import { slimUndici } from '../../../scripts/build/slim-undici.mjs';
import { askHttp, type HttpCall, openHttp } from '../../../src/llm/http/post-stream.ts';

interface Bundle {
  Agent: typeof Agent;
  ProxyAgent: typeof ProxyAgent;
}

const folder = mkdtempSync(join(tmpdir(), 'slim-undici-'));
let metafile: Metafile;
let slim: Bundle;
let server: Server;
let connections = 0;
/** One for each request that was answered with a beginning and nothing more: resolves when its socket has closed. */
const unfinished: Promise<void>[] = [];

before(async () => {
  const outfile = join(folder, 'undici.cjs');
  const { metafile: facts } = await build({
    stdin: {
      contents: `
        exports.Agent = require('undici/lib/dispatcher/agent.js')
        exports.ProxyAgent = require('undici/lib/dispatcher/proxy-agent.js')
        // What undici's own index does for all methods: ProxyAgent calls this one.
        require('undici/lib/dispatcher/dispatcher.js').prototype.connect = require('undici/lib/api/api-connect.js')`,
      resolveDir: join(import.meta.dirname, '../../..'),
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    minify: true,
    metafile: true,
    outfile,
    plugins: [slimUndici],
  });
  metafile = facts;
  slim = createRequire(import.meta.url)(outfile) as Bundle;
  server = createServer(answer).listen(0, '127.0.0.1');
  server.on('connection', () => connections++);
  await new Promise(resolve => server.once('listening', resolve));
});

after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.once('end', () => {
    switch (request.url) {
      case '/echo':
        return response.end(`${request.method} ${body}`);
      case '/slow':
        response.write('first ');
        return setTimeout(() => response.end('second'), 50);
      case '/stall':
        unfinished.push(new Promise(resolve => response.once('close', resolve)));
        return response.write('first');
      default:
        response.write('first');
        return setImmediate(() => response.socket?.destroy());
    }
  });
}

const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const request = (path: string, body = 'x') => ({
  method: 'POST' as const,
  url: new URL(path, origin()),
  headers: { 'content-type': 'text/plain' },
  body,
});
const post = (dispatcher: Dispatcher, path: string, body?: string) =>
  askHttp(dispatcher, request(path, body), () => {});

describe("undici's slim bundle", () => {
  test('loads neither HTTP/2 nor zlib, SQLite, workers or cryptography', () => {
    const imports = Object.values(metafile.outputs).flatMap(output => output.imports.map(({ path }) => path));
    assert.ok(imports.includes('node:net'));
    for (const builtin of ['http2', 'zlib', 'sqlite', 'worker_threads', 'crypto', 'perf_hooks'])
      assert.ok(!imports.includes(`node:${builtin}`), builtin);
  });

  test('sends requests one after another over one connection', async () => {
    const agent = new slim.Agent({ allowH2: false });
    connections = 0;
    for (const body of ['one', 'two', 'naïve 字']) {
      const { status, text } = await post(agent, '/echo', body);
      assert.equal(status, 200);
      assert.equal(text, `POST ${body}`);
      await nextTurn(); // in the turn in which an answer ends, undici's Pool still counts its connection as busy
    }
    assert.equal(connections, 1);
    await agent.close();
  });

  test('waits for a body that comes in parts', async () => {
    const agent = new slim.Agent({ allowH2: false });
    assert.equal((await post(agent, '/slow')).text, 'first second');
    await agent.close();
  });

  test('closes the socket of a stalled answer when it is cancelled', async () => {
    const agent = new slim.Agent({ allowH2: false });
    const stopped = new Error('stopped');
    let call: HttpCall | undefined;
    const died = new Promise<Error>((resolve, reject) => {
      call = openHttp(agent, request('/stall'), {
        onHead() {},
        onBytes(chunk) {
          assert.equal(chunk.toString(), 'first');
          queueMicrotask(() => call!.cancel(stopped));
        },
        onEnd: reject,
        onError: resolve,
      });
    });
    assert.equal(await died, stopped);
    await unfinished.at(-1);
    await agent.destroy();
  });

  test('reports a connection that is cut in the middle', async () => {
    const agent = new slim.Agent({ allowH2: false });
    await assert.rejects(post(agent, '/cut'), { code: 'UND_ERR_SOCKET' });
    await agent.destroy();
  });

  test('tunnels through a proxy', async () => {
    const targets: string[] = [];
    const sockets: Socket[] = [];
    const proxy = createServer().listen(0, '127.0.0.1');
    proxy.on('connect', (request: IncomingMessage, client: Socket) => {
      targets.push(request.url!);
      const [host, port] = request.url!.split(':');
      const upstream = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      sockets.push(client, upstream);
    });
    await new Promise(resolve => proxy.once('listening', resolve));
    const agent = new slim.ProxyAgent({
      uri: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      proxyTunnel: true,
    });
    assert.equal((await post(agent, '/echo', 'via')).text, 'POST via');
    assert.deepEqual(targets, [new URL(origin()).host]);
    await agent.destroy();
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
});
