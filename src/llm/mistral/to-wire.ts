import { callIdFor, type CallIdForm } from '../call-id.ts';
import type { AssistantMessage, Message } from '../message.ts';
import { readPieces } from '../openai/chat/answer-pieces.ts';
import { toWireMessage } from '../openai/chat/to-wire.ts';
import type { WireChunk, WireMessage } from '../openai/chat/wire.ts';
import type { WireBody } from '../openai/openai-wire.ts';
import type { ChatRequest } from '../request.ts';

/** "Tool call id was … but must be a-z, A-Z, 0-9, with a length of 9." */
const callIds: CallIdForm = { pattern: /^[a-zA-Z0-9]{9}$/, digits: 9 };

/** Said for the model where the order of roles wants an answer and there was none. */
const noAnswer = '[no answer was given]';

/**
 * Makes of OpenAI's body what Mistral takes. It answers 422 to every field it does not know (max_completion_tokens, stream_options:
 * usage comes in the last chunk anyway) and 400 to a conversation out of order:
 * - tool call ids are 9 letters or digits;
 * - an assistant says something or calls tools: both are two messages;
 * - after a tool's result an assistant speaks, or another tool, but no user;
 * - an assistant that says nothing and calls nothing is none.
 * Source: the request types of Mistral's SDK (2.7.0) and its own validator (mistralai/mistral-common, protocol/instruct/validator.py:
 * the strictest of its versions), read 2026-11-28; 422 to stream_options: avante-corp/avante.nvim#2347.
 */
export function adaptBody(body: WireBody, request: ChatRequest, model: string): void {
  if (!('messages' in body)) return;
  body.messages = inOrder(request.messages.flatMap(message => toMessages(message, model)));
  delete body.stream_options;
  // What "required" was called before 2025, and what every version of the API understands.
  if (body.tool_choice === 'required') body.tool_choice = 'any';
}

function toMessages(message: Message, model: string): WireMessage[] {
  switch (message.role) {
    case 'assistant':
      return assistantMessages(message, model);
    case 'tool':
      return [{ role: 'tool', tool_call_id: callIdFor(message.toolCallId, callIds), content: message.content }];
    default:
      return [toWireMessage(message, undefined)];
  }
}

function assistantMessages(message: AssistantMessage, model: string): WireMessage[] {
  const { toolCalls = [] } = message;
  const said = contentOf(message, model);
  const calls = toolCalls.map(({ id, name, arguments: text }) => ({
    id: callIdFor(id, callIds),
    type: 'function' as const,
    function: { name, arguments: text || '{}' },
  }));
  return [
    ...(said.length > 0 ? [{ role: 'assistant' as const, content: said }] : []),
    ...(calls.length > 0 ? [{ role: 'assistant' as const, content: '', tool_calls: calls }] : []),
  ];
}

/**
 * What the model said, and, where this model of Mistral's said it, what it thought: "always replay the full assistant message (including
 * ThinkChunk)" (docs, "Reasoning", read 2026-11-28).
 */
function contentOf(message: AssistantMessage, model: string): string | WireChunk[] {
  const pieces = readPieces(message, 'mistral', model);
  if (!pieces) return message.content;
  let at = 0;
  return pieces.map((piece): WireChunk => {
    if ('text' in piece) return { type: 'text', text: message.content.slice(at, (at += piece.text)) };
    const { thinking, signature } = piece;
    const sealed = signature === undefined ? {} : { signature };
    return { type: 'thinking', thinking: [{ type: 'text', text: thinking }], ...sealed, closed: true };
  });
}

/** A question after a tool's result: the answer was stopped before a word of it. */
function inOrder(messages: readonly WireMessage[]): WireMessage[] {
  return messages.flatMap((message, at): WireMessage[] => {
    const after = messages[at - 1]?.role;
    const unanswered = after === 'tool' && message.role !== 'tool' && message.role !== 'assistant';
    return unanswered ? [{ role: 'assistant', content: noAnswer }, message] : [message];
  });
}
