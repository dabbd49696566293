import { LlmError } from './llm-error.ts';
import type { Continuation, ToolCall } from './message.ts';
import type { ChatResponse } from './request.ts';
import type { StreamEvent } from './stream-event.ts';
import type { Usage } from './usage.ts';

/** Folds a stream into the reference's ChatResponse. */
export async function collectResponse(events: AsyncIterable<StreamEvent>): Promise<ChatResponse> {
  let content = '';
  let thinking = '';
  let usage: Usage | undefined;
  let continuation: Continuation | undefined;
  const toolCalls: ToolCall[] = [];
  for await (const event of events) {
    switch (event.type) {
      case 'text-delta':
        content += event.text;
        break;
      case 'thinking-delta':
        thinking += event.text;
        break;
      case 'tool-call':
        toolCalls.push(event.call);
        break;
      case 'usage':
        usage = event.usage;
        break;
      case 'continuation':
        continuation = event.continuation;
        break;
      case 'notice':
        break;
      case 'finish':
        return {
          content,
          toolCalls,
          stopReason: event.reason,
          metadata: event.metadata,
          ...(usage && { usage }),
          ...(thinking && { thinking }),
          ...(continuation && { continuation }),
        };
    }
  }
  throw new LlmError({ code: 'ERR_BAD_RESPONSE', message: 'the stream ended without saying how', retryable: true });
}
