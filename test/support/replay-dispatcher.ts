import type { Dispatcher, HttpCall, HttpRequest, ResponseReader } from '../../src/llm/http/http-call.ts';
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

/** Stands where connections are and answers every request with the same pieces, so that a test rules every split. */
export class ReplayDispatcher implements Dispatcher {
  #replay: Replay;

  constructor(replay: Replay) {
    this.#replay = replay;
  }

  open(_request: HttpRequest, reader: ResponseReader): HttpCall {
    const flow = new Flow(reader);
    void this.#play(reader, flow);
    return flow;
  }

  async #play(reader: ResponseReader, flow: Flow): Promise<void> {
    const { status = 200, headers = { 'content-type': 'text/event-stream' }, chunks, error, burst } = this.#replay;
    await settled();
    if (flow.isOver) return;
    reader.onHead({ status, contentType: (headers['content-type'] ?? '').toLowerCase(), headers });
    const memory = Buffer.alloc(Math.max(0, ...chunks.map(chunk => chunk.length)));
    for (const chunk of chunks) {
      if (!burst) await settled();
      await flow.flowing;
      if (flow.isOver) return;
      memory.set(chunk);
      reader.onBytes(memory.subarray(0, chunk.length));
      // As a connection does: the next bytes come into the same memory.
      memory.fill(0);
    }
    if (!burst) await settled();
    if (flow.isOver) return;
    flow.isOver = true;
    if (error) reader.onError(error);
    else reader.onEnd();
  }
}

class Flow implements HttpCall {
  isOver = false;
  flowing: Promise<void> = Promise.resolve();
  readonly #reader: ResponseReader;
  #go: () => void = () => {};

  constructor(reader: ResponseReader) {
    this.#reader = reader;
  }

  cancel(reason: Error): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#go();
    this.#reader.onError(reason);
  }

  pause(): void {
    this.flowing = new Promise(resolve => (this.#go = resolve));
  }

  resume(): void {
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
