import { LlmError } from './llm-error.ts';
import type { Continuation, ToolCall } from './message.ts';
import type { ChatRequest, ChatResponse } from './request.ts';
import { checkFormat } from './structured-output.ts';
import type { StreamEvent } from './stream-event.ts';
import type { Usage } from './usage.ts';

/**
 * Folds a stream into the reference's ChatResponse. Where the request asked for JSON, the content is JSON that fits.
 * @throws LlmError ERR_BAD_RESPONSE where it is not, with the text in `facts.text`.
 */
export async function collectResponse(
  events: AsyncIterable<StreamEvent>,
  request: Pick<ChatRequest, 'responseFormat'> = {},
): Promise<ChatResponse> {
  const response = await fold(events);
  await checkFormat(response, request.responseFormat);
  return response;
}

async function fold(events: AsyncIterable<StreamEvent>): Promise<ChatResponse> {
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
