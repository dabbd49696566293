import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { Disposable } from '../../core/disposable.ts';
import type { Address } from './address.ts';
import type { Connect } from './connect.ts';
import { Http1Response, HttpError } from './http1-response.ts';
import type { HttpCall, ResponseReader } from './http-call.ts';

/** Whoever made a connection, and may have use for it after its request. */
export interface ConnectionKeeper {
  readonly connect: Connect;
  readonly clock: Clock;
  /** @param keptMs how long the server keeps it, where it says. @returns whether it is kept; otherwise it closes. */
  released(connection: Connection, keptMs: number | undefined): boolean;
  closed(connection: Connection): void;
}

const connectTimeoutMs = 10_000;

/** One connection, and the one request that is on it. */
export class Connection {
  readonly origin: string;
  /** By the keeper's clock. */
  idleUntil = 0;
  readonly #keeper: ConnectionKeeper;
  readonly #socket: Socket;
  readonly #response = new Http1Response();
  #call: Call | undefined;
  #patience: Disposable | undefined;
  #isUsed = false;
  #isClosed = false;

  constructor(keeper: ConnectionKeeper, origin: string, to: Address) {
    this.#keeper = keeper;
    this.origin = origin;
    this.#socket = keeper.connect(to, bytes => this.#read(bytes));
    this.#socket
      .on('error', error => this.#over(error))
      .on('end', () => this.#over())
      .on('close', () => this.#over());
    // By way of the socket, which may know what did not answer: a proxy.
    this.#patience = keeper.clock.after(connectTimeoutMs, () =>
      this.#socket.destroy(new HttpError('ERR_CONNECT_TIMEOUT', `no connection after ${connectTimeoutMs / 1000} s`)),
    );
    this.#socket.once(to.secure ? 'secureConnect' : 'connect', () => this.#patience?.dispose());
  }

  /** Only where no request is on it. */
  send(bytes: string | Buffer, reader: ResponseReader): HttpCall {
    const call = (this.#call = new Call(this, this.#socket, reader));
    this.#response.begin(reader);
    if (this.#isUsed) this.#socket.ref();
    this.#isUsed = true;
    this.#socket.write(bytes, 'latin1');
    return call;
  }

  /** Its call, if there is one, fails. */
  destroy(reason?: Error): void {
    this.#over(reason);
  }

  #read(bytes: Buffer): void {
    try {
      const taken = this.#response.push(bytes);
      if (!this.#call) this.#over();
      else if (this.#response.isComplete) this.#complete(taken === bytes.length);
    } catch (error) {
      this.#over(error as Error);
    }
  }

  #complete(isAll: boolean): void {
    const call = this.#call!;
    this.#call = undefined;
    call.isOver = true;
    // Before its reader is told: the next request comes from there, and finds the connection.
    const mayStay = isAll && this.#socket.writableLength === 0 && !this.#socket.isPaused();
    if (mayStay && this.#keeper.released(this, this.#response.keepAliveMs)) this.#socket.unref();
    else this.#over();
    call.reader.onEnd();
  }

  /** The connection is of no more use. @param error what it died of; none where the other side closed it. */
  #over(error?: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#patience?.dispose();
    this.#socket.destroy();
    this.#keeper.closed(this);
    const call = this.#call;
    this.#call = undefined;
    if (!call) return;
    call.isOver = true;
    this.#response.leave();
    const failed = error ?? this.#response.end();
    if (failed) call.reader.onError(failed);
    else call.reader.onEnd();
  }
}

/** What the sender of a request has in hand. */
class Call implements HttpCall {
  readonly reader: ResponseReader;
  readonly #connection: Connection;
  readonly #socket: Socket;
  isOver = false;

  constructor(connection: Connection, socket: Socket, reader: ResponseReader) {
    this.#connection = connection;
    this.#socket = socket;
    this.reader = reader;
  }

  cancel(reason: Error): void {
    if (!this.isOver) this.#connection.destroy(reason);
  }

  pause(): void {
    if (!this.isOver) this.#socket.pause();
  }

  resume(): void {
    if (!this.isOver && this.#socket.isPaused()) this.#socket.resume();
  }
}
