import { backgroundClock, type Clock } from '../../core/clock.ts';
import type { Disposable } from '../../core/disposable.ts';
import { type Address, addressOf } from './address.ts';
import { type Connect, connectDirectly } from './connect.ts';
import { Connection, type ConnectionKeeper } from './connection.ts';
import { fieldName, fieldValue } from './header-field.ts';
import { HttpError } from './http1-response.ts';
import type { Dispatcher, HttpCall, HttpRequest, ResponseReader } from './http-call.ts';

export interface DirectAgentOptions {
  readonly connect?: Connect;
  /** Default true: a connection is kept for the next request. */
  readonly keepAlive?: boolean;
  readonly clock?: Clock;
}

/** How long a connection is kept for the next request where the server does not say: less than any server's own patience. */
const idleMs = 4000;
/** Where it does: not longer than this, and so much less, lest it be closed while the request is on its way. */
const longestIdleMs = 600_000;
const marginMs = 2000;

/**
 * Connections to hosts, one request at a time on each, as many at once as there are requests. HTTP/1.1 by hand, because it was most of
 * what an answer's first word cost us (decision 0026): Node's http and undici do for each request what takes them a thousand steps.
 */
export class DirectAgent implements Dispatcher, ConnectionKeeper {
  readonly connect: Connect;
  readonly clock: Clock;
  readonly #keepAlive: boolean;
  /** By origin, longest idle first. */
  readonly #idle = new Map<string, Connection[]>();
  readonly #open = new Set<Connection>();
  #sweep: Disposable | undefined;
  #sweepAt = Infinity;

  constructor({ connect = connectDirectly(), keepAlive = true, clock = backgroundClock }: DirectAgentOptions = {}) {
    this.connect = connect;
    this.clock = clock;
    this.#keepAlive = keepAlive;
  }

  /** Connections with a request on them. */
  get busy(): number {
    return this.#open.size - [...this.#idle.values()].flat().length;
  }

  open(request: HttpRequest, reader: ResponseReader): HttpCall {
    const target = targetOf(request.url);
    const bytes = requestBytes(target, request, this.#keepAlive);
    const connection = this.#kept(target.origin) ?? this.#connect(target);
    return connection.send(bytes, reader);
  }

  /** Closes all connections; requests on their way fail. */
  close(): void {
    // With a reason: without one, a body that lasts until the connection closes would pass for whole.
    const closed = new HttpError('ERR_SOCKET_CLOSED', 'the connections were closed');
    for (const connection of this.#open) connection.destroy(closed);
  }

  /** @returns the connection that was used last. Time may be up though no timer said so: a machine that slept. */
  #kept(origin: string): Connection | undefined {
    const idle = this.#idle.get(origin);
    let connection = idle?.pop();
    for (; connection && connection.idleUntil <= this.clock.monotonic(); connection = idle!.pop()) connection.destroy();
    return connection;
  }

  #connect(target: Target): Connection {
    const connection = new Connection(this, target.origin, target.address);
    this.#open.add(connection);
    return connection;
  }

  /** Called by a connection whose response is complete. @param keptMs as the server says. @returns whether it is kept. */
  released(connection: Connection, keptMs: number | undefined): boolean {
    const ms = keptMs === undefined ? idleMs : Math.min(keptMs - marginMs, longestIdleMs);
    if (!this.#keepAlive || ms <= 0) return false;
    connection.idleUntil = this.clock.monotonic() + ms;
    const idle = this.#idle.get(connection.origin);
    if (idle) idle.push(connection);
    else this.#idle.set(connection.origin, [connection]);
    if (connection.idleUntil < this.#sweepAt) this.#sweepIn(ms, connection.idleUntil);
    return true;
  }

  /** Called by a connection that is no more. */
  closed(connection: Connection): void {
    this.#open.delete(connection);
    const idle = this.#idle.get(connection.origin);
    const at = idle?.indexOf(connection) ?? -1;
    if (at !== -1) idle!.splice(at, 1);
    if (idle?.length === 0) this.#idle.delete(connection.origin);
    if (this.#idle.size > 0) return;
    this.#sweep?.dispose();
    this.#sweepAt = Infinity;
  }

  #sweepIn(ms: number, at: number): void {
    this.#sweep?.dispose();
    this.#sweepAt = at;
    this.#sweep = this.clock.after(ms, this.#closeIdle);
  }

  readonly #closeIdle = (): void => {
    this.#sweepAt = Infinity;
    const now = this.clock.monotonic();
    let next = Infinity;
    for (const connection of [...this.#idle.values()].flat())
      if (connection.idleUntil <= now) connection.destroy();
      else next = Math.min(next, connection.idleUntil - now);
    if (next < Infinity) this.#sweepIn(next, now + next);
  };
}

interface Target {
  readonly origin: string;
  readonly path: string;
  readonly address: Address;
  readonly host: string;
  /** The head of the last request: one call after the other has the same. */
  last: (Pick<HttpRequest, 'method' | 'headers'> & { readonly keepAlive: boolean; readonly head: string }) | undefined;
}

const targets = new WeakMap<URL, Target>();

/** A provider asks the same URL each time, and taking a URL apart is not free. */
function targetOf(url: URL): Target {
  let target = targets.get(url);
  if (!target) targets.set(url, (target = makeTarget(url)));
  return target;
}

function makeTarget(url: URL): Target {
  const { origin, host, pathname, search } = url;
  return { origin, path: pathname + search, address: addressOf(url), host, last: undefined };
}

/** RFC 9112 §3. @throws for a header that cannot be sent. */
function requestBytes(target: Target, { method, headers, body }: HttpRequest, keepAlive: boolean): string | Buffer {
  if (target.last?.headers !== headers || target.last.method !== method || target.last.keepAlive !== keepAlive)
    target.last = { method, headers, keepAlive, head: headOf(target, method, headers, keepAlive) };
  const { head } = target.last;
  if (body === undefined) return `${head}\r\n`;
  const length = Buffer.byteLength(body);
  const whole = `${head}content-length: ${length}\r\n\r\n`;
  // Of ASCII alone: one string is one write, without a copy.
  return length === body.length ? whole + body : Buffer.concat([Buffer.from(whole, 'latin1'), Buffer.from(body)]);
}

function headOf({ path, host }: Target, method: string, headers: Record<string, string>, keepAlive: boolean): string {
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: ${keepAlive ? 'keep-alive' : 'close'}\r\n`;
  for (const [name, value] of Object.entries(headers)) {
    // Never the value: it may be a key.
    if (!fieldName.test(name) || !fieldValue.test(value)) throw new Error(`the header ${name} cannot be sent`);
    head += `${name}: ${value}\r\n`;
  }
  return head;
}
