import type { AssistantMessage, ContentPart, Message } from '../message.ts';
import type { ChatRequest } from '../request.ts';
import { readThinking } from './continuation.ts';
import type { WireMessage, WireOptions, WireRequest, WireToolCall } from './wire.ts';

export interface ToWireOptions {
  /** As the server calls it. */
  readonly model: string;
  readonly think: boolean | string | undefined;
  readonly streaming: boolean;
  /** undefined leaves the context to the server: cloud models have all of theirs. */
  readonly numCtx: number | undefined;
}

export interface OnWire {
  readonly body: WireRequest;
  /** What was left out, for a person. */
  readonly notices: readonly string[];
}

/** A request in Ollama's words. */
export function toWire(request: ChatRequest, { model, think, streaming, numCtx }: ToWireOptions): OnWire {
  const { tools = [], toolChoice = 'auto', parallelToolCalls, maxTokens, temperature, responseFormat } = request;
  const notices: string[] = [];
  const options: WireOptions = {
    ...(numCtx !== undefined && { num_ctx: numCtx }),
    ...(maxTokens !== undefined && { num_predict: maxTokens }),
    ...(temperature !== undefined && { temperature }),
  };
  const body: WireRequest = {
    model,
    messages: messagesToWire(request.messages, notices),
    stream: streaming,
    options,
    truncate: false,
    shift: false,
  };
  // There is no tool_choice: what may not be called is not offered, and nothing can be made to be called.
  const offered = tools.filter(
    ({ name }) => toolChoice !== 'none' && (typeof toolChoice === 'string' || toolChoice.name === name),
  );
  if (offered.length > 0) {
    body.tools = offered.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description, parameters },
    }));
    if (toolChoice !== 'auto') notices.push('Ollama cannot be made to call a tool: the model decides.');
    if (parallelToolCalls === false) notices.push('Ollama cannot be kept to one tool call at a time.');
  }
  if (think !== undefined) body.think = think;
  if (responseFormat?.type === 'json-object') body.format = 'json';
  if (responseFormat?.type === 'json-schema') body.format = responseFormat.schema;
  return { body, notices: [...new Set(notices)] };
}

function messagesToWire(messages: readonly Message[], notices: string[]): WireMessage[] {
  /** What each call is of: results are told apart by the tool's name, and since v0.12.10 by the id as well. */
  const names = new Map<string, string>();
  return messages.map(message => {
    switch (message.role) {
      case 'system':
        return { role: 'system', content: message.content };
      case 'user':
        return userToWire(message.content, notices);
      case 'assistant':
        for (const { id, name } of message.toolCalls ?? []) names.set(id, name);
        return assistantToWire(message);
      case 'tool': {
        const { toolCallId, content } = message;
        return { role: 'tool', content, tool_name: names.get(toolCallId) ?? '', tool_call_id: toolCallId };
      }
    }
  });
}

function userToWire(content: string | readonly ContentPart[], notices: string[]): WireMessage {
  if (typeof content === 'string') return { role: 'user', content };
  const text = content.flatMap(part => (part.type === 'text' ? part.text : [])).join('\n\n');
  const images = content.flatMap(part => {
    if (part.type === 'text') return [];
    const data = /^data:[^,]*;base64,(.*)$/s.exec(part.url)?.[1];
    if (data === undefined) notices.push('A picture given by its address is left out: Ollama fetches none.');
    return data ?? [];
  });
  return { role: 'user', content: text, ...(images.length > 0 && { images }) };
}

function assistantToWire(message: AssistantMessage): WireMessage {
  const { content, toolCalls = [] } = message;
  const thinking = readThinking(message);
  const calls = toolCalls.map(({ id, name, arguments: text }, index): WireToolCall => {
    return { id, type: 'function', function: { index, name, arguments: argumentsOf(text) } };
  });
  return {
    role: 'assistant',
    content,
    ...(thinking && { thinking }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

/** An object always: what a model wrote that is none was answered with an error already, and would be refused here. */
function argumentsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text || '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Below.
  }
  return {};
}
