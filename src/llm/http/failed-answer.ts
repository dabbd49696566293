import { redact } from '../../core/redact.ts';
import { type FailureCode, LlmError, type LlmErrorFacts } from '../llm-error.ts';
import { figuresIn } from './figures.ts';
import { requestIdOf } from './request-id.ts';
import { retryAfterMs } from './retry-after.ts';
import type { FailedAnswer, FailureContext } from './wire.ts';

/** What a vendor's folder makes of an error answer: what it means, and the words in it. */
export interface ErrorVerdict {
  readonly code: FailureCode;
  readonly retryable: boolean;
  /** Whether the body was an object that could be read. */
  readonly isJson: boolean;
  readonly message: string | undefined;
  readonly vendorCode: string | undefined;
  readonly param?: string | undefined;
}

/** The error of an answer, with what all vendors say in the same place: headers, and nothing of it that must not show. */
export function failedAnswer(answer: FailedAnswer, context: FailureContext, verdict: ErrorVerdict): LlmError {
  const { vendor, model, secrets, now } = context;
  const { status, headers } = answer;
  const { code, retryable, vendorCode, param } = verdict;
  const wait = retryAfterMs(headers, now);
  // Cut only what is clean already: half a key is no longer recognised.
  const clean = (text: string): string => clip(redact(text, secrets));
  const requestId = requestIdOf(headers);
  const shouldRetry = /^(true|false)$/.exec(headers['x-should-retry']?.trim() ?? '')?.[0];
  const message = clean(verdict.message ?? messageWithout(answer.body, verdict.isJson));
  const figures = figuresIn(code, message);
  const facts: LlmErrorFacts = {
    code,
    retryable,
    vendor,
    model,
    message,
    ...(figures && { figures }),
    ...(status !== undefined && { status }),
    ...(vendorCode && { vendorCode: clean(vendorCode) }),
    ...(param && { param: clean(param) }),
    ...(requestId && { requestId: clean(requestId) }),
    ...(wait !== undefined && { retryAfterMs: wait }),
    ...(shouldRetry !== undefined && { shouldRetry: shouldRetry === 'true' }),
  };
  return new LlmError(facts);
}

function messageWithout(body: string, isJson: boolean): string {
  if (body.trim() === '') return 'the server gave no reason';
  if (isJson) return 'the server gave no reason that could be read';
  if (/^\uFEFF?\s*<(!doctype|html|\?xml)/i.test(body)) return 'the server answered with a web page instead of JSON';
  return 'the server answered something that is not JSON';
}

const clip = (text: string): string => (text.length > 2000 ? `${text.slice(0, 2000)}…` : text);
