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
    void this.#play(handler);
    return true;
  }

  async #play(handler: Dispatcher.DispatchHandler): Promise<void> {
    const { status = 200, headers = { 'content-type': 'text/event-stream' }, chunks, error, burst } = this.#replay;
    const controller = new Controller();
    const aborted = (): boolean => {
      if (controller.reason) handler.onResponseError?.(controller, controller.reason);
      return controller.aborted;
    };
    handler.onRequestStart?.(controller, {});
    if (aborted()) return;
    await settled();
    handler.onResponseStart?.(controller, status, headers, '');
    for (const chunk of chunks) {
      if (!burst) await settled();
      await controller.flowing;
      if (aborted()) return;
      handler.onResponseData?.(controller, Buffer.from(chunk));
    }
    if (!burst) await settled();
    if (aborted()) return;
    if (error) handler.onResponseError?.(controller, error);
    else handler.onResponseEnd?.(controller, {});
  }
}

class Controller implements Dispatcher.DispatchController {
  aborted = false;
  paused = false;
  reason: Error | null = null;
  rawHeaders = null;
  rawTrailers = null;
  flowing: Promise<void> = Promise.resolve();
  #go: () => void = () => {};

  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#go();
  }

  pause(): void {
    this.paused = true;
    this.flowing = new Promise(resolve => (this.#go = resolve));
  }

  resume(): void {
    this.paused = false;
    this.#go();
  }
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
