/**
 * Goes on with a value that may be known already, and then at once: every promise on the way to a request is a turn of the microtask
 * queue that its first word waits for (bench S2).
 * @throws what `then` throws, where the value was known.
 */
export function whenKnown<T, R>(value: T | Promise<T>, then: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(then) : then(value);
}
