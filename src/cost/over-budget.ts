import type { Money } from '../core/money.ts';
import { type BudgetFacts, LlmError } from '../llm/llm-error.ts';
import { type Cap, type CapReached, CapUnknown } from './call-store.ts';

/** A refusal as a person is told it: one sentence, and what the budget is and when it starts anew. */
export function overBudget(refusal: CapReached | CapUnknown, model: string): LlmError {
  const { cap } = refusal;
  const budget = `${cap.name} budget of ${cap.limit.format()}`;
  const refused = (message: string, unknown?: BudgetFacts['unknown']): LlmError =>
    new LlmError({
      code: 'ERR_BUDGET_EXCEEDED',
      message,
      model,
      retryable: false,
      notSent: true,
      budget: factsOf(refusal, unknown),
    });
  if (refusal instanceof CapUnknown)
    return refused(`What is left of the ${budget} is not known: the ledger cannot be read or written.`, 'ledger');
  if (refusal.bound === undefined)
    return refused(`The price of ${model} is unknown, so it cannot be held to the ${budget}.`, 'price');
  return refused(tooLittleLeft(cap, cap.limit.subtract(refusal.spent)));
}

/** Why a request does not fit under a budget, in a sentence. */
export function tooLittleLeft({ name, limit }: Cap, left: Money): string {
  const budget = `${name} budget of ${limit.format()}`;
  return left.pico > 0n
    ? `The ${budget} has ${left.format()} left, and this request could cost more.`
    : `The ${budget} is used up, counting requests of unknown cost at the most they can be.`;
}

function factsOf(refusal: CapReached | CapUnknown, unknown: BudgetFacts['unknown']): BudgetFacts {
  const { setting, until } = refusal.cap;
  const needs = refusal instanceof CapUnknown ? undefined : refusal.bound;
  return {
    ...(setting !== undefined && { setting }),
    ...(until !== undefined && { until }),
    ...(needs && { needs: needs.toString() }),
    ...(unknown && { unknown }),
  };
}
