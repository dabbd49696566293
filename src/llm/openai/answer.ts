import type { EventShortcut } from '../http/server-sent-events.ts';
import type { LlmError } from '../llm-error.ts';
import type { StreamEvent } from '../stream-event.ts';

export interface AnswerContext {
  readonly vendor: string;
  readonly model: string;
  /** undefined until the response's head is known. */
  readonly requestId?: string | undefined;
  /** Makes the failure of an error object that came inside a stream. */
  readonly failure: (body: string) => LlmError;
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
  shortcut?(out: () => StreamEvent[]): EventShortcut;
}
