import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { OpenSockets } from './open-sockets.ts';

export interface ConnectProxyOptions {
  /** The proxy itself is spoken to over TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Where names lead that are none: "api.test:443" → a port on 127.0.0.1. */
  readonly routes?: { readonly [authority: string]: number };
  /** "name:password"; whoever does not give it gets 407. */
  readonly signIn?: string;
  /** Sent instead of an answer of its own, in these pieces; then the connection is closed, unless `tunnels` says to go on. */
  readonly says?: readonly string[];
  /** After `says` the tunnel begins. */
  readonly tunnels?: boolean;
  /** Its head waits for the first bytes from the host, and both go out in one write. For hosts that speak first. */
  readonly headWithBytes?: boolean;
}

/** An HTTP proxy that knows CONNECT only, on this machine. */
export interface ConnectProxy {
  readonly url: URL;
  readonly asked: { readonly authority: string; readonly headers: IncomingHttpHeaders }[];
  /** Connections from clients and to hosts that are open now. */
  readonly connections: number;
  /** Resolves when none of them is open. */
  allClosed(): Promise<void>;
  /** As a host that resets would: all at once. */
  cut(): void;
  close(): Promise<void>;
}

export async function startConnectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const { tls } = options;
  const asked: { authority: string; headers: IncomingHttpHeaders }[] = [];
  const sockets = new OpenSockets();
  const keep = (socket: Duplex): void => sockets.keep(socket);
  const server = tls ? createTlsServer(tls) : createServer();
  server.on(tls ? 'secureConnection' : 'connection', keep);
  server.on('connect', (request, client: Duplex, early: Buffer) => {
    const { url: authority = '', headers } = request;
    asked.push({ authority, headers });
    void answer(options, authority, headers, { client, early, keep });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const cut = (): void => sockets.destroy();
  return {
    url: new URL(`${tls ? 'https' : 'http'}://127.0.0.1:${port}`),
    asked,
    get connections() {
      return sockets.size;
    },
    allClosed: () => sockets.allClosed(),
    cut,
    async close() {
      cut();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

interface Between {
  readonly client: Duplex;
  readonly early: Buffer;
  readonly keep: (socket: Duplex) => void;
}

async function answer(
  { routes = {}, signIn, says, tunnels, headWithBytes }: ConnectProxyOptions,
  authority: string,
  headers: IncomingHttpHeaders,
  { client, early, keep }: Between,
): Promise<void> {
  if (signIn !== undefined && headers['proxy-authorization'] !== `Basic ${Buffer.from(signIn).toString('base64')}`)
    return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 4\r\n\r\nwho?');
  for (const piece of says ?? []) {
    client.write(piece);
    // Pieces that travel apart, as far as TCP lets them.
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  if (says && !tunnels) return void client.end();
  const host = hostSocket(authority, routes);
  keep(host);
  const head = says ? '' : 'HTTP/1.1 200 Connection established\r\n\r\n';
  if (headWithBytes) {
    host.once('data', (bytes: Buffer) => {
      client.write(Buffer.concat([Buffer.from(head), bytes]));
      join(client, host, early);
    });
  } else
    host.once('connect', () => {
      if (head) client.write(head);
      join(client, host, early);
    });
}

function hostSocket(authority: string, routes: { readonly [authority: string]: number }): Socket {
  const routed = routes[authority];
  if (routed !== undefined) return connect({ host: '127.0.0.1', port: routed });
  const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(authority) ?? [];
  return connect({ host, port: Number(port) });
}

/** Each goes when the other does. */
function join(client: Duplex, host: Socket, early: Buffer): void {
  if (early.length > 0) host.write(early);
  client.pipe(host).pipe(client);
  client.on('close', () => host.destroy());
  host.on('close', () => client.destroy());
}
