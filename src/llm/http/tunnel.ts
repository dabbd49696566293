import { connect as connectTcp, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { type Address, addressOf, placeOf } from './address.ts';
import { type Connect, serverNameOf, tcpTo, type Trust } from './connect.ts';
import { Http1Response, HttpError } from './http1-response.ts';

export interface Proxy {
  /** "http://name:password@host:port", or "https:" where the proxy itself is spoken to over TLS. */
  readonly url: URL;
  /** Sent as Proxy-Authorization, instead of the URL's name and password. */
  readonly authorization?: string;
}

/**
 * Through a proxy, by CONNECT (RFC 9110 §9.3.6), to hosts with TLS and without. What goes wrong before it has let the connection through
 * is an error whose `proxy` is its "host:port"; no error holds its password.
 * @param trust of the host's certificate and of the proxy's.
 */
export function connectThrough(proxy: Proxy, trust: () => Trust = () => ({})): Connect {
  return (to, onBytes) => {
    const by = addressOf(proxy.url);
    const tunnel = new Tunnel(toProxy(by, trust), requestOf(proxy, to));
    const socket = to.secure ? secured(tunnel, to, trust()) : tunnel;
    return socket
      .on('data', onBytes)
      .on('error', error => tunnel.isOpen || Object.assign(error, { proxy: placeOf(by) })) as Socket;
  };
}

function toProxy(by: Address, trust: () => Trust): Socket {
  const tcp = tcpTo(by);
  return by.secure ? connectTls({ ...trust(), ...tcp, ...serverNameOf(by) }) : connectTcp(tcp);
}

function secured(tunnel: Tunnel, to: Address, trust: Trust): Duplex {
  const socket = connectTls({
    ...trust,
    socket: tunnel,
    // By which the certificate is judged; without, an IP address's would have to be for "localhost".
    host: to.host,
    ALPNProtocols: ['http/1.1'],
    ...serverNameOf(to),
  });
  // TLS over a stream passes neither on: an idle connection would keep the process alive.
  socket.ref = () => (tunnel.ref(), socket);
  socket.unref = () => (tunnel.unref(), socket);
  return socket;
}

function requestOf(proxy: Proxy, to: Address): string {
  const place = placeOf(to);
  const authorization = proxy.authorization ?? basicOf(proxy.url);
  const signIn = authorization ? `proxy-authorization: ${authorization}\r\n` : '';
  return `CONNECT ${place} HTTP/1.1\r\nhost: ${place}\r\n${signIn}\r\n`;
}

function basicOf({ username, password }: URL): string | undefined {
  if (!username && !password) return undefined;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`;
}

/** Also where somebody wrote "%" for "%25". */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'));
  } catch {
    return text;
  }
}

/** A connection through a proxy: what is written waits until the proxy has let it through. Emits "connect" then. */
class Tunnel extends Duplex {
  readonly #socket: Socket;
  readonly #response = new Http1Response();
  /** The proxy has let it through. */
  isOpen = false;
  /** What was written before it was open. */
  #wait: (() => void) | undefined;

  constructor(socket: Socket, request: string) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#response.begin({ onHead: ({ status }) => this.#judge(status), onBytes() {} });
    socket
      .on('data', (bytes: Buffer) => this.#read(bytes))
      .on('end', () => this.#end())
      .on('error', error => this.destroy(error))
      // After an end, what has come is still to be read, and then it closes by itself.
      .on('close', () => socket.readableEnded || this.#end());
    socket.write(request, 'latin1');
  }

  #judge(status: number): void {
    if (status < 200 || status > 299) return void this.destroy(refused(`(${status})`));
    this.isOpen = true;
    // Whatever its head says of a body: a 2xx to CONNECT has none, the tunnel begins there.
    this.#response.leave();
    this.emit('connect');
    this.#wait?.();
  }

  #read(bytes: Buffer): void {
    if (this.isOpen) return void (this.push(bytes) || this.#socket.pause());
    try {
      const taken = this.#response.push(bytes);
      if (this.isOpen && taken < bytes.length) this.push(bytes.subarray(taken));
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  #end(): void {
    if (this.isOpen) this.push(null);
    else this.destroy(refused('without a word'));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const write = (): void => void this.#socket.write(chunk, done);
    if (this.isOpen) write();
    else this.#wait = write;
  }

  override _final(done: () => void): void {
    if (this.#socket.destroyed) done();
    else this.#socket.end(() => done());
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
