import type { Duplex } from 'node:stream';

/** The connections a test's server has open, and when the last of them is gone. */
export class OpenSockets {
  readonly #open = new Set<Duplex>();
  readonly #waiting = new Set<() => void>();

  get size(): number {
    return this.#open.size;
  }

  keep(socket: Duplex): void {
    this.#open.add(socket);
    socket.on('error', () => {}).on('close', () => this.#closed(socket));
  }

  /** Resolves when none is open. */
  allClosed(): Promise<void> {
    return new Promise(resolve => (this.size === 0 ? resolve() : this.#waiting.add(resolve)));
  }

  destroy(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #closed(socket: Duplex): void {
    this.#open.delete(socket);
    if (this.size > 0) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
