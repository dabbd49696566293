import { later, no, type Verdicts } from '../http/status-verdict.ts';
import type { FailedAnswer, FailureContext } from '../http/wire.ts';
import { LlmError } from '../llm-error.ts';
import { failureFromAnswer } from '../openai/failures.ts';

/**
 * What Mistral's `code` and `type` say. `{object: "error", message, type, param, code}`; 401 is `{detail: "Unauthorized"}`, 422 a list of
 * what is wrong where.
 * Source: docs.mistral.ai, "Error glossary" (400–504, and that 402 means no credit), read 2026-11-28; codes as seen in public issues:
 * 1500 mistralai/mistral-vibe#617 (2026-04), 1300 raycast/extensions#31107 (2026-09), 1910 (2026), 3051 (2025). That 3505 is about the
 * model's capacity and not about the account, says Mistral in BerriAI/litellm#25078 (2026-04).
 */
const verdicts: Verdicts = new Map([
  ['1500', no('ERR_MODEL_NOT_FOUND')],
  ['invalid_model', no('ERR_MODEL_NOT_FOUND')],
  ['unknown_model', no('ERR_MODEL_NOT_FOUND')],
  ['1910', no('ERR_PERMISSION_DENIED')],
  ['tier_not_allowed', no('ERR_PERMISSION_DENIED')],
  // Its type says no more than "invalid args"; it has been seen with prompts that are too long and with nothing else.
  ['3051', no('ERR_CONTEXT_LENGTH_EXCEEDED')],
  ['3505', later('ERR_SERVICE_UNAVAILABLE')],
  ['service_tier_capacity_exceeded', later('ERR_SERVICE_UNAVAILABLE')],
]);

export function mistralFailure(answer: FailedAnswer, context: FailureContext): LlmError {
  const failure = failureFromAnswer(answer, context, verdicts);
  if (!allowsNothing(answer)) return failure;
  return new LlmError({ ...failure.facts, code: 'ERR_INSUFFICIENT_QUOTA', retryable: false });
}

/**
 * A key without a plan, or a model outside of it, is answered 429 with a limit of 0 requests: waiting never helps. Not in the docs; seen
 * by several who measured it (2026-09 and later).
 */
const allowsNothing = ({ status, headers }: FailedAnswer): boolean =>
  status === 429 && headers['x-ratelimit-limit-req-minute']?.trim() === '0';
