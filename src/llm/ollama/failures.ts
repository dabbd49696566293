import { failedAnswer } from '../http/failed-answer.ts';
import type { FailedAnswer, FailureContext } from '../http/wire.ts';
import type { FailureCode, LlmError } from '../llm-error.ts';

/**
 * What an error answer means. Ollama says `{"error": "…"}` and nothing a program could go by beside the status; in a stream that had
 * begun not even that (docs/api/errors.mdx and server/routes.go, read 2026-11-28).
 */
export function failureFromAnswer(answer: FailedAnswer, context: FailureContext): LlmError {
  const message = messageIn(answer.body);
  return failedAnswer(answer, context, {
    ...classify(answer.status, message !== undefined),
    isJson: message !== undefined,
    message: message || undefined,
    vendorCode: undefined,
  });
}

function classify(status: number | undefined, isJson: boolean): { code: FailureCode; retryable: boolean } {
  switch (status) {
    case 401:
      return { code: 'ERR_INVALID_API_KEY', retryable: false };
    case 402:
      return { code: 'ERR_INSUFFICIENT_QUOTA', retryable: false };
    case 403:
      return { code: 'ERR_PERMISSION_DENIED', retryable: false };
    case 404:
      // What is no JSON is not from the API ("404 page not found"): something else answers there, or an Ollama before /api/chat.
      return { code: isJson ? 'ERR_MODEL_NOT_FOUND' : 'ERR_BAD_RESPONSE', retryable: false };
    case 408:
      return { code: 'ERR_TIMEOUT', retryable: true };
    case 429:
      return { code: 'ERR_RATE_LIMIT', retryable: true };
    case undefined:
      return { code: 'ERR_SERVICE_UNAVAILABLE', retryable: true };
    default:
      if (status >= 500) return { code: 'ERR_SERVICE_UNAVAILABLE', retryable: true };
      return { code: status >= 400 ? 'ERR_INVALID_REQUEST' : 'ERR_BAD_RESPONSE', retryable: false };
  }
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
