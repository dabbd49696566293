import { failedAnswer } from '../http/failed-answer.ts';
import { later, no, type Verdict, type Verdicts, verdictOfStatus } from '../http/status-verdict.ts';
import type { FailedAnswer, FailureContext } from '../http/wire.ts';
import type { LlmError } from '../llm-error.ts';

/**
 * What an error answer means, by status, error.type and error.details.error_code; never by the wording of a message ("don't match on
 * it", says Anthropic's SDK). Source: "Errors" on platform.claude.com and the error types of @anthropic-ai/sdk 1.12.0, read 2026-11-28.
 *
 * Two things therefore have no code of their own here, because at Anthropic they have nothing but words: a conversation that is too long
 * (we count before we send), and an empty credit balance or a spend limit of one's own (400 invalid_request_error). Their sentence is shown.
 */
export function failureFromAnswer(answer: FailedAnswer, context: FailureContext): LlmError {
  const error = parseErrorBody(answer.body);
  const verdict = classify(answer.status, error);
  return failedAnswer(answer, context, {
    ...verdict,
    isJson: error !== undefined,
    message: error?.message,
    vendorCode: error?.code ?? error?.type,
  });
}

/** What error.details.error_code says more exactly than the type. */
const byCode: Verdicts = new Map([
  // 429, but waiting a minute changes nothing: a month's limit is used up.
  ['contract_spend_limit_reached', no('ERR_INSUFFICIENT_QUOTA')],
  ['enforced_spend_limit_reached', no('ERR_INSUFFICIENT_QUOTA')],
  ['organization_on_hold', no('ERR_PERMISSION_DENIED')],
]);

/** What error.type says where there is no status: inside a stream that had begun with 200. */
const byType: Verdicts = new Map([
  ['invalid_request_error', no('ERR_INVALID_REQUEST')],
  ['authentication_error', no('ERR_INVALID_API_KEY')],
  ['billing_error', no('ERR_INSUFFICIENT_QUOTA')],
  ['permission_error', no('ERR_PERMISSION_DENIED')],
  ['not_found_error', no('ERR_MODEL_NOT_FOUND')],
  ['request_too_large', no('ERR_INVALID_REQUEST')],
  ['rate_limit_error', later('ERR_RATE_LIMIT')],
]);

function classify(status: number | undefined, error: VendorError | undefined): Verdict {
  const named = byCode.get(error?.code ?? '');
  // A code wins over the status only within what the status allows: a proxy's 502 with a stale body stays a 502.
  if (named && (status === undefined || status < 500)) return named;
  // overloaded_error, api_error, timeout_error, and what is new, are all for later: inside a stream as with their 529, 500 and 504.
  if (status === undefined) return byType.get(error?.type ?? '') ?? later('ERR_SERVICE_UNAVAILABLE');
  return verdictOfStatus(status, Boolean(error?.type));
}

interface VendorError {
  readonly message?: string;
  readonly type?: string;
  readonly code?: string;
}

/** `{"type":"error","error":{type,message,details:{error_code}},"request_id"}`, or what a gateway writes in its place; undefined for what is no object. */
function parseErrorBody(body: string): VendorError | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isRecord(json)) return undefined;
  const error = json['error'] ?? json;
  if (typeof error === 'string') return error ? { message: error } : {};
  if (!isRecord(error)) return {};
  const { details } = error;
  return {
    ...pick(error, 'message'),
    ...pick(error, 'type'),
    ...(isRecord(details) && typeof details['error_code'] === 'string' && { code: details['error_code'] }),
  };
}

function pick<K extends string>(error: Record<string, unknown>, key: K): { [P in K]?: string } {
  const value = error[key];
  return typeof value === 'string' && value ? ({ [key]: value } as { [P in K]?: string }) : {};
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
