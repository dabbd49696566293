import type { LlmError } from '../llm-error.ts';
import type { ChatRequest } from '../request.ts';
import type { RateLimitHeadroom } from '../stream-event.ts';
import type { Answer, AnswerContext } from './answer.ts';
import type { HttpHeaders, HttpRequest } from './http-call.ts';

/** What a vendor's folder implements: requests into HTTP, answers into events, refusals into failures. The rest is shared. */
export interface Wire {
  /** The model whose facts and prices hold. */
  readonly model: string;
  /** What a person knows the host by, where that is not the vendor's name. */
  readonly label?: string;
  /**
   * What one call sends. Called when it really begins, so that the key is asked for then and not before.
   * @throws LlmError (notSent) for what the vendor would refuse.
   */
  prepare(request: ChatRequest): WireCall | Promise<WireCall>;
  /** What an error answer means: by status and code, never by wording. */
  failure(answer: FailedAnswer, context: FailureContext): LlmError;
  /** What an answer's headers say of the limits; default x-ratelimit-*. `now` is milliseconds since 1970. */
  readonly headroom?: (headers: HttpHeaders, now: number) => RateLimitHeadroom | undefined;
}

export interface WireCall {
  readonly request: HttpRequest;
  /** What was changed or left out, to be told before the answer. */
  readonly notices: readonly string[];
  /** What must never show in an error. */
  readonly secrets: readonly string[];
  makeAnswer(context: AnswerContext): Answer;
  /** Looks at a refusal before it is thrown; may learn from it. */
  readonly refine?: (failure: LlmError) => LlmError;
}

export interface FailedAnswer {
  /** undefined for an error inside a stream that had begun with 200. */
  readonly status?: number;
  readonly headers: HttpHeaders;
  readonly body: string;
}

export interface FailureContext {
  readonly vendor: string;
  readonly model: string;
  /** Taken out of whatever the server says. */
  readonly secrets: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}
