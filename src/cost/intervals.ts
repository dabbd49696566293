import { Money } from '../core/money.ts';
import type { CallRow } from './call-store.ts';
import type { Outcome } from './settlement.ts';

/** Between what and what a cost lies; `most` undefined where nobody knows. */
export interface Interval {
  readonly least: Money;
  readonly most: Money | undefined;
}

interface Noted extends Interval {
  readonly turn: string;
  readonly estimate: Money;
}

/** Calls that are remembered: they are shown with the answer, and kept with it from then on. */
const mostCalls = 1000;

/** What the calls of this window that were never reported can have cost. */
export class Intervals {
  #calls = new Map<string, Noted>();

  /** A call that has ended: what was never reported is noted, at the least that was seen and the most that was reserved. */
  see({ id, turn, bound: most }: CallRow, outcome: Outcome, estimate: Money | undefined): void {
    if (outcome === 'lost') this.note(id, { turn, least: Money.zero, most, estimate: Money.zero });
    if (typeof outcome === 'string' || !('estimated' in outcome) || !estimate) return;
    const { least = Money.zero } = outcome;
    // A count of our own may be off either way: what was reserved and what was seen are not.
    this.note(id, { turn, least: least.compare(estimate) < 0 ? least : estimate, most, estimate });
  }

  /** Noting a call again changes nothing: what could not be written is written again. */
  note(call: string, noted: Noted): void {
    this.#calls.set(call, noted);
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > mostCalls && oldest !== undefined) this.#calls.delete(oldest);
  }

  /** @param sum of the turn, estimates in it. @returns undefined where all of its calls were reported. */
  of(turn: string, sum: Money): Interval | undefined {
    const noted = [...this.#calls.values()].filter(call => call.turn === turn);
    if (noted.length === 0) return undefined;
    const reported = sum.subtract(Money.sum(noted.map(({ estimate }) => estimate)));
    const bounds = noted.map(({ most }) => most);
    const known = bounds.filter(bound => bound !== undefined);
    return {
      least: reported.add(Money.sum(noted.map(({ least }) => least))),
      most: known.length === bounds.length ? reported.add(Money.sum(known)) : undefined,
    };
  }
}
