import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions, type TLSSocket } from 'node:tls';

export interface TcpServer {
  readonly url: URL;
  /** All connections there were, in their order. */
  readonly sockets: readonly (Socket | TLSSocket)[];
  /** What arrived, whole requests as bytes in latin1. */
  readonly requests: readonly string[];
  /** As soon as the n-th request (from 1) is here. */
  request(nth?: number): Promise<string>;
  close(): Promise<void>;
}

export interface TcpServerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly tls?: Pick<TlsOptions, 'key' | 'cert' | 'ALPNProtocols'>;
  /** Default: one that is free. */
  readonly port?: number;
  /** In place of reading requests. */
  readonly onSocket?: (socket: Socket) => void;
}

/** A response with a length. */
export function sized(body: string, headers = ''): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
}

/** Knows of HTTP only where a request ends. @param answer is told of each, its number from 1, and writes what it likes. */
export async function startTcpServer(
  answer: (socket: Socket, nth: number) => unknown,
  { host = '127.0.0.1', port: wanted = 0, tls, onSocket: instead }: TcpServerOptions = {},
): Promise<TcpServer> {
  const sockets: Socket[] = [];
  const requests: string[] = [];
  const waiting = new Set<() => void>();
  const onSocket = (socket: Socket): void => {
    sockets.push(socket);
    if (instead) return instead(socket.on('error', () => {}));
    let text = '';
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      for (let end = endOfRequest(text); end !== undefined; end = endOfRequest(text)) {
        requests.push(text.slice(0, end));
        text = text.slice(end);
        for (const look of waiting) look();
        answer(socket, requests.length);
      }
    });
  };
  const server: Server = tls ? createTlsServer(tls, onSocket) : createServer(onSocket);
  server.on('tlsClientError', () => {});
  const raw = new Set<Socket>();
  server.on('connection', (socket: Socket) => raw.add(socket));
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(wanted, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}/path?query=1`),
    sockets,
    requests,
    request(nth = 1) {
      return new Promise(resolve => {
        const look = (): void => {
          if (requests.length < nth) return;
          waiting.delete(look);
          resolve(requests[nth - 1]!);
        };
        waiting.add(look);
        look();
      });
    },
    async close() {
      for (const socket of raw) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function endOfRequest(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return undefined;
  const end = head + 4 + Number(/\r\ncontent-length: (\d+)\r\n/i.exec(text.slice(0, head + 2))?.[1] ?? 0);
  return text.length >= end ? end : undefined;
}
