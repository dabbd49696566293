import { failedAnswer } from '../http/failed-answer.ts';
import { later, verdictOfStatus } from '../http/status-verdict.ts';
import type { FailedAnswer, FailureContext } from '../http/wire.ts';
import type { LlmError } from '../llm-error.ts';

/**
 * What an error answer means. Ollama says `{"error": "…"}` and nothing a program could go by beside the status; in a stream that had
 * begun not even that (docs/api/errors.mdx and server/routes.go, read 2026-11-28).
 */
export function failureFromAnswer(answer: FailedAnswer, context: FailureContext): LlmError {
  const message = messageIn(answer.body);
  // What is no JSON is not from the API ("404 page not found"): something else answers there, or an Ollama before /api/chat.
  const isOllamas = message !== undefined;
  const { status } = answer;
  return failedAnswer(answer, context, {
    ...(status === undefined ? later('ERR_SERVICE_UNAVAILABLE') : verdictOfStatus(status, isOllamas)),
    isJson: isOllamas,
    message: message || undefined,
    vendorCode: undefined,
  });
}

/** undefined for what is no JSON object. */
function messageIn(body: string): string | undefined {
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json !== 'object' || json === null) return undefined;
    const { error } = json as { error?: unknown };
    return typeof error === 'string' ? error : '';
  } catch {
    return undefined;
  }
}
