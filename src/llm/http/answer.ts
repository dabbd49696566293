import type { EventShortcut } from './server-sent-events.ts';
import type { HttpHeaders } from './post-stream.ts';
import { LlmError } from '../llm-error.ts';
import { requestIdOf } from './request-id.ts';
import type { StreamEvent } from '../stream-event.ts';

export interface AnswerContext {
  readonly vendor: string;
  readonly model: string;
  /** undefined until the response's head is known. */
  readonly requestId?: string | undefined;
  /** The response's, once its head is known. */
  readonly headers?: HttpHeaders | undefined;
  /** Makes the failure of an error object that came inside a stream. */
  readonly failure: (body: string) => LlmError;
}

/** The context of an answer whose head is still awaited. */
export class AwaitedContext implements AnswerContext {
  readonly vendor: string;
  readonly model: string;
  readonly failure: (body: string) => LlmError;
  #headers: () => HttpHeaders | undefined;

  constructor(known: Pick<AnswerContext, 'vendor' | 'model' | 'failure'> & { headers: () => HttpHeaders | undefined }) {
    this.vendor = known.vendor;
    this.model = known.model;
    this.failure = known.failure;
    this.#headers = known.headers;
  }

  get headers(): HttpHeaders | undefined {
    return this.#headers();
  }

  get requestId(): string | undefined {
    const { headers } = this;
    return headers && requestIdOf(headers);
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
