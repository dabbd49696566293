import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';
import { DatabaseBusy } from '../storage/database.ts';
import type { CallStore, PartFailure } from './call-store.ts';

/** One thing to be written. */
export interface Write {
  readonly write: () => void;
  /** Without a failure when it is on the disk; with one when it was given up, or put off: then again when it is on the disk. */
  readonly done: (failure: PartFailure | undefined) => void;
  /** Put off rather than given up: it is tried again with whatever is written next. */
  readonly mustBeWritten: boolean;
}

type Queued = Write & { readonly since: number };

/** How long a write waits while other windows have the database: whoever asks waits to be sent, an answer that is there does not wait. */
const patienceMs = { begin: 15_000, end: 2000 } as const;
const betweenTriesMs = 50;

/**
 * What begins and ends in the same turn of the event loop is written in one transaction: many calls wait for the disk once. While
 * another window has the database it is waited for without holding up this one.
 */
export class WriteQueue implements Disposable {
  #store: CallStore;
  #clock: Clock;
  #flushed: () => void;
  #writes: Queued[] = [];
  #putOff: Write[] = [];
  #isDue = false;
  #nextTry: Disposable | undefined;

  /** @param flushed called after a flush that nobody called for. */
  constructor(store: CallStore, clock: Clock, flushed: () => void) {
    this.#store = store;
    this.#clock = clock;
    this.#flushed = flushed;
  }

  get isDue(): boolean {
    return this.#isDue;
  }

  push(write: Write): void {
    this.#writes.push({ ...write, since: this.#clock.monotonic() });
  }

  /** @param alone nothing else runs, so nothing else will end meanwhile: only what is begun by the same event is waited for. */
  flushSoon(alone: boolean): void {
    if (this.#isDue || this.#nextTry) return;
    this.#isDue = true;
    const flush = (): void => {
      if (!this.#isDue) return;
      this.flush();
      this.#flushed();
    };
    if (alone) process.nextTick(flush);
    else setImmediate(flush);
  }

  /** Writes what waits, now; what ends before what begins, so that what is free again is free for those that begin. Does not throw. */
  flush(): void {
    this.#isDue = false;
    if (this.#nextTry || (this.#writes.length === 0 && this.#putOff.length === 0)) return;
    const again = this.#isTakenAgain() ? this.#putOff.splice(0).map(write => ({ ...write, since: -Infinity })) : [];
    const writes = [...again, ...this.#writes].sort((a, b) => Number(b.mustBeWritten) - Number(a.mustBeWritten));
    if (writes.length === 0) return;
    this.#writes = [];
    const failures = this.#together(writes.map(({ write }) => write));
    writes.forEach((one, at) => {
      const failure = failures[at];
      if (failure && this.#mayWait(failure, one)) return this.#writes.push(one);
      if (failure && one.mustBeWritten) this.#putOff.push(one);
      one.done(failure);
    });
    if (this.#writes.length > 0) this.#tryAgain();
  }

  /** Whether what was put off is taken by now. One write tells; hundreds need not be tried each time. */
  #isTakenAgain(): boolean {
    const [first] = this.#putOff;
    if (!first || this.#together([first.write])[0]) return false;
    this.#putOff.shift();
    first.done(undefined);
    return true;
  }

  dispose(): void {
    this.#tryNoMore();
    this.flush();
    this.#tryNoMore();
  }

  #tryNoMore(): void {
    this.#nextTry?.dispose();
    this.#nextTry = undefined;
  }

  #mayWait({ reason }: PartFailure, { since, mustBeWritten }: Queued): boolean {
    const patience = mustBeWritten ? patienceMs.end : patienceMs.begin;
    return reason instanceof DatabaseBusy && this.#clock.monotonic() - since < patience;
  }

  #tryAgain(): void {
    this.#nextTry = this.#clock.after(betweenTriesMs, () => {
      this.#nextTry = undefined;
      this.flush();
      this.#flushed();
    });
  }

  #together(parts: readonly (() => void)[]): (PartFailure | undefined)[] {
    try {
      // One statement is a transaction by itself.
      if (parts.length > 1) return this.#store.together(parts);
      parts[0]!();
      return [undefined];
    } catch (reason) {
      return parts.map(() => ({ reason }));
    }
  }
}
