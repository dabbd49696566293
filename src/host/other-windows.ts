import type { Clock } from '../core/clock.ts';
import { type Disposable, disposable } from '../core/disposable.ts';
import { Emitter, type Event } from '../core/event.ts';

export interface OtherWindowsOptions {
  /** Changes when another window has written to the database, not when this one has. */
  readonly version: () => number;
  readonly clock: Clock;
  /** Whether the person is at this window. */
  readonly focused: () => boolean;
}

/** Asking takes some microseconds; a window that nobody is at need not be woken for it as often. */
const everyMs = { focused: 2000, elsewhere: 15_000 };

/** Follows what other windows write to the database they share: there is nothing that would tell of it by itself. */
export class OtherWindows implements Disposable {
  #options: OtherWindowsOptions;
  #wrote = new Emitter<void>();
  #version: number | undefined;
  #timer: Disposable = disposable(() => {});

  constructor(options: OtherWindowsOptions) {
    this.#options = options;
    this.look();
  }

  readonly onDidWrite: Event<void> = listener => this.#wrote.event(listener);

  /** Now, and from here on again and again: for whoever has just come to this window. */
  look(): void {
    const { clock, focused } = this.#options;
    const before = this.#version;
    this.#version = this.#read();
    this.#timer.dispose();
    this.#timer = clock.after(focused() ? everyMs.focused : everyMs.elsewhere, () => this.look());
    if (before !== undefined && this.#version !== undefined && before !== this.#version) this.#wrote.fire();
  }

  dispose(): void {
    this.#timer.dispose();
    this.#wrote.dispose();
  }

  /** A database that cannot be read for now keeps nobody from looking again. */
  #read(): number | undefined {
    try {
      return this.#options.version();
    } catch {
      return this.#version;
    }
  }
}
