import { createHash } from 'node:crypto';
import type { Memento } from 'vscode';

/**
 * What hosts were found not to take, for all windows: a `ParameterStore`. A place is kept as its hash, for what else an address holds, in
 * its query for one, is nobody's business.
 */
export class KeptParameters {
  readonly #state: Pick<Memento, 'get' | 'update'>;

  constructor(state: Pick<Memento, 'get' | 'update'>) {
    this.#state = state;
  }

  read(place: string): unknown {
    return this.#state.get(keyOf(place));
  }

  write(place: string, learned: Readonly<Record<string, number>>): void {
    // What could not be kept is learned again by the next window.
    this.#state.update(keyOf(place), learned).then(undefined, () => {});
  }
}

const keyOf = (place: string): string =>
  `pennyloom.parameters ${createHash('sha256').update(place).digest('hex').slice(0, 32)}`;
