import { Dispatcher } from 'undici';
import { settled } from './fake-clock.ts';

export interface Replay {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** Pieces of the body, each its own `data` event. */
  readonly chunks: readonly Uint8Array[];
  /** What the connection dies of after the last chunk, instead of an orderly end. */
  readonly error?: Error;
  /** true: all pieces at once; otherwise each in its own turn of the event loop. */
  readonly burst?: boolean;
}

/** Stands where undici's connections are and answers every request with the same pieces, so that a test rules every split. */
export class ReplayDispatcher extends Dispatcher {
  readonly requests: Dispatcher.DispatchOptions[] = [];
  #replay: Replay;

  constructor(replay: Replay) {
    super();
    this.#replay = replay;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.requests.push(options);
    void this.#play(handler as LowLevelHandler);
    return true;
  }

  async #play(handler: LowLevelHandler): Promise<void> {
    const { status = 200, headers = { 'content-type': 'text/event-stream' }, chunks, error, burst } = this.#replay;
    const flow = new Flow();
    const aborted = (): boolean => {
      if (flow.abortedFor) handler.onError(flow.abortedFor);
      return flow.abortedFor !== undefined;
    };
    handler.onConnect(flow.abort);
    if (aborted()) return;
    await settled();
    const raw = Object.entries(headers).flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]);
    flow.goesOn(handler.onHeaders(status, raw, flow.resume, ''));
    for (const chunk of chunks) {
      if (!burst) await settled();
      await flow.flowing;
      if (aborted()) return;
      flow.goesOn(handler.onData(Buffer.from(chunk)));
    }
    if (!burst) await settled();
    if (aborted()) return;
    if (error) handler.onError(error);
    else handler.onComplete(null);
  }
}

/** What undici tells of a request, see `openHttp`. */
type LowLevelHandler = Required<
  Pick<Dispatcher.DispatchHandler, 'onConnect' | 'onHeaders' | 'onData' | 'onComplete' | 'onError'>
>;

class Flow {
  abortedFor: Error | undefined;
  flowing: Promise<void> = Promise.resolve();
  #go: () => void = () => {};

  readonly abort = (reason?: Error): void => {
    this.abortedFor ??= reason ?? new Error('aborted');
    this.#go();
  };

  goesOn(whetherItDoes: boolean): void {
    if (!whetherItDoes) this.flowing = new Promise(resolve => (this.#go = resolve));
  }

  readonly resume = (): void => this.#go();
}

/** Every byte its own piece. */
export function singleBytes(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}

/** Cuts at places that depend only on the seed: usually a few bytes to a few hundred. */
export function randomPieces(bytes: Uint8Array, seed: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const random = mulberry32(seed);
  for (let at = 0; at < bytes.length;) {
    const size = 1 + Math.floor(random() ** 3 * 400);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** A small generator whose whole state is its seed (Tommy Ettinger's Mulberry32, public domain). */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
