import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { OpenSockets } from './open-sockets.ts';

/** What arrived, as it arrived. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Resolves when the connection of this request is gone. */
  readonly closed: Promise<void>;
}

/** One step of an answer. Each `write` is a piece of its own on the wire, as far as TCP lets it be. */
export type RawStep =
  | { readonly write: string | Uint8Array }
  /** Nothing more, and the connection stays open, until the client goes or the test calls the function it gets. */
  | { readonly hold: (release: () => void) => void }
  /** The connection is reset (RST) or closed without the end of the body (FIN). */
  | 'reset'
  | 'cut';

export interface RawAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** false: the connection is held before the head, until the client goes. */
  readonly head?: false;
  readonly steps?: readonly RawStep[];
}

/** A server that sends exactly the bytes it is told and knows nothing of any vendor. */
export interface RawServer {
  /** "http://127.0.0.1:port/v1" */
  readonly endpoint: string;
  readonly requests: RawRequest[];
  /** Connections open now. */
  readonly connections: number;
  /** Resolves when none is open. */
  allClosed(): Promise<void>;
  /** The next answer; the last one enqueued answers all further requests. */
  answer(...answers: readonly RawAnswer[]): void;
  /** The n-th request (from 1), as soon as its body is here. */
  request(nth?: number): Promise<RawRequest>;
  close(): Promise<void>;
}

export async function startRawServer(tls?: { readonly key: string; readonly cert: string }): Promise<RawServer> {
  const answers: RawAnswer[] = [];
  const requests: RawRequest[] = [];
  const sockets = new OpenSockets();
  const watchers = new Set<() => void>();
  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    const closed = new Promise<void>(resolve => request.socket.once('close', () => resolve()));
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('error', () => {});
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      requests.push({ method, path: url, headers, body: Buffer.concat(parts).toString(), closed });
      for (const look of watchers) look();
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      void give(response, answer ?? { status: 500 }, closed);
    });
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => sockets.keep(socket));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/v1`,
    requests,
    get connections() {
      return sockets.size;
    },
    allClosed: () => sockets.allClosed(),
    answer(...more) {
      answers.splice(0, answers.length, ...more);
    },
    request(nth = 1) {
      return new Promise(resolve => {
        const look = (): void => {
          const found = requests[nth - 1];
          if (!found) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
      });
    },
    async close() {
      sockets.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

async function give(response: ServerResponse, answer: RawAnswer, closed: Promise<void>): Promise<void> {
  const { status = 200, headers = { 'content-type': 'text/event-stream' }, steps = [] } = answer;
  response.on('error', () => {});
  if (answer.head === false) return closed;
  response.socket?.setNoDelay(true);
  response.writeHead(status, headers);
  response.flushHeaders();
  for (const step of steps) {
    if (step === 'reset') response.socket?.resetAndDestroy();
    if (step === 'cut') response.socket?.destroySoon();
    if (typeof step === 'string') return;
    if ('hold' in step) {
      await Promise.race([closed, new Promise<void>(resolve => step.hold(resolve))]);
      if (response.destroyed) return;
    } else {
      // Its own turn of the loop, so that neighbouring pieces have a chance to travel apart.
      await new Promise(resolve => response.write(step.write, resolve));
      await new Promise(resolve => setImmediate(resolve));
    }
  }
  response.end();
}
