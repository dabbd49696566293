import { callIdFor, type CallIdForm } from '../../call-id.ts';
import type { AssistantMessage, ContentPart, Message } from '../../message.ts';
import type { ModelFacts } from '../../model-catalog.ts';
import type { ChatRequest, ReasoningEffort } from '../../request.ts';
import { samplingAllowed } from '../sampling.ts';
import { readContinuation } from './continuation.ts';
import type { WireItem, WirePart, WireRequest } from './wire.ts';

export interface ToWireOptions {
  readonly model: string;
  readonly facts: ModelFacts | undefined;
  /** As the route decided; undefined sends none. */
  readonly effort: ReasoningEffort | undefined;
  readonly streaming: boolean;
  /** Whose reasoning may be sent; default "openai". */
  readonly author?: string;
}

/** The least the API takes (400 "integer below minimum value" under it; OpenAPI document 2.3.0). */
const minOutputTokens = 16;

/** call_id: 1 to 64 characters (OpenAPI document 2.3.0, FunctionCallOutputItemParam). */
const callIds: CallIdForm = { pattern: /^[^]{1,64}$/, digits: 64 };

/** A request in the words of the Responses API. Nothing is kept at the vendor, so the whole conversation travels each time. */
export function toWire(request: ChatRequest, options: ToWireOptions): WireRequest {
  const { model, facts, effort, streaming, author = 'openai' } = options;
  const { tools, toolChoice, parallelToolCalls, maxTokens, temperature, responseFormat } = request;
  const { instructions, rest } = splitInstructions(request.messages);
  const body: WireRequest = { model, input: rest.flatMap(message => toItems(message, author, model)), store: false };
  if (instructions) body.instructions = instructions;
  if (tools?.length) {
    body.tools = tools.map(({ name, description, parameters }) => ({
      type: 'function',
      name,
      description,
      parameters,
      strict: false,
    }));
    if (toolChoice !== undefined)
      body.tool_choice = typeof toolChoice === 'string' ? toolChoice : { type: 'function', name: toolChoice.name };
    if (parallelToolCalls !== undefined) body.parallel_tool_calls = parallelToolCalls;
  }
  if (maxTokens !== undefined) body.max_output_tokens = Math.max(minOutputTokens, maxTokens);
  if (temperature !== undefined && samplingAllowed(facts, effort)) body.temperature = temperature;
  if (facts?.reasoning) {
    body.include = ['reasoning.encrypted_content'];
    // Where nothing is thought there is nothing to show. Who may not see it is told so once: ParameterMemory.
    body.reasoning = { ...(effort !== undefined && { effort }), ...(effort !== 'none' && { summary: 'auto' }) };
  }
  if (responseFormat?.type === 'json-object') body.text = { format: { type: 'json_object' } };
  if (responseFormat?.type === 'json-schema') {
    const { name, schema } = responseFormat;
    body.text = { format: { type: 'json_schema', name, schema, strict: true } };
  }
  if (streaming) body.stream = true;
  return body;
}

/** The system message at the head is what the API calls instructions. */
function splitInstructions(messages: readonly Message[]): { instructions?: string; rest: readonly Message[] } {
  const [first, ...rest] = messages;
  return first?.role === 'system' ? { instructions: first.content, rest } : { rest: messages };
}

function toItems(message: Message, author: string, model: string): WireItem[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'developer', content: message.content }];
    case 'user':
      return [
        {
          role: 'user',
          content: typeof message.content === 'string' ? message.content : message.content.map(toWirePart),
        },
      ];
    case 'assistant':
      return assistantItems(message, author, model);
    case 'tool':
      return [
        { type: 'function_call_output', call_id: callIdFor(message.toolCallId, callIds), output: message.content },
      ];
  }
}

/** In the order in which the model made them: the API wants each piece of reasoning right before what it led to. */
function assistantItems(message: AssistantMessage, author: string, model: string): WireItem[] {
  const { content, toolCalls = [] } = message;
  const said: WireItem[] = content ? [{ role: 'assistant', content }] : [];
  const calls = toolCalls.map((call): WireItem => {
    const id = callIdFor(call.id, callIds);
    return { type: 'function_call', call_id: id, name: call.name, arguments: call.arguments || '{}' };
  });
  const pieces = readContinuation(message, author, model);
  if (!pieces) return [...said, ...calls];
  const items = pieces.flatMap((piece): WireItem | WireItem[] => {
    if (piece === 'text') return said;
    return 'call' in piece ? (calls[piece.call] ?? []) : piece.reasoning;
  });
  // Cut off while it thought: "Item 'rs_…' of type 'reasoning' was provided without its required following item".
  while (isReasoning(items.at(-1))) items.pop();
  return items;
}

const isReasoning = (item: WireItem | undefined): boolean =>
  item !== undefined && 'type' in item && item.type === 'reasoning';

function toWirePart(part: ContentPart): WirePart {
  return part.type === 'text'
    ? { type: 'input_text', text: part.text }
    : { type: 'input_image', image_url: part.url, detail: part.detail ?? 'auto' };
}
