import { failedAnswer } from '../http/failed-answer.ts';
import { later, no, type Verdict, type Verdicts, verdictOfStatus } from '../http/status-verdict.ts';
import type { FailedAnswer, FailureContext } from '../http/wire.ts';
import type { LlmError } from '../llm-error.ts';

/**
 * What an error answer means, by status, error.code and error.type; never by the wording of a message.
 * @param own what error.code or error.type says with one vendor and no other; above what these mean elsewhere.
 * Source: OpenAI "Error codes" guide and the OpenAPI document's ErrorResponse, read 2026-11-22; newer codes from the models page
 * of 2026-11 (credit_balance_exhausted, slow_down, server_is_overloaded).
 */
export function failureFromAnswer(answer: FailedAnswer, context: FailureContext, own?: Verdicts): LlmError {
  const error = parseErrorBody(answer.body);
  const { code, retryable } =
    own?.get(error?.code ?? '') ?? own?.get(error?.type ?? '') ?? classify(answer.status ?? error?.numericCode, error);
  return failedAnswer(answer, context, {
    code,
    retryable,
    isJson: error !== undefined,
    message: error?.message,
    vendorCode: error?.code ?? error?.type,
    param: error?.param,
  });
}

/** error.code (or, failing that, error.type) decides where it is one of these. */
const byVendorCode: Verdicts = new Map([
  ['invalid_api_key', no('ERR_INVALID_API_KEY')],
  ['insufficient_quota', no('ERR_INSUFFICIENT_QUOTA')],
  ['credit_balance_exhausted', no('ERR_INSUFFICIENT_QUOTA')],
  ['billing_hard_limit_reached', no('ERR_INSUFFICIENT_QUOTA')],
  ['billing_not_active', no('ERR_INSUFFICIENT_QUOTA')],
  ['rate_limit_exceeded', later('ERR_RATE_LIMIT')],
  ['slow_down', later('ERR_RATE_LIMIT')],
  ['model_not_found', no('ERR_MODEL_NOT_FOUND')],
  ['context_length_exceeded', no('ERR_CONTEXT_LENGTH_EXCEEDED')],
  ['content_filter', no('ERR_CONTENT_FILTER')],
  ['content_policy_violation', no('ERR_CONTENT_FILTER')],
  // What Chat Completions says of a prompt, and the images API of a picture, that the safety system refused.
  ['invalid_prompt', no('ERR_CONTENT_FILTER')],
  ['moderation_blocked', no('ERR_CONTENT_FILTER')],
  ['unsupported_country_region_territory', no('ERR_PERMISSION_DENIED')],
  ['server_error', later('ERR_SERVICE_UNAVAILABLE')],
  ['server_is_overloaded', later('ERR_SERVICE_UNAVAILABLE')],
]);

/** What error.type says where there is no status: inside a stream that had begun with 200. */
const byTypeInStream: Verdicts = new Map([
  ['invalid_request_error', no('ERR_INVALID_REQUEST')],
  ['authentication_error', no('ERR_INVALID_API_KEY')],
  ['permission_error', no('ERR_PERMISSION_DENIED')],
  ['not_found_error', no('ERR_MODEL_NOT_FOUND')],
  ['rate_limit_error', later('ERR_RATE_LIMIT')],
  // OpenAI's types of a rate limit name what ran out.
  ['requests', later('ERR_RATE_LIMIT')],
  ['tokens', later('ERR_RATE_LIMIT')],
]);

function classify(status: number | undefined, error: VendorError | undefined): Verdict {
  const { code = '', type = '' } = error ?? {};
  const named = byVendorCode.get(code) ?? byVendorCode.get(type);
  // A code wins over the status only within what the status allows: a proxy's 502 with a stale body stays a 502.
  if (named && (status === undefined || sameClass(status, named))) return named;
  if (status === undefined) return byTypeInStream.get(type) ?? later('ERR_SERVICE_UNAVAILABLE');
  return verdictOfStatus(status, error !== undefined);
}

const sameClass = (status: number, verdict: Verdict): boolean =>
  status >= 400 && status >= 500 === (verdict.code === 'ERR_SERVICE_UNAVAILABLE');

interface VendorError {
  readonly message?: string;
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
  /** Some hosts repeat the HTTP status here; inside a stream it is the only one there is. */
  readonly numericCode?: number;
}

/**
 * `{"error":{message,type,param,code}}`, or what gateways write instead: a string, `message`, FastAPI's `detail`, a list of errors.
 * undefined for what is no JSON object.
 */
function parseErrorBody(body: string): VendorError | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  // Google's compatible endpoint wraps its error in a list.
  if (Array.isArray(json)) [json] = json as unknown[];
  if (!isRecord(json)) return undefined;
  const { errors } = json;
  const error = json['error'] ?? (Array.isArray(errors) ? (errors as unknown[])[0] : undefined) ?? json;
  if (typeof error === 'string') return error ? { message: error } : {};
  if (!isRecord(error)) return {};
  const said = [error['message'], error['detail'], json['message'], json['detail']];
  const message = said.map(sentence).find(text => text !== undefined);
  const { code } = error;
  return {
    ...said.map(objection).find(found => found !== undefined),
    ...(message !== undefined && { message }),
    ...pick(error, 'type'),
    ...pick(error, 'code'),
    ...pick(error, 'param'),
    ...(typeof code === 'number' && code >= 400 && code < 600 && { numericCode: code }),
  };
}

/** A text, or FastAPI's list of what is wrong where: `[{type, loc: ["body", "model"], msg: "Field required"}]`. */
function sentence(value: unknown): string | undefined {
  if (typeof value === 'string') return value || undefined;
  const parts = detailsIn(value).flatMap(({ loc, msg }) => {
    if (typeof msg !== 'string') return [];
    return Array.isArray(loc) ? `${loc.join('.')}: ${msg}` : msg;
  });
  return parts.join('; ') || undefined;
}

/** The first thing FastAPI objects to: which field, and by which of pydantic's codes ("extra_forbidden"). */
function objection(value: unknown): Pick<VendorError, 'code' | 'param'> | undefined {
  const [first] = detailsIn(value);
  if (!first || !Array.isArray(first['loc'])) return undefined;
  const path = (first['loc'] as unknown[]).filter((part, at) => at > 0 || part !== 'body');
  const param = path.reduce<string>((all, part) => {
    if (typeof part === 'number') return `${all}[${part}]`;
    return all ? `${all}.${String(part)}` : String(part);
  }, '');
  return { ...(typeof first['type'] === 'string' && { code: first['type'] }), ...(param && { param }) };
}

/** Mistral has put the list inside `message`, as `{detail: […]}` (editor-code-assistant/eca#315, 2026-02). */
function detailsIn(value: unknown): Record<string, unknown>[] {
  const list = isRecord(value) ? value['detail'] : value;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function pick<K extends string>(error: Record<string, unknown>, key: K): { [P in K]?: string } {
  const value = error[key];
  // Only words say more than the status itself.
  return typeof value === 'string' && value ? ({ [key]: value } as { [P in K]?: string }) : {};
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
