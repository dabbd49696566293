/** What another stream brings, to be handed on as it is. */
export class Passage<T> {
  readonly from: AsyncIterable<T>;
  readonly see: (item: T) => void;

  /** @param see is shown each item before it is handed on. */
  constructor(from: AsyncIterable<T>, see: (item: T) => void) {
    this.from = from;
    this.see = see;
  }
}

/**
 * A stream as its script tells it, item by item; for a `Passage` everything that is in it, and then the script goes on, or throws there
 * what the other stream threw. As `for await (const item of from) { see(item); yield item; }` would, which takes six turns of the
 * microtask queue for each item where this takes one: through two of them an answer cost five times what reading it did (bench S4).
 */
export const relay = <T>(script: AsyncGenerator<T | Passage<T>, void>): AsyncIterableIterator<T, void> =>
  new Relay(script);

type Result<T> = IteratorResult<T, void>;

class Relay<T> implements AsyncIterableIterator<T, void> {
  readonly #script: AsyncGenerator<T | Passage<T>, void>;
  #from: AsyncIterator<T> | undefined;
  #see!: (item: T) => void;
  #isBusy = false;
  #last: Promise<unknown> | undefined;

  constructor(script: AsyncGenerator<T | Passage<T>, void>) {
    this.#script = script;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result<T>> {
    if (this.#isBusy) return this.#afterThat(() => this.next());
    this.#isBusy = true;
    const result = this.#from ? this.#pass(this.#from) : this.#tell(this.#script.next());
    this.#last = result;
    return result;
  }

  /** The reader has had enough: the stream that is handed on ends first, then the script. */
  return(): Promise<Result<T>> {
    if (this.#isBusy) return this.#afterThat(() => this.return());
    this.#isBusy = true;
    const result = this.#leave();
    this.#last = result;
    return result;
  }

  async #leave(): Promise<Result<T>> {
    try {
      await this.#close();
    } finally {
      await this.#script.return();
      this.#isBusy = false;
    }
    return { done: true, value: undefined };
  }

  /** As with a generator: who asks again before the answer is served after it. */
  #afterThat(again: () => Promise<Result<T>>): Promise<Result<T>> {
    const result = this.#last!.then(again, again);
    this.#last = result;
    return result;
  }

  #pass(from: AsyncIterator<T>): Promise<Result<T>> {
    return from.next().then(this.#passed, this.#broke);
  }

  #tell(said: Promise<IteratorResult<T | Passage<T>, void>>): Promise<Result<T>> {
    return said.then(this.#told, this.#failed);
  }

  readonly #passed = (result: IteratorResult<T, unknown>): Result<T> | Promise<Result<T>> => {
    if (result.done) {
      this.#from = undefined;
      return this.#tell(this.#script.next());
    }
    try {
      this.#see(result.value);
    } catch (error) {
      return this.#close().then(() => this.#broke(error));
    }
    this.#isBusy = false;
    return result;
  };

  async #close(): Promise<void> {
    const from = this.#from;
    this.#from = undefined;
    await from?.return?.();
  }

  readonly #broke = (error: unknown): Promise<Result<T>> => {
    this.#from = undefined;
    return this.#tell(this.#script.throw(error));
  };

  readonly #told = (result: IteratorResult<T | Passage<T>, void>): Result<T> | Promise<Result<T>> => {
    if (!result.done && result.value instanceof Passage) {
      this.#see = result.value.see;
      this.#from = result.value.from[Symbol.asyncIterator]();
      return this.#pass(this.#from);
    }
    this.#isBusy = false;
    return result as Result<T>;
  };

  readonly #failed = (error: unknown): never => {
    this.#isBusy = false;
    throw error;
  };
}
