import { type Clock, systemClock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';
import { Emitter, type Event } from '../core/event.ts';
import { Money } from '../core/money.ts';
import { orderedId } from '../core/ordered-id.ts';
import { openDatabase, type Database } from '../storage/database.ts';
import { Presence } from '../storage/presence.ts';
import { schema } from '../storage/schema.ts';
import { type Trouble, troubleOf } from '../storage/trouble.ts';
import { addedUp, sumsIn, type Sums } from './added-up.ts';
import {
  type CallFacts,
  type CallFilter,
  type CallRow,
  type CallSettlement,
  type CallStore,
  type Cap,
  CapUnknown,
  type ModelTotal,
  type PartFailure,
  type PriceUse,
} from './call-store.ts';
import { type Interval, intervalOf } from './intervals.ts';
import { MemoryCallStore } from './memory-call-store.ts';
import { end, type Outcome, rewrite, settlementOf } from './settlement.ts';
import { SqliteCallStore } from './sqlite-call-store.ts';
import { WriteQueue } from './write-queue.ts';

/** Room kept for one call, from before it is sent until its cost is known. */
export interface Reservation {
  readonly id: string;
  /** What the running call has probably cost by now; shown, never kept. */
  observe(estimate: Money | undefined): void;
  /** What the running call has cost at least by now. Written soon, for whoever finds the call without its window; may be lost. */
  keepLeast(least: Money): void;
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
  /** Of one turn, where calls of it were never reported: between what and what it lies. */
  readonly interval?: Interval;
  readonly models: readonly ModelTotal[];
  /** By which prices, where one turn was asked for. */
  readonly prices?: readonly PriceUse[];
}

export interface ReserveOptions extends CallFacts {
  /** The most the call can cost; undefined where the price is unknown. */
  readonly bound: Money | undefined;
  readonly caps?: readonly Cap[];
}

/** A call of this window that is over, and what it came to. */
export type SettledCall = CallRow & CallSettlement;

/** Every call that may cost money, before and after it is sent. */
export class Ledger implements Disposable {
  #store: CallStore;
  #clock: Clock;
  #newId: () => string;
  #running = new Map<string, { facts: CallFacts; started: number; estimate: Money | undefined }>();
  #changed = new Emitter<void>();
  #settledCalls = new Emitter<SettledCall>();
  #queue: WriteQueue;
  /** Calls that the disk did not take, until it does. */
  #offDisk = new MemoryCallStore();
  #troubled = new Emitter<Trouble>();
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

  /** Fires for each call of this window that was sent and has ended, once, whether or not it could be written yet. */
  readonly onDidSettle: Event<SettledCall> = listener => this.#settledCalls.event(listener);

  /** The disk does not take what is to be written, or does not give what is to be read: calls are kept in this window meanwhile. */
  readonly onTrouble: Event<Trouble> = listener => this.#troubled.event(listener);

  /**
   * Where the disk takes nothing the call is kept in this window until it does, unless there is a cap.
   * @throws CapReached where the call could pass a cap, CapUnknown where that cannot be known; then nothing was reserved and nothing
   * may be sent.
   */
  reserve({ bound, caps = [], ...facts }: ReserveOptions): Reservation {
    const row = { ...facts, id: this.#newId(), started: this.#clock.now(), bound };
    this.#queue.flush();
    try {
      this.#store.insert(row, caps);
    } catch (error) {
      this.#keepOffDisk(row, caps, error);
    }
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
          try {
            if (failure) this.#keepOffDisk(row, caps, failure.reason);
            resolve(this.#reserved(row));
          } catch (error) {
            reject(error);
          }
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
      keepLeast: least => {
        if (!this.#running.has(id) || this.#offDisk.has(id)) return;
        this.#queue.push({ write: () => this.#store.keepLeast(id, least), done: () => {}, mustBeWritten: false });
        this.#queue.flushSoon(false);
      },
      settle: (outcome, tier, answeredBy) => {
        if (!this.#running.delete(id)) return;
        const settlement = settlementOf(row, this.#clock.now(), outcome, { tier, answeredBy });
        if (settlement) this.#settledCalls.fire({ ...row, ...settlement });
        this.#queue.push({
          write: this.#offDisk.has(id)
            ? () => rewrite(this.#store, row, settlement)
            : () => end(this.#store, id, settlement),
          done: failure => {
            this.#settleOffDisk(row, settlement, failure);
            settled.resolve(!failure);
          },
          // A locked or full disk must not cost anybody an answer.
          mustBeWritten: true,
        });
        if (this.#running.size > 0 || this.#queue.isDue) return this.#queue.flushSoon(false);
        this.#queue.flush();
        this.#changed.fire();
      },
    };
  }

  /** @throws `error` where it is none of the disk's. */
  #keepOffDisk(row: CallRow, [cap]: readonly Cap[], error: unknown): void {
    const trouble = troubleOf(error);
    if (!trouble) throw error;
    this.#troubled.fire(trouble);
    if (cap) throw new CapUnknown(cap, error);
    this.#offDisk.insert(row, []);
  }

  /** What is not on the disk counts all the same. */
  #settleOffDisk(row: CallRow, settlement: CallSettlement | undefined, failure: PartFailure | undefined): void {
    if (!failure) return this.#offDisk.remove(row.id);
    const trouble = troubleOf(failure.reason);
    if (trouble) this.#troubled.fire(trouble);
    rewrite(this.#offDisk, row, settlement);
  }

  /** Written with the next call that is, and never by itself; what cannot be written is lost. */
  writeAlong(write: () => void): void {
    this.#queue.push({ write, done: () => {}, mustBeWritten: false });
  }

  total(filter: CallFilter): LedgerTotal {
    this.#queue.flush();
    const { models, committed, prices, unreported } = this.#totals(filter);
    const running = [...this.#running.values()].filter(call => matches(call.facts, call.started, filter));
    const count = (of: (total: ModelTotal) => number): number => models.reduce((sum, total) => sum + of(total), 0);
    const sum = Money.sum(models.map(({ money }) => money));
    const interval = intervalOf(unreported, sum);
    return {
      models,
      ...(filter.turn !== undefined && { prices }),
      committed,
      money: sum,
      ...(interval && { interval }),
      calls: count(({ calls }) => calls),
      unknownCalls: count(({ unknownCalls }) => unknownCalls),
      estimatedCalls: count(({ estimatedCalls }) => estimatedCalls),
      running: running.length > 0 ? Money.sum(running.map(({ estimate }) => estimate ?? Money.zero)) : undefined,
    };
  }

  #totals(filter: CallFilter): Sums {
    const stores = this.#offDisk.isEmpty ? [this.#store] : [this.#store, this.#offDisk];
    try {
      return addedUp(stores.map(store => sumsIn(store, filter)));
    } catch (error) {
      const trouble = troubleOf(error);
      if (!trouble) throw error;
      this.#troubled.fire(trouble);
      return sumsIn(this.#offDisk, filter);
    }
  }

  dispose(): void {
    this.#queue.dispose();
    this.#troubled.dispose();
    this.#changed.dispose();
    this.#settledCalls.dispose();
    this.#close();
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
