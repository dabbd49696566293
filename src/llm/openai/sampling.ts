import type { ModelFacts } from '../model-catalog.ts';
import type { ReasoningEffort } from '../request.ts';

/** Reasoning models take a temperature only while they do not reason (OpenAI "Using GPT-5.x", parameter compatibility). */
export function samplingAllowed(facts: ModelFacts | undefined, effort: ReasoningEffort | undefined): boolean {
  switch (facts?.sampling) {
    case 'never':
      return false;
    case 'effort-none':
      return (effort ?? facts.reasoning?.defaultEffort) === 'none';
    default:
      return true;
  }
}
