import type { ModelFacts } from '../../model-catalog.ts';
import type { ContentPart, Message } from '../../message.ts';
import type { ChatRequest, ReasoningEffort } from '../../request.ts';
import type { WireMessage, WirePart, WireRequest } from './wire.ts';

export interface ToWireOptions {
  readonly model: string;
  /** undefined for a model the catalogue does not know: then nothing is left out or renamed on a guess. */
  readonly facts: ModelFacts | undefined;
  readonly streaming: boolean;
}

/** A request in OpenAI's words, with what the model is known not to take left out. */
export function toWire(request: ChatRequest, { model, facts, streaming }: ToWireOptions): WireRequest {
  const { tools, toolChoice, parallelToolCalls, maxTokens, temperature, responseFormat } = request;
  const body: WireRequest = { model, messages: request.messages.map(message => toWireMessage(message, facts)) };
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
  if (maxTokens !== undefined) body[facts?.tokenLimitField ?? 'max_completion_tokens'] = maxTokens;
  if (temperature !== undefined && samplingAllowed(facts, effortToSend(request, facts))) body.temperature = temperature;
  const effort = effortToSend(request, facts);
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

/**
 * The effort that was asked for; or, with tools on a model that answers 400 to tools unless it does not reason (5.4 and later on
 * Chat Completions), "none".
 */
function effortToSend(
  { tools, reasoningEffort }: ChatRequest,
  facts: ModelFacts | undefined,
): ReasoningEffort | undefined {
  if (!facts) return reasoningEffort;
  // A model without efforts reasons, but does not let itself be told how much.
  if (!facts.reasoning?.efforts.length) return undefined;
  const { toolsOnChatNeedEffortNone, defaultEffort, efforts } = facts.reasoning;
  if (tools?.length && toolsOnChatNeedEffortNone && efforts.includes('none'))
    return reasoningEffort === undefined && defaultEffort === 'none' ? undefined : 'none';
  return reasoningEffort;
}

/** Reasoning models take a temperature only while they do not reason (OpenAI "Using GPT-5.x", parameter compatibility). */
function samplingAllowed(facts: ModelFacts | undefined, effort: ReasoningEffort | undefined): boolean {
  switch (facts?.sampling) {
    case 'never':
      return false;
    case 'effort-none':
      return (effort ?? facts.reasoning?.defaultEffort) === 'none';
    default:
      return true;
  }
}

function toWireMessage(message: Message, facts: ModelFacts | undefined): WireMessage {
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
          id,
          type: 'function',
          function: { name, arguments: text || '{}' },
        })),
      };
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
  }
}

function toWirePart(part: ContentPart): WirePart {
  return part.type === 'text'
    ? { type: 'text', text: part.text }
    : { type: 'image_url', image_url: { url: part.url, ...(part.detail && { detail: part.detail }) } };
}
