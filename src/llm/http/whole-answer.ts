import type { LlmError } from '../llm-error.ts';
import type { StreamEvent } from '../stream-event.ts';
import type { Answer } from './answer.ts';
import { ServerSentEvents } from './server-sent-events.ts';

export interface WholeText {
  /** The content type, in lower case. */
  readonly type: string;
  readonly text: string;
}

/**
 * An answer that came in one piece: it was not asked to be streamed, or the host cannot.
 * @param notAnApi the failure of a host that answered with something else.
 * @throws LlmError for what is no answer, or one that says it failed.
 */
export function takeWhole(
  answer: Answer,
  { type, text }: WholeText,
  out: StreamEvent[],
  notAnApi: (what: string) => LlmError,
): void {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (type.includes('html') || /^\s*</.test(body)) throw notAnApi('a web page');
  if (body.trim() === '') throw notAnApi('nothing');
  // A proxy that drops the content type of a stream leaves its body recognisable.
  if (/^\s*(data:|event:|id:|retry:|:)/.test(body)) {
    const events = new ServerSentEvents(data => answer.pushChunk(data, out));
    events.push(Buffer.from(body));
    events.end();
  } else answer.pushWhole(body, out);
  answer.end(out);
}
