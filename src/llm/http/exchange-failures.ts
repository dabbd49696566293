import { redact } from '../../core/redact.ts';
import { LlmError } from '../llm-error.ts';

/** Whose call it is. */
export interface Called {
  /** As a person knows it. */
  readonly vendor: string;
  readonly model: string;
}

export const notAnApi = ({ vendor, model }: Called, host: string, what: string): LlmError =>
  new LlmError({
    code: 'ERR_BAD_RESPONSE',
    message: `${host} answered with ${what} instead of JSON. Is the endpoint right?`,
    retryable: false,
    vendor,
    model,
  });

/** The key's keeper, or whoever makes connections, failed: nothing was sent. */
export function notPrepared({ vendor, model }: Called, cause: unknown): LlmError {
  const why = redact(cause instanceof Error ? cause.message : String(cause));
  return new LlmError({
    code: 'ERR_REFUSED_LOCALLY',
    message: `The request could not be prepared: ${why}`,
    retryable: false,
    notSent: true,
    vendor,
    model,
    cause,
  });
}

export const broken = ({ vendor, model }: Called, what: string): LlmError =>
  new LlmError({
    code: 'ERR_BAD_RESPONSE',
    message: `${vendor}: The answer is broken: ${what}.`,
    retryable: false,
    vendor,
    model,
  });

export const timedOut = ({ vendor, model }: Called, timeoutMs: number): LlmError =>
  new LlmError({
    code: 'ERR_TIMEOUT',
    message: `${vendor} sent nothing for ${timeoutMs / 1000} s.`,
    retryable: true,
    vendor,
    model,
  });
