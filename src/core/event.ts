import { type Disposable, disposable } from './disposable.ts';

/** Calling an event subscribes; disposing what it returns unsubscribes. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** As uncaught, after whoever fired has gone on. */
function reportLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** The firing side of an event. A listener that throws does not keep the others from hearing it. */
export class Emitter<T> implements Disposable {
  #listeners = new Set<(value: T) => void>();
  #onListenerError: (error: unknown) => void;

  constructor(onListenerError: (error: unknown) => void = reportLater) {
    this.#onListenerError = onListenerError;
  }

  readonly event: Event<T> = listener => {
    // A wrapper, so that the same function subscribed twice is two subscriptions.
    const entry = (value: T): void => listener(value);
    this.#listeners.add(entry);
    return disposable(() => this.#listeners.delete(entry));
  };

  fire(value: T): void {
    // A copy: listeners may come and go while they are called.
    for (const listener of Array.from(this.#listeners)) {
      // One of the others may have unsubscribed it just now.
      if (!this.#listeners.has(listener)) continue;
      try {
        listener(value);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
