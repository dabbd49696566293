import { redact } from '../../core/redact.ts';
import type { HttpHeaders } from '../http/post-stream.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { type FailureCode, LlmError, type LlmErrorFacts } from '../llm-error.ts';

export interface FailureContext {
  readonly vendor: string;
  readonly model: string;
  /** Taken out of whatever the server says. */
  readonly secrets: readonly string[];
  readonly now: number;
}

export interface FailedAnswer {
  /** undefined for an error inside a stream that had begun with 200. */
  readonly status?: number;
  readonly headers: HttpHeaders;
  readonly body: string;
}

/**
 * What an error answer means, by status, error.code and error.type; never by the wording of a message.
 * Source: OpenAI "Error codes" guide and the OpenAPI document's ErrorResponse, read 2026-11-22; newer codes from the models page
 * of 2026-11 (credit_balance_exhausted, slow_down, server_is_overloaded).
 */
export function failureFromAnswer(answer: FailedAnswer, context: FailureContext): LlmError {
  const { vendor, model, secrets, now } = context;
  const { status, headers } = answer;
  const error = parseErrorBody(answer.body);
  const { code, retryable } = classify(status, error.code, error.type);
  const wait = retryAfterMs(headers, now);
  const requestId = headers['x-request-id'];
  const vendorCode = error.code ?? error.type;
  const facts: LlmErrorFacts = {
    code,
    retryable,
    vendor,
    model,
    message: redact(error.message ?? messageForStatus(status, answer.body), secrets),
    ...(status !== undefined && { status }),
    ...(vendorCode && { vendorCode: redact(vendorCode, secrets) }),
    ...(error.param && { param: redact(error.param, secrets) }),
    ...(requestId && { requestId: redact(requestId, secrets) }),
    ...(wait !== undefined && { retryAfterMs: wait }),
  };
  return new LlmError(facts);
}

interface Verdict {
  readonly code: FailureCode;
  readonly retryable: boolean;
}

const no = (code: FailureCode): Verdict => ({ code, retryable: false });
const later = (code: FailureCode): Verdict => ({ code, retryable: true });

/** error.code (or, failing that, error.type) decides where it is one of these. */
const byVendorCode: { readonly [code: string]: Verdict } = {
  invalid_api_key: no('ERR_INVALID_API_KEY'),
  insufficient_quota: no('ERR_INSUFFICIENT_QUOTA'),
  credit_balance_exhausted: no('ERR_INSUFFICIENT_QUOTA'),
  billing_hard_limit_reached: no('ERR_INSUFFICIENT_QUOTA'),
  billing_not_active: no('ERR_INSUFFICIENT_QUOTA'),
  rate_limit_exceeded: later('ERR_RATE_LIMIT'),
  slow_down: later('ERR_RATE_LIMIT'),
  model_not_found: no('ERR_MODEL_NOT_FOUND'),
  context_length_exceeded: no('ERR_CONTEXT_LENGTH_EXCEEDED'),
  content_filter: no('ERR_CONTENT_FILTER'),
  content_policy_violation: no('ERR_CONTENT_FILTER'),
  unsupported_country_region_territory: no('ERR_PERMISSION_DENIED'),
  server_error: later('ERR_SERVICE_UNAVAILABLE'),
  server_is_overloaded: later('ERR_SERVICE_UNAVAILABLE'),
};

function classify(status: number | undefined, code: string | undefined, type: string | undefined): Verdict {
  const named = byVendorCode[code ?? ''] ?? byVendorCode[type ?? ''];
  // A code wins over the status only within what the status allows: a proxy's 502 with a stale body stays a 502.
  if (named && (status === undefined || sameClass(status, named))) return named;
  switch (status) {
    case 401:
      return no('ERR_INVALID_API_KEY');
    case 402:
      return no('ERR_INSUFFICIENT_QUOTA');
    case 403:
      return no('ERR_PERMISSION_DENIED');
    case 404:
      return no('ERR_MODEL_NOT_FOUND');
    case 408:
      return later('ERR_TIMEOUT');
    case 409:
      return later('ERR_CONFLICT');
    case 429:
      return later('ERR_RATE_LIMIT');
    case undefined:
      return later('ERR_SERVICE_UNAVAILABLE');
    default:
      return status >= 500 ? later('ERR_SERVICE_UNAVAILABLE') : no('ERR_INVALID_REQUEST');
  }
}

const sameClass = (status: number, verdict: Verdict): boolean =>
  status >= 500 === (verdict.code === 'ERR_SERVICE_UNAVAILABLE');

interface VendorError {
  readonly message?: string;
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
}

/** `{"error":{message,type,param,code}}`, or what gateways write instead: a string, `message`, FastAPI's `detail`. */
function parseErrorBody(body: string): VendorError {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return {};
  }
  if (!isRecord(json)) return {};
  const error = json['error'] ?? json;
  if (typeof error === 'string') return { message: clip(error) };
  if (!isRecord(error)) return {};
  const message = [error['message'], error['detail'], json['message']].find(text => typeof text === 'string' && text);
  return {
    ...(typeof message === 'string' && { message: clip(message) }),
    ...pick(error, 'type'),
    ...pick(error, 'code'),
    ...pick(error, 'param'),
  };
}

function pick<K extends string>(error: Record<string, unknown>, key: K): { [P in K]?: string } {
  const value = error[key];
  // Some hosts repeat the HTTP status as a numeric code; only words say more than the status itself.
  return typeof value === 'string' && value ? ({ [key]: clip(value) } as { [P in K]?: string }) : {};
}

function messageForStatus(status: number | undefined, body: string): string {
  if (/^\s*<(!doctype|html|\?xml)/i.test(body)) return 'the server answered with a web page instead of JSON';
  if (body.trim() === '') return 'the server gave no reason';
  return status === undefined ? 'the server reported an error' : 'the server answered something that is not JSON';
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const clip = (text: string): string => (text.length > 2000 ? `${text.slice(0, 2000)}…` : text);
