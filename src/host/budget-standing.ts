import { Money } from '../core/money.ts';
import type { CallFilter, Cap } from '../cost/call-store.ts';
import type { LedgerTotal } from '../cost/ledger.ts';

/** How one budget stands, running calls and those of unknown cost at the most they can be. */
export interface BudgetStanding {
  readonly cap: Cap;
  /** Of the calls that count for it. */
  readonly total: LedgerTotal;
  readonly left: Money;
  /** Per cent, from 0 on; more than 100 where a budget was lowered. */
  readonly used: number;
}

export const standingsOf = (caps: readonly Cap[], totalOf: (filter: CallFilter) => LedgerTotal): BudgetStanding[] =>
  caps.map(cap => {
    const total = totalOf(cap.filter);
    const { committed } = total;
    const { limit } = cap;
    return {
      cap,
      total,
      left: limit.compare(committed) > 0 ? limit.subtract(committed) : Money.zero,
      used: limit.pico === 0n ? 100 : Number((committed.pico * 100n) / limit.pico),
    };
  });

/** The one that ends first: no request may cost more than is left of it. */
export const tightest = (standings: readonly BudgetStanding[]): BudgetStanding | undefined =>
  leastBy(standings, (one, other) => one.left.compare(other.left));

export const fullest = (standings: readonly BudgetStanding[]): BudgetStanding | undefined =>
  leastBy(standings, (one, other) => other.used - one.used);

const leastBy = <Item>(items: readonly Item[], compare: (one: Item, other: Item) => number): Item | undefined =>
  items.reduce<Item | undefined>(
    (least, one) => (least === undefined || compare(one, least) < 0 ? one : least),
    undefined,
  );

/** A budget counts as near from here on, per cent. */
const nearShare = 80;

/** How the fullest of them stands. */
export function budgetState(standings: readonly BudgetStanding[]): 'free' | 'near' | 'over' {
  const used = fullest(standings)?.used ?? 0;
  return used >= 100 ? 'over' : used >= nearShare ? 'near' : 'free';
}

/** "Day", "Workspace", "Explain". */
export const budgetTitle = ({ name }: Cap): string => name.slice(0, 1).toUpperCase() + name.slice(1);
