/** Feeds every event to `use` and gives what the generator returns. */
export async function forEachEvent<E, R>(events: AsyncGenerator<E, R>, use: (event: E) => void): Promise<R> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value;
    use(value);
  }
}
