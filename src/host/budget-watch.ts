import type { ChatSession } from '../chat/chat-session.ts';
import type { Turn } from '../chat/conversation.ts';
import type { FailureRecord } from '../chat/failure-record.ts';
import type { Clock } from '../core/clock.ts';
import { type Disposable, DisposableStore } from '../core/disposable.ts';
import { Money } from '../core/money.ts';
import type { Cap } from '../cost/call-store.ts';
import type { Ledger } from '../cost/ledger.ts';
import { tooLittleLeft } from '../cost/over-budget.ts';
import { type BudgetStanding, standingsOf } from './budget-standing.ts';
import type { BudgetOutlook } from './explain-budget.ts';

export interface BudgetWatchOptions {
  readonly session: Pick<ChatSession, 'conversation' | 'onEvent'>;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** The budgets that a question of this feature would have to fit under now. */
  readonly caps: (feature: string) => readonly Cap[];
  /** The model that would be asked now. */
  readonly model: () => string;
  /** How a refused question stands; undefined once another one came after it. */
  readonly tell: (turn: Turn, failure: FailureRecord, outlook: BudgetOutlook | undefined) => void;
  /** For whoever asked to be told when a budget starts anew. */
  readonly remind: (turn: Turn) => void;
}

/** Timers stand still while a machine sleeps, and other windows spend and lower budgets, too. */
const lookEveryMs = 60_000;

interface Watched {
  readonly turn: Turn;
  readonly failure: FailureRecord;
  readonly needs: Money;
  /** When the person wants to be told that there is room. */
  remindAt?: number;
  /** What was told last. */
  told?: string;
  timer?: Disposable;
}

/**
 * The last question, while a budget refuses it: says when there is room for it again, because the budget was raised, a day began, or
 * another call cost less than it could have. It never sends the question by itself: hours later nobody may be there to see what it costs.
 */
export class BudgetWatch implements Disposable {
  #options: BudgetWatchOptions;
  #own = new DisposableStore();
  #watched: Watched | undefined;

  constructor(options: BudgetWatchOptions) {
    this.#options = options;
    this.#own.add(
      options.session.onEvent(({ type }) => {
        if (type === 'turn-started' || type === 'turn-finished' || type === 'conversation-opened') this.look();
      }),
    );
    this.#own.add(options.ledger.onDidChange(() => this.look()));
    this.look();
  }

  /** For whoever changed a setting, or the session. */
  look(): void {
    this.#follow();
    const watched = this.#watched;
    if (!watched) return;
    const { clock, tell } = this.#options;
    const outlook = this.#outlookOf(watched);
    const name = JSON.stringify(outlook);
    if (name !== watched.told) tell(watched.turn, watched.failure, outlook);
    watched.told = name;
    // Adding up may have had a listener look meanwhile.
    watched.timer?.dispose();
    const until = outlook.state === 'blocked' ? outlook.until : undefined;
    const wait = until === undefined ? lookEveryMs : Math.min(lookEveryMs, Math.max(1, until - clock.now()));
    watched.timer = clock.after(wait, () => this.look());
  }

  /** The person wants to be told when the budget starts anew. */
  remindOf(turnId: string): void {
    const watched = this.#watched;
    if (watched?.turn.id !== turnId) return;
    const outlook = this.#outlookOf(watched);
    if (outlook.state === 'blocked' && outlook.until !== undefined) watched.remindAt = outlook.until;
    this.look();
  }

  dispose(): void {
    this.#watched?.timer?.dispose();
    this.#watched = undefined;
    this.#own.dispose();
  }

  /** Only the last question can be asked again. */
  #follow(): void {
    const turn = this.#options.session.conversation.turns.at(-1);
    const old = this.#watched;
    if (old?.turn === turn) return;
    old?.timer?.dispose();
    if (old) this.#options.tell(old.turn, old.failure, undefined);
    this.#watched = undefined;
    const failure = turn?.ending?.failure;
    const needs = failure?.budget?.needs;
    if (turn && failure && needs) this.#watched = { turn, failure, needs: Money.parse(needs) };
  }

  #outlookOf(watched: Watched): BudgetOutlook {
    const { ledger, caps, clock, model, remind } = this.#options;
    const { turn, failure, needs } = watched;
    const asked = model();
    if (failure.model !== undefined && failure.model !== asked) return { state: 'other-model', model: asked };
    const refusing = standingsOf(caps(turn.feature), filter => ledger.total(filter)).filter(
      ({ left }) => left.compare(needs) < 0,
    );
    if (refusing.length > 0) return blocked(refusing, watched.remindAt !== undefined);
    if (watched.remindAt !== undefined && clock.now() >= watched.remindAt) remind(turn);
    delete watched.remindAt;
    return { state: 'room' };
  }
}

/** Waiting is over when the last of them starts anew. */
function blocked(refusing: readonly BudgetStanding[], reminded: boolean): BudgetOutlook {
  const startsAnew = ({ cap }: BudgetStanding): number => cap.until ?? Number.MAX_SAFE_INTEGER;
  const { cap, left } = refusing.reduce((last, one) => (startsAnew(one) > startsAnew(last) ? one : last));
  const { setting, until } = cap;
  return {
    state: 'blocked',
    title: tooLittleLeft(cap, left),
    ...(setting !== undefined && { setting }),
    ...(until !== undefined && { until }),
    reminded,
  };
}
