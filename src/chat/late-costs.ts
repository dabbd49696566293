import type { Disposable } from '../core/disposable.ts';
import type { Ledger } from '../cost/ledger.ts';
import { type Conversation, type Turn, turnCost } from './conversation.ts';

/** Turns that are over for the person while a call of theirs is still read on for its exact count. */
export class LateCosts implements Disposable {
  #ledger: Ledger;
  #known: (conversation: Conversation, turn: Turn) => void;
  #waiting = new Map<Turn, Conversation>();
  #listening: Disposable;

  /** @param known told once the ending has its cost. */
  constructor(ledger: Ledger, known: (conversation: Conversation, turn: Turn) => void) {
    this.#ledger = ledger;
    this.#known = known;
    this.#listening = ledger.onDidChange(() => this.#look());
  }

  /** Does nothing for a turn whose cost is settled. */
  watch(conversation: Conversation, turn: Turn): void {
    if (turn.ending?.cost.counting) this.#waiting.set(turn, conversation);
  }

  dispose(): void {
    this.#listening.dispose();
  }

  #look(): void {
    for (const [turn, conversation] of this.#waiting) {
      const total = this.#ledger.total({ turn: turn.id });
      if (total.running !== undefined) continue;
      this.#waiting.delete(turn);
      turn.ending = { ...turn.ending!, cost: turnCost(total) };
      this.#known(conversation, turn);
    }
  }
}
