import type { Log } from '../core/log.ts';
import type { FailureCode, LlmErrorFacts } from '../llm/llm-error.ts';
import { LlmError } from '../llm/llm-error.ts';
import { originOf } from '../llm/endpoint.ts';
import { findModel, lifeCycle, listModels } from '../llm/model-catalog.ts';
import type { LlmProvider } from '../llm/provider.ts';
import { findVendor } from '../llm/vendors.ts';

/** An LlmError as far as it may be kept: no request, no headers. */
export interface FailureRecord extends Pick<
  LlmErrorFacts,
  | 'code'
  | 'message'
  | 'retryable'
  | 'notSent'
  | 'retryAfterMs'
  | 'status'
  | 'requestId'
  | 'vendorCode'
  | 'param'
  | 'figures'
  | 'budget'
> {
  /** "openai", …; absent where it never came to choosing one. */
  readonly provider?: string;
  readonly model?: string;
  /** Which of a provider's hosts was asked, where one was configured. */
  readonly origin?: string;
  /** Of a model that is not found: since when it is shut down ("YYYY-MM-DD"). And what could be asked instead, best first. */
  readonly shutdown?: string;
  readonly alternatives?: readonly string[];
  /** There are messages before this question that could be left out. */
  readonly hasEarlier?: true;
  /** The model the person chose to answer when this one cannot. */
  readonly fallback?: string;
}

export interface FailureContext {
  /** undefined where making it failed. */
  readonly provider: Pick<LlmProvider, 'name' | 'model' | 'endpoint'> | undefined;
  readonly fallback?: string | undefined;
  readonly hasEarlier?: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly log: Log;
}

export function failureRecord(
  error: unknown,
  { provider, fallback, hasEarlier, now, log }: FailureContext,
): FailureRecord {
  if (!(error instanceof LlmError)) {
    log.error(`Unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return { code: 'ERR_BAD_RESPONSE', message: 'Something unexpected went wrong inside Pennyloom.', retryable: true };
  }
  const origin = originOf(provider?.endpoint);
  const { code, retryable, notSent, retryAfterMs, status, requestId, vendorCode, param, figures, budget } = error.facts;
  // What there is besides the owner's own names, nobody knows.
  const listed = provider && !findVendor(provider.name)?.modelBehind ? provider : undefined;
  return {
    code,
    message: error.message,
    retryable,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(status !== undefined && { status }),
    ...(requestId && { requestId }),
    ...(vendorCode && { vendorCode }),
    ...(notSent && { notSent }),
    ...(param && { param }),
    ...(figures && { figures }),
    ...(budget && { budget }),
    ...(provider && { provider: provider.name, model: provider.model }),
    ...(origin && { origin }),
    ...(listed && code === 'ERR_MODEL_NOT_FOUND' && instead(listed, now)),
    ...(listed && code === 'ERR_CONTEXT_LENGTH_EXCEEDED' && larger(listed, now)),
    ...(code === 'ERR_CONTEXT_LENGTH_EXCEEDED' && hasEarlier && { hasEarlier }),
    ...(fallback && fallback !== provider?.model && helpedByAnother.has(code) && { fallback }),
  };
}

/** Another model may answer where this one is down, limited, unknown, or too small. */
const helpedByAnother: ReadonlySet<FailureCode> = new Set([
  'ERR_SERVICE_UNAVAILABLE',
  'ERR_RATE_LIMIT',
  'ERR_TIMEOUT',
  'ERR_MODEL_NOT_FOUND',
  'ERR_CONTEXT_LENGTH_EXCEEDED',
]);

/** What takes the place of a model that is not there: the vendor's own successor, then live ones of its class. */
function instead(
  { name, model }: Pick<LlmProvider, 'name' | 'model'>,
  now: number,
): Pick<FailureRecord, 'shutdown' | 'alternatives'> {
  const facts = findModel(name, model);
  const life = facts && lifeCycle(facts, now);
  const gone = life?.state === 'shut-down' ? life : undefined;
  const live = listModels(name, { at: now }).filter(row => lifeCycle(row, now).state === 'live' && row.id !== model);
  const sameClass = live.filter(({ bestFor }) => bestFor !== undefined && bestFor === facts?.bestFor);
  const ids = [...sameClass, ...live.filter(({ bestFor }) => bestFor !== undefined)].map(({ id }) => id);
  const alternatives = [...new Set([...(gone?.replacement ? [gone.replacement] : []), ...ids])].slice(0, 3);
  return { ...(gone && { shutdown: gone.shutdown }), ...(alternatives.length > 0 && { alternatives }) };
}

/** Live models that read more, those of a class first. */
function larger(
  { name, model }: Pick<LlmProvider, 'name' | 'model'>,
  now: number,
): Pick<FailureRecord, 'alternatives'> {
  const context = findModel(name, model)?.contextWindow;
  if (context === undefined) return {};
  const alternatives = listModels(name, { at: now })
    .filter(
      row => lifeCycle(row, now).state === 'live' && (row.contextWindow ?? 0) > context && row.bestFor !== undefined,
    )
    .map(({ id }) => id)
    .slice(0, 3);
  return alternatives.length > 0 ? { alternatives } : {};
}
