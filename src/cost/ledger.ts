import { type Clock, systemClock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';
import { Emitter, type Event } from '../core/event.ts';
import { Money } from '../core/money.ts';
import { orderedId } from '../core/ordered-id.ts';
import type { Usage } from '../llm/usage.ts';
import { openDatabase, type Database } from '../storage/database.ts';
import { Presence } from '../storage/presence.ts';
import { schema } from '../storage/schema.ts';
import type { CallFacts, CallFilter, CallRow, CallStore, Cap, ModelTotal, PriceUse } from './call-store.ts';
import { costOf } from './cost-of.ts';
import { SqliteCallStore } from './sqlite-call-store.ts';
import { WriteQueue } from './write-queue.ts';

/** How a call ended, as the metered provider knows it. */
export type Outcome =
  /** The provider's own counts. */
  | Usage
  /** Our counts, because the provider's never came. */
  | { readonly estimated: Usage }
  /** Sent, and nobody knows what became of it. */
  | 'lost'
  /** Answered with an error instead of an answer: not billed. */
  | 'rejected'
  /** Never left this machine: as if it had not been reserved. */
  | 'not-sent';

/** Room kept for one call, from before it is sent until its cost is known. */
export interface Reservation {
  readonly id: string;
  /** What the running call has probably cost by now; shown, never kept. */
  observe(estimate: Money | undefined): void;
  /**
   * Once; what comes later is ignored. `tier` and `answeredBy` are the service tier and the model the answer named. A call that ran alone is written at once, others
   * with those that end in the same turn of the event loop; this ledger's totals count it from now on. Does not throw: what cannot
   * be written now is written later, and the reservation holds its bound until then.
   */
  settle(outcome: Outcome, tier?: string, answeredBy?: string): void;
  /** Resolves after `settle`: true once it is on the disk, false where it could not be written yet. Never rejects. */
  readonly settled: Promise<boolean>;
}

/** Sums over calls, ready to be told to a person. */
export interface LedgerTotal {
  /** Exact sum of what is known and settled. */
  readonly money: Money;
  /** `money`, and what running and lost calls may cost at most: what budgets go by. */
  readonly committed: Money;
  readonly calls: number;
  /** Calls whose cost is not known: the truth is "at least" `money`. */
  readonly unknownCalls: number;
  readonly estimatedCalls: number;
  /** What calls still running have probably cost by now; undefined when none runs. */
  readonly running: Money | undefined;
  readonly models: readonly ModelTotal[];
  /** By which prices, where one turn was asked for. */
  readonly prices?: readonly PriceUse[];
}

export interface ReserveOptions extends CallFacts {
  /** The most the call can cost; undefined where the price is unknown. */
  readonly bound: Money | undefined;
  readonly caps?: readonly Cap[];
}

/** Every call that may cost money, before and after it is sent. */
export class Ledger implements Disposable {
  #store: CallStore;
  #clock: Clock;
  #newId: () => string;
  #running = new Map<string, { facts: CallFacts; started: number; estimate: Money | undefined }>();
  #changed = new Emitter<void>();
  #queue: WriteQueue;
  #close: () => void;

  constructor(store: CallStore, clock: Clock, newId: () => string, close: () => void = () => {}) {
    this.#store = store;
    this.#clock = clock;
    this.#newId = newId;
    this.#queue = new WriteQueue(store, clock, () => this.#changed.fire());
    this.#close = close;
  }

  /** Fires after every reservation, estimate and settlement of this window. */
  readonly onDidChange: Event<void> = listener => this.#changed.event(listener);

  /** @throws CapReached where the call could pass a cap; then nothing was reserved and nothing may be sent. */
  reserve({ bound, caps = [], ...facts }: ReserveOptions): Reservation {
    const row = { ...facts, id: this.#newId(), started: this.#clock.now(), bound };
    this.#queue.flush();
    this.#store.insert(row, caps);
    const reservation = this.#reserved(row);
    this.#changed.fire();
    return reservation;
  }

  /**
   * As `reserve`, together with whatever else is reserved or settled in this turn of the event loop: many calls at once wait for the
   * disk once. Each is held against its caps with those before it counted. @throws as `reserve`
   */
  reserveSoon({ bound, caps = [], ...facts }: ReserveOptions): Promise<Reservation> {
    const row = { ...facts, id: this.#newId(), started: this.#clock.now(), bound };
    return new Promise((resolve, reject) => {
      this.#queue.push({
        write: () => this.#store.insert(row, caps),
        done: failure => {
          if (failure) reject(failure.reason);
          else resolve(this.#reserved(row));
        },
        mustBeWritten: false,
      });
      this.#queue.flushSoon(this.#running.size === 0);
    });
  }

  #reserved(row: CallRow): Reservation {
    const { id, started } = row;
    const settled = Promise.withResolvers<boolean>();
    this.#running.set(id, { facts: row, started, estimate: undefined });
    return {
      id,
      settled: settled.promise,
      observe: estimate => {
        const running = this.#running.get(id);
        if (!running) return;
        running.estimate = estimate;
        this.#changed.fire();
      },
      settle: (outcome, tier, answeredBy) => {
        if (!this.#running.delete(id)) return;
        const times = { started, settled: this.#clock.now() };
        this.#queue.push({
          write: () => this.#settle(id, row, times, outcome, tier, answeredBy),
          done: failure => settled.resolve(!failure),
          // A locked or full disk must not cost anybody an answer.
          mustBeWritten: true,
        });
        if (this.#running.size > 0 || this.#queue.isDue) return this.#queue.flushSoon(false);
        this.#queue.flush();
        this.#changed.fire();
      },
    };
  }

  total(filter: CallFilter): LedgerTotal {
    this.#queue.flush();
    const models = this.#store.totals(filter);
    const running = [...this.#running.values()].filter(call => matches(call.facts, call.started, filter));
    const count = (of: (total: ModelTotal) => number): number => models.reduce((sum, total) => sum + of(total), 0);
    return {
      models,
      ...(filter.turn !== undefined && { prices: this.#store.prices(filter.turn) }),
      committed: this.#store.committed(filter),
      money: Money.sum(models.map(({ money }) => money)),
      calls: count(({ calls }) => calls),
      unknownCalls: count(({ unknownCalls }) => unknownCalls),
      estimatedCalls: count(({ estimatedCalls }) => estimatedCalls),
      running: running.length > 0 ? Money.sum(running.map(({ estimate }) => estimate ?? Money.zero)) : undefined,
    };
  }

  dispose(): void {
    this.#queue.dispose();
    this.#changed.dispose();
    this.#close();
  }

  #settle(
    id: string,
    { provider, model }: CallFacts,
    { started, settled }: { readonly started: number; readonly settled: number },
    outcome: Outcome,
    tier?: string,
    answeredBy?: string,
  ): void {
    const none = { cost: undefined, usage: undefined, priceSource: undefined, priceDate: undefined };
    if (outcome === 'not-sent') return this.#store.remove(id);
    if (outcome === 'lost') return this.#store.settle(id, { ...none, state: 'lost', settled });
    if (outcome === 'rejected')
      return this.#store.settle(id, { ...none, state: 'rejected', settled, cost: Money.zero });
    const usage = 'estimated' in outcome ? outcome.estimated : outcome;
    const { money, source, flags } = costOf({
      provider,
      model,
      usage,
      at: started,
      ...(tier && { tier }),
      ...(answeredBy && { answeredBy }),
    });
    const state = money === undefined ? 'unknown-price' : 'estimated' in outcome ? 'estimated' : 'reported';
    this.#store.settle(id, {
      state,
      settled,
      usage,
      cost: money,
      priceSource: source?.name,
      priceDate: source?.dataDate,
      tier,
      flags,
    });
  }
}

function matches(facts: CallFacts, started: number, filter: CallFilter): boolean {
  return (
    (filter.session ?? facts.session) === facts.session &&
    (filter.conversation ?? facts.conversation) === facts.conversation &&
    (filter.turn ?? facts.turn) === facts.turn &&
    (filter.feature ?? facts.feature) === facts.feature &&
    (filter.workspace ?? facts.workspace) === facts.workspace &&
    (filter.since ?? started) <= started
  );
}

/**
 * Opens the ledger in its own database file.
 * @throws StorageUnavailable; the caller goes on with `new Ledger(new MemoryCallStore(), …)` and says so.
 */
export function openLedger(path: string, clock: Clock = systemClock): Ledger {
  const db = openDatabase(path, schema);
  return ledgerIn(db, clock, () => db.close());
}

/** A ledger in a database that is already open, shared with the history. What windows that are gone left reserved is lost from now on. */
export function ledgerIn(db: Database, clock: Clock, close: () => void = () => {}): Ledger {
  const newId = (): string => orderedId(clock.now());
  const presence = db.path === undefined ? undefined : new Presence(db.path, newId());
  const store = new SqliteCallStore(db, presence);
  try {
    store.recover(clock.now());
  } catch {
    // Another window has the database for long, or the disk is full: the next window will do it.
  }
  return new Ledger(store, clock, newId, () => {
    close();
    presence?.end();
  });
}
