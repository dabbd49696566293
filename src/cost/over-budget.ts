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
      budget: factsOf(cap, unknown),
    });
  if (refusal instanceof CapUnknown)
    return refused(`What is left of the ${budget} is not known: the ledger cannot be read or written.`, 'ledger');
  if (refusal.bound === undefined)
    return refused(`The price of ${model} is unknown, so it cannot be held to the ${budget}.`, 'price');
  const left = cap.limit.subtract(refusal.spent);
  return refused(
    left.pico > 0n
      ? `The ${budget} has ${left.format()} left, and this request could cost more.`
      : `The ${budget} is used up, counting requests of unknown cost at the most they can be.`,
  );
}

const factsOf = ({ setting, until }: Cap, unknown: BudgetFacts['unknown']): BudgetFacts => ({
  ...(setting !== undefined && { setting }),
  ...(until !== undefined && { until }),
  ...(unknown && { unknown }),
});
