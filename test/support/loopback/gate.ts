/** Where stalled answers wait. `release` lets everyone through who waits now; later comers wait for the next release. */
export class Gate {
  readonly #waiting = new Set<() => void>();

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves when released or when the signal aborts, whichever is first. */
  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise(resolve => {
      const go = (): void => {
        this.#waiting.delete(go);
        signal.removeEventListener('abort', go);
        resolve();
      };
      this.#waiting.add(go);
      signal.addEventListener('abort', go);
    });
  }

  /** How many were let through. */
  release(): number {
    const released = [...this.#waiting];
    for (const go of released) go();
    return released.length;
  }
}
