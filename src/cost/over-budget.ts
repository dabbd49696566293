import { LlmError } from '../llm/llm-error.ts';
import type { CapReached } from './call-store.ts';

/** A refusal as a person is told it: one sentence, and what the budget is and when it starts anew. */
export function overBudget({ cap, spent, bound }: CapReached, model: string): LlmError {
  const { name, limit, setting, until } = cap;
  const left = limit.subtract(spent);
  const message =
    bound === undefined
      ? `The price of ${model} is unknown, so it cannot be held to the ${name} budget of ${limit.format()}.`
      : left.pico > 0n
        ? `The ${name} budget of ${limit.format()} has ${left.format()} left, and this request could cost more.`
        : `The ${name} budget of ${limit.format()} is used up, counting requests of unknown cost at the most they can be.`;
  return new LlmError({
    code: 'ERR_BUDGET_EXCEEDED',
    message,
    model,
    retryable: false,
    notSent: true,
    budget: {
      ...(setting !== undefined && { setting }),
      ...(until !== undefined && { until }),
      ...(bound === undefined && { unpriced: true }),
    },
  });
}
