import type { EventShortcut } from './server-sent-events.ts';
import type { Called } from './exchange-failures.ts';
import type { HttpHeaders, ResponseHead } from './http-call.ts';
import { LlmError } from '../llm-error.ts';
import { requestIdOf } from './request-id.ts';
import type { StreamEvent } from '../stream-event.ts';

export interface AnswerContext {
  readonly vendor: string;
  readonly model: string;
  readonly requestId?: string | undefined;
  readonly headers?: HttpHeaders | undefined;
  /** Makes the failure of an error object that came inside a stream. */
  readonly failure: (body: string) => LlmError;
}

/** The context of an answer whose head has come; what the head holds is read when it is asked for. */
export class HeadContext implements AnswerContext {
  readonly vendor: string;
  readonly model: string;
  readonly failure: (body: string) => LlmError;
  readonly #head: ResponseHead;

  constructor({ vendor, model }: Called, head: ResponseHead, failure: (body: string) => LlmError) {
    this.vendor = vendor;
    this.model = model;
    this.#head = head;
    this.failure = failure;
  }

  get headers(): HttpHeaders {
    return this.#head.headers;
  }

  get requestId(): string | undefined {
    return requestIdOf(this.#head.headers);
  }
}

/** Folds what the wire says into StreamEvents: one class for each API. */
export interface Answer {
  /** The answer has said that nothing more comes. */
  readonly isDone: boolean;
  /** One `data:` of the stream. @throws LlmError for an error object, or for what is no JSON. */
  pushChunk(data: string, out: StreamEvent[]): void;
  /** The whole answer in one object. */
  pushWhole(body: string, out: StreamEvent[]): void;
  /** The body is over. @throws LlmError ERR_BAD_RESPONSE where the answer was cut off before it said how it ended. */
  end(out: StreamEvent[]): void;
  /** Recognises frequent events in the bytes; see EventShortcut. */
  shortcut?(out: StreamEvent[]): EventShortcut;
}

/** What came is no answer. Asking again may bring one. */
export function badAnswer({ vendor, model, requestId }: AnswerContext, message: string): LlmError {
  return new LlmError({
    code: 'ERR_BAD_RESPONSE',
    message: `${vendor}: ${message}`,
    vendor,
    model,
    retryable: true,
    ...(requestId && { requestId }),
  });
}

/** @throws LlmError ERR_BAD_RESPONSE for what is no JSON object. */
export function parseObject(context: AnswerContext, data: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    throw badAnswer(context, 'The answer is not JSON.');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw badAnswer(context, 'The answer is not a JSON object.');
  return json as Record<string, unknown>;
}
