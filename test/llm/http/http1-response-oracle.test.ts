import assert from 'node:assert/strict';
import { Agent, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { DirectAgent } from '../../../src/llm/http/direct-agent.ts';
import { askHttp } from '../../../src/llm/http/http-call.ts';
import { OpenSockets } from '../../support/open-sockets.ts';
import { invalidResponses, validResponses } from '../../support/http1-responses.ts';

interface Read {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** What the next request is answered with, and then the connection closes. */
let wire = Buffer.alloc(0);
let server: Server;
let url: URL;
const sockets = new OpenSockets();

before(async () => {
  server = createServer(socket => {
    sockets.keep(socket);
    socket.once('data', () => socket.end(wire));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

after(async () => {
  sockets.destroy();
  await new Promise(resolve => server.close(resolve));
});

/** By this repository's client. */
async function ours(): Promise<Read> {
  const agent = new DirectAgent();
  try {
    const { status, headers, text } = await askHttp(agent, { method: 'GET', url, headers: {} }, () => {});
    return { status, headers: { ...headers } as Record<string, string>, body: text };
  } finally {
    agent.close();
  }
}

/** By Node's. */
async function nodes(): Promise<Read> {
  const agent = new Agent();
  try {
    const response = await new Promise<IncomingMessage | 'upgraded'>((resolve, reject) =>
      get(url, { agent }, resolve)
        .on('upgrade', (_, socket) => (socket.destroy(), resolve('upgraded')))
        .on('error', reject),
    );
    if (response === 'upgraded') return { status: 101, headers: {}, body: '' };
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    // Taken apart but not judged: Node joins some headers by rules of its own and drops others.
    const headers: Record<string, string> = Object.create(null) as {};
    const { rawHeaders } = response;
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const name = rawHeaders[at]!.toLowerCase();
      headers[name] = name in headers ? `${headers[name]}, ${rawHeaders[at + 1]}` : rawHeaders[at + 1]!;
    }
    return { status: response.statusCode!, headers: { ...headers }, body: Buffer.concat(parts).toString() };
  } finally {
    agent.destroy();
  }
}

const outcome = (read: Promise<Read>): Promise<Read | 'refused'> => read.catch(() => 'refused' as const);

describe("Node's own client reads the same:", () => {
  for (const [name, response] of Object.entries(validResponses))
    test(name, async () => {
      wire = Buffer.from(response.wire, 'latin1');
      const read = await ours();
      assert.equal(read.status, response.status ?? 200);
      const node = await outcome(nodes());
      if (response.unlikeNode === undefined) assert.deepEqual(node, read);
      else assert.notDeepEqual(node, read, `no longer so: ${response.unlikeNode}`);
    });
});

describe("Node's own client refuses too:", () => {
  for (const [name, response] of Object.entries(invalidResponses))
    test(name, async () => {
      wire = Buffer.from(response.wire, 'latin1');
      await assert.rejects(ours(), { code: 'ERR_NOT_HTTP' });
      const node = await outcome(nodes());
      if (response.unlikeNode === undefined) assert.equal(node, 'refused');
      else assert.notEqual(node, 'refused', `no longer so: ${response.unlikeNode}`);
    });
});

describe("Node's own client refuses a response that is cut:", () => {
  for (const name of ['a length', 'chunks', 'trailers, which nobody is told', '100 before the head'])
    test(name, async () => {
      const whole = Buffer.from(validResponses[name]!.wire, 'latin1');
      for (let at = 0; at < whole.length; at++) {
        wire = whole.subarray(0, at);
        await assert.rejects(ours(), { code: 'ERR_SOCKET_CLOSED' }, `cut at ${at}`);
        assert.equal(await outcome(nodes()), 'refused', `cut at ${at}`);
      }
    });
});
