import { Money } from '../core/money.ts';
import type { Usage } from '../llm/usage.ts';
import type { CallRow, CallSettlement, CallStore } from './call-store.ts';
import { costOf } from './cost-of.ts';

/** How a call ended, as the metered provider knows it. */
export type Outcome =
  /** The provider's own counts. */
  | Usage
  /** Our counts, because the provider's never came; and the least it can have cost, where that is known. */
  | { readonly estimated: Usage; readonly least?: Money }
  /** Sent, and nobody knows what became of it. */
  | 'lost'
  /** Answered with an error instead of an answer: not billed. */
  | 'rejected'
  /** Never left this machine: as if it had not been reserved. */
  | 'not-sent';

/** What the answer said of itself: its service tier, and which model it is. */
export interface Answerer {
  readonly tier: string | undefined;
  readonly answeredBy: string | undefined;
}

/** What an ending comes to, by the prices of the moment the call began; undefined for a call that is as if it had never been. */
export function settlementOf(
  { provider, model, started }: CallRow,
  settled: number,
  outcome: Outcome,
  { tier, answeredBy }: Answerer,
): CallSettlement | undefined {
  const none = { cost: undefined, usage: undefined, priceSource: undefined, priceDate: undefined };
  if (outcome === 'not-sent') return undefined;
  if (outcome === 'lost') return { ...none, state: 'lost', settled };
  if (outcome === 'rejected') return { ...none, state: 'rejected', settled, cost: Money.zero };
  const usage = 'estimated' in outcome ? outcome.estimated : outcome;
  const { money, source, flags } = costOf({
    provider,
    model,
    usage,
    at: started,
    ...(tier && { tier }),
    ...(answeredBy && { answeredBy }),
  });
  // A count of our own may be off either way: what was seen is not.
  const seen = 'estimated' in outcome ? outcome.least : undefined;
  const least = seen && money && seen.compare(money) > 0 ? money : seen;
  const state = money === undefined ? 'unknown-price' : 'estimated' in outcome ? 'estimated' : 'reported';
  return {
    state,
    settled,
    usage,
    cost: money,
    ...(least && { least }),
    priceSource: source?.name,
    priceDate: source?.dataDate,
    tier,
    flags,
  };
}

export function end(store: CallStore, id: string, settlement: CallSettlement | undefined): void {
  if (settlement) store.settle(id, settlement);
  else store.remove(id);
}

/** A call from its beginning to its end, whatever of it may be there already. */
export function rewrite(store: CallStore, row: CallRow, settlement: CallSettlement | undefined): void {
  store.remove(row.id);
  if (!settlement) return;
  store.insert(row, []);
  store.settle(row.id, settlement);
}
