import { callIdFor, type CallIdForm } from '../../call-id.ts';
import type { ModelFacts } from '../../model-catalog.ts';
import type { ContentPart, Message } from '../../message.ts';
import type { ChatRequest, ReasoningEffort } from '../../request.ts';
import { samplingAllowed } from '../sampling.ts';
import type { WireMessage, WirePart, WireRequest } from './wire.ts';

export interface ToWireOptions {
  readonly model: string;
  /** undefined for a model the catalogue does not know: then nothing is left out or renamed on a guess. */
  readonly facts: ModelFacts | undefined;
  /** As the route decided; undefined sends none. */
  readonly effort: ReasoningEffort | undefined;
  readonly streaming: boolean;
  /** For a model without facts; default max_completion_tokens. */
  readonly tokenLimitField?: ModelFacts['tokenLimitField'];
}

/** A request in OpenAI's words, with what the model is known not to take left out. */
export function toWire(request: ChatRequest, options: ToWireOptions): WireRequest {
  const { model, facts, effort, streaming, tokenLimitField = 'max_completion_tokens' } = options;
  const { tools, toolChoice, parallelToolCalls, maxTokens, temperature, responseFormat } = request;
  const messages = facts?.systemRole === 'none' ? foldSystem(request.messages) : request.messages;
  const body: WireRequest = { model, messages: messages.map(message => toWireMessage(message, facts)) };
  if (tools?.length) {
    body.tools = tools.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description, parameters },
    }));
    if (toolChoice !== undefined)
      body.tool_choice =
        typeof toolChoice === 'string' ? toolChoice : { type: 'function', function: { name: toolChoice.name } };
    if (parallelToolCalls !== undefined) body.parallel_tool_calls = parallelToolCalls;
  }
  if (maxTokens !== undefined) body[facts?.tokenLimitField ?? tokenLimitField] = maxTokens;
  if (temperature !== undefined && samplingAllowed(facts, effort)) body.temperature = temperature;
  if (effort !== undefined) body.reasoning_effort = effort;
  if (responseFormat?.type === 'json-object') body.response_format = { type: 'json_object' };
  if (responseFormat?.type === 'json-schema') {
    const { name, schema } = responseFormat;
    body.response_format = { type: 'json_schema', json_schema: { name, schema, strict: true } };
  }
  if (streaming) {
    body.stream = true;
    body.stream_options = { include_usage: true };
  }
  return body;
}

/** o1-preview and o1-mini know no system role: what it says goes in front of the first question. */
function foldSystem(messages: readonly Message[]): Message[] {
  const system = messages.flatMap(message => (message.role === 'system' ? message.content : []));
  const rest = messages.filter(({ role }) => role !== 'system');
  const first = rest.findIndex(({ role }) => role === 'user');
  return rest.map((message, index): Message => {
    if (index !== first || message.role !== 'user' || system.length === 0) return message;
    const { content } = message;
    return typeof content === 'string'
      ? { role: 'user', content: [...system, content].join('\n\n') }
      : { role: 'user', content: [...system.map(text => ({ type: 'text' as const, text })), ...content] };
  });
}

/** "string too long. Expected a string with maximum length 40": OpenAI's 400 to longer ones, seen in public issues until 2026-11. */
const callIds: CallIdForm = { pattern: /^[^]{1,40}$/, digits: 40 };

export function toWireMessage(message: Message, facts: ModelFacts | undefined): WireMessage {
  switch (message.role) {
    case 'system':
      // `developer` is what `system` is called on reasoning models; elsewhere only `system` is understood.
      return { role: facts?.systemRole === 'developer' ? 'developer' : 'system', content: message.content };
    case 'user':
      return {
        role: 'user',
        content: typeof message.content === 'string' ? message.content : message.content.map(toWirePart),
      };
    case 'assistant':
      if (!message.toolCalls?.length) return { role: 'assistant', content: message.content };
      return {
        role: 'assistant',
        content: message.content || null,
        tool_calls: message.toolCalls.map(({ id, name, arguments: text }) => ({
          id: callIdFor(id, callIds),
          type: 'function',
          function: { name, arguments: text || '{}' },
        })),
      };
    case 'tool':
      return { role: 'tool', tool_call_id: callIdFor(message.toolCallId, callIds), content: message.content };
  }
}

function toWirePart(part: ContentPart): WirePart {
  return part.type === 'text'
    ? { type: 'text', text: part.text }
    : { type: 'image_url', image_url: { url: part.url, ...(part.detail && { detail: part.detail }) } };
}
