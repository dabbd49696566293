import { connect as connectTcp, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { Address, Connect } from './connect.ts';
import { Http1Response, HttpError } from './http1-response.ts';

type Trust = Pick<ConnectionOptions, 'ca' | 'rejectUnauthorized'>;

/**
 * Through a proxy, by CONNECT (RFC 9110 §9.3.6), to hosts with TLS and without.
 * @param proxy "http://name:password@host:port", or "https:" where the proxy itself is spoken to over TLS.
 * @param trust of the host's certificate and of the proxy's.
 */
export function connectThrough(proxy: URL, trust: Trust = {}): Connect {
  return (to, onBytes) => {
    const tunnel = new Tunnel(toProxy(proxy, trust), requestOf(proxy, to));
    const socket = to.secure
      ? connectTls({ ...trust, socket: tunnel, ALPNProtocols: ['http/1.1'], servername: to.isName ? to.host : '' })
      : tunnel;
    return socket.on('data', onBytes) as Socket;
  };
}

function toProxy({ protocol, hostname, port }: URL, trust: Trust): Socket {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return protocol === 'https:'
    ? connectTls({ ...trust, host, port: Number(port) || 443, servername: host })
    : connectTcp({ host, port: Number(port) || 80 });
}

function requestOf({ username, password }: URL, { host, port }: Address): string {
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const whoAsks = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const signIn = username || password ? `proxy-authorization: Basic ${whoAsks}\r\n` : '';
  return `CONNECT ${place} HTTP/1.1\r\nhost: ${place}\r\n${signIn}\r\n`;
}

/** A connection through a proxy: what is written waits until the proxy has let it through. Emits "connect" then. */
class Tunnel extends Duplex {
  readonly #socket: Socket;
  readonly #response = new Http1Response();
  #isOpen = false;
  /** What was written before it was open. */
  #wait: (() => void) | undefined;

  constructor(socket: Socket, request: string) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#response.begin({ onHead: ({ status }) => this.#judge(status), onBytes() {} });
    socket
      .on('data', (bytes: Buffer) => this.#read(bytes))
      .on('end', () => this.push(null))
      .on('error', error => this.destroy(error))
      .on('close', () => this.destroy(this.#isOpen ? undefined : refused('without a word')));
    socket.write(request, 'latin1');
  }

  #judge(status: number): void {
    if (status < 200 || status > 299) return void this.destroy(refused(`(${status})`));
    this.#isOpen = true;
    // Whatever its head says of a body: a 2xx to CONNECT has none, the tunnel begins there.
    this.#response.leave();
    this.emit('connect');
    this.#wait?.();
  }

  #read(bytes: Buffer): void {
    if (this.#isOpen) return void (this.push(bytes) || this.#socket.pause());
    try {
      const taken = this.#response.push(bytes);
      if (this.#isOpen && taken < bytes.length) this.push(bytes.subarray(taken));
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const write = (): void => void this.#socket.write(chunk, done);
    if (this.#isOpen) write();
    else this.#wait = write;
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  ref(): this {
    this.#socket.ref();
    return this;
  }

  unref(): this {
    this.#socket.unref();
    return this;
  }
}

const refused = (how: string): HttpError => new HttpError('ERR_PROXY_REFUSED', `the proxy refused ${how}`);
