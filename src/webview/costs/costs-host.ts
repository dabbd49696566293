import type { FromCostView } from '../../protocol/cost-messages.ts';
import type { CostQuery } from '../../protocol/cost-view-state.ts';

/** What a part of the page can do. */
export interface CostsHost {
  post(message: FromCostView): void;
  /** Asks for something else; what is not said stays, but for the page of the requests, which begins anew. */
  ask(changes: Partial<CostQuery>): void;
  /** The same without a group or a bar. */
  forget(what: 'group' | 'bar'): void;
}
