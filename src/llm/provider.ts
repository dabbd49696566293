import type { ChatRequest, ChatResponse } from './request.ts';
import type { StreamEvent } from './stream-event.ts';

/**
 * The port every vendor implements and every decorator wraps. Errors are `LlmError`; a cancelled call throws the signal's reason.
 * `chat` is `stream` collected: same request, same outcome.
 */
export interface LlmProvider {
  /** "openai", "anthropic", … */
  readonly name: string;
  readonly model: string;
  /** The base URL that is asked, where one was configured. */
  readonly endpoint?: string | undefined;
  stream(request: ChatRequest, signal?: AbortSignal): AsyncIterable<StreamEvent>;
  chat(request: ChatRequest, signal?: AbortSignal): Promise<ChatResponse>;
}
