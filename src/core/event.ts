import { type Disposable, disposable } from './disposable.ts';

/** Calling an event subscribes; disposing what it returns unsubscribes. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** The firing side of an event. A listener that throws does not keep the others from hearing it. */
export class Emitter<T> implements Disposable {
  #listeners = new Set<(value: T) => void>();
  #onListenerError: (error: unknown) => void;

  constructor(onListenerError: (error: unknown) => void = error => queueMicrotask(() => Promise.reject(error))) {
    this.#onListenerError = onListenerError;
  }

  readonly event: Event<T> = listener => {
    // A wrapper, so that the same function subscribed twice is two subscriptions.
    const entry = (value: T): void => listener(value);
    this.#listeners.add(entry);
    return disposable(() => this.#listeners.delete(entry));
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
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
