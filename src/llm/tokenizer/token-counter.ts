import type { Clock } from '../../core/clock.ts';
import type { Disposable } from '../../core/disposable.ts';

/** Counts tokens away from the main thread. */
export interface TokenCounter {
  /**
   * Tokens of each text in o200k_base, which is exact for OpenAI's models and close for others; undefined where counting is not to be
   * had or takes too long: then the bytes bound it.
   * @param isDraft the text is the last draft, a little changed: only the change is counted.
   */
  count(texts: readonly string[], isDraft?: boolean): Promise<readonly number[] | undefined>;
}

export interface CountRequest {
  readonly id: number;
  readonly texts: readonly string[];
  readonly isDraft: boolean;
}

export interface CountAnswer {
  readonly id: number;
  readonly counts: readonly number[];
}

/** As much of a `Worker` as is used here. */
export interface CountingWorker {
  postMessage(request: CountRequest): void;
  on(event: 'message', listener: (answer: CountAnswer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: () => void): unknown;
  unref(): void;
  terminate(): unknown;
}

/** Loading takes 300 ms, a megabyte 100; whoever waits longer than this is better served by a bound. */
const patienceMs = 5000;

/** A worker that is started at the first count, and again after it died. */
export class WorkerTokenCounter implements TokenCounter, Disposable {
  #start: () => CountingWorker;
  #clock: Clock;
  #worker: CountingWorker | undefined;
  #waiting = new Map<number, (counts: readonly number[] | undefined) => void>();
  #nextId = 0;
  #disposed = false;

  constructor(start: () => CountingWorker, clock: Clock) {
    this.#start = start;
    this.#clock = clock;
  }

  count(texts: readonly string[], isDraft = false): Promise<readonly number[] | undefined> {
    if (this.#disposed) return Promise.resolve(undefined);
    const id = this.#nextId++;
    return new Promise(resolve => {
      const patience = this.#clock.after(patienceMs, () => this.#lose());
      this.#waiting.set(id, counts => {
        patience.dispose();
        resolve(counts);
      });
      try {
        this.#running().postMessage({ id, texts, isDraft });
      } catch {
        this.#lose();
      }
    });
  }

  dispose(): void {
    this.#disposed = true;
    this.#lose();
  }

  #running(): CountingWorker {
    if (this.#worker) return this.#worker;
    const worker = (this.#worker = this.#start());
    const lost = (): void => {
      if (this.#worker === worker) this.#lose();
    };
    worker.on('message', ({ id, counts }) => this.#settle(id, counts));
    worker.on('error', lost);
    worker.on('exit', lost);
    worker.unref();
    return worker;
  }

  /** Whoever waits is told that no count comes; the next count starts a new worker. */
  #lose(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    for (const id of this.#waiting.keys()) this.#settle(id, undefined);
  }

  #settle(id: number, counts: readonly number[] | undefined): void {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(counts);
  }
}
