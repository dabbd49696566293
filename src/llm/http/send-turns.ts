/** Requests sent in one turn of the event loop. Each takes some 25 µs, so others' words wait no longer than for a few of their own kind. */
const perTurn = 4;

/**
 * Requests that are asked for all at once are sent a few in each turn of the event loop. Else hundreds are sent before a word of the
 * answers that are already under way is read: with 500 the first words were 20 ms late, and the next as late again while the heads of
 * all were read at once (bench S3).
 */
export class SendTurns {
  #sent = 0;
  readonly #waiting: (() => void)[] = [];

  /** Calls `send` now, or in a later turn where this one has had its share; in the order in which they came. @param send must not throw. */
  take(send: () => void): void {
    if (this.#waiting.length === 0 && this.#sent < perTurn) {
      // What is asked for together comes in one go, or by microtasks that are queued already: before this one.
      if (this.#sent++ === 0) queueMicrotask(this.#endTurn);
      return send();
    }
    if (this.#waiting.push(send) === 1) setImmediate(this.#sendSome);
  }

  readonly #endTurn = (): void => {
    this.#sent = 0;
  };

  readonly #sendSome = (): void => {
    const some = this.#waiting.splice(0, perTurn);
    if (this.#waiting.length > 0) setImmediate(this.#sendSome);
    for (const send of some) send();
  };
}
