import type { Violation } from '../../loopback/request-log.ts';
import { schemaViolations, sortedViolations } from '../violations.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * What a Responses body does that the published schema forbids, most telling first.
 *
 * The schema offers some thirty shapes for each input item without saying which is meant, and a mistake in one would be
 * reported thirty times. As the API does, each is held against the one shape its `type` asks for.
 */
export function responsesViolations(body: unknown): Violation[] {
  if (!isFields(body)) return schemaViolations('CreateResponse', body);
  const { input, tools, tool_choice: choice } = body;
  const rest = {
    ...body,
    ...(Array.isArray(input) ? { input: [] } : {}),
    ...(Array.isArray(tools) ? { tools: [] } : {}),
    ...(isFields(choice) ? { tool_choice: 'auto' } : {}),
  };
  return sortedViolations([
    ...missing(body),
    ...schemaViolations('CreateResponse', rest).map(moved),
    ...each(input, 'input', itemViolations),
    ...each(tools, 'tools', toolViolations),
    ...(isFields(choice) ? choiceViolations(choice) : []),
  ]);
}

/** The published schema leaves out that a model has to be named. */
function missing({ model }: Fields): Violation[] {
  const message = "Missing required parameter: 'model'.";
  return model === undefined ? [{ param: 'model', code: 'missing_required_parameter', message }] : [];
}

/** Chat's parameters that have another name here; the API says which (lobehub/lobehub#8163). */
const MOVED: Readonly<Record<string, string>> = {
  messages: 'input',
  max_tokens: 'max_output_tokens',
  max_completion_tokens: 'max_output_tokens',
  reasoning_effort: 'reasoning.effort',
  response_format: 'text.format',
  verbosity: 'text.verbosity',
  functions: 'tools',
};

function moved(violation: Violation): Violation {
  const { param, code } = violation;
  const now = code === 'unknown_parameter' && param !== null ? MOVED[param] : undefined;
  if (now === undefined) return violation;
  const message = `Unsupported parameter: '${param}'. In the Responses API, this parameter has moved to '${now}'. Try again with the new parameter. See the API documentation for more information: https://platform.openai.com/docs/api-reference/responses/create.`;
  return { param, code: 'unsupported_parameter', message };
}

function each(list: unknown, at: string, check: (entry: unknown, at: string) => Violation[]): Violation[] {
  return Array.isArray(list) ? list.flatMap((entry: unknown, index) => check(entry, `${at}[${index}]`)) : [];
}

const ITEMS: Readonly<Record<string, string>> = {
  function_call: 'FunctionToolCall',
  function_call_output: 'FunctionCallOutputItemParam',
  reasoning: 'ReasoningItem',
  item_reference: 'ItemReferenceParam',
};

/** The items this server can do something with; the vendor has more (web search, computer use, …). */
function itemViolations(item: unknown, at: string): Violation[] {
  if (!isFields(item)) return schemaViolations('EasyInputMessage', item, at);
  const type = item['type'] ?? ('role' in item || !('id' in item) ? 'message' : 'item_reference');
  if (type === 'message') return messageViolations(item, at);
  const shape = typeof type === 'string' ? ITEMS[type] : undefined;
  return shape === undefined
    ? [unknownType(`${at}.type`, type, ['message', ...Object.keys(ITEMS)])]
    : schemaViolations(shape, item, at);
}

function messageViolations(item: Fields, at: string): Violation[] {
  const { role, content } = item;
  if (!Array.isArray(content)) return schemaViolations('EasyInputMessage', item, at);
  const parts = content.map(completed);
  if (role !== 'assistant') {
    const shape = 'status' in item ? 'InputMessage' : 'EasyInputMessage';
    return schemaViolations(shape, { ...item, content: parts }, at);
  }
  const whole = { id: 'msg_', type: 'message', status: 'completed', ...item, content: parts };
  return schemaViolations('OutputMessage', whole, at);
}

/**
 * The schema wants an answer back with all it came with, and a detail with every image. The API makes do with the text
 * and the address: its own guides leave the rest out, and so do clients ("@ai-sdk/openai" 4.0: the detail).
 */
function completed(part: unknown): unknown {
  if (!isFields(part)) return part;
  if (part['type'] === 'output_text') return { annotations: [], logprobs: [], ...part };
  return part['type'] === 'input_image' ? { detail: 'auto', ...part } : part;
}

function toolViolations(tool: unknown, at: string): Violation[] {
  if (!isFields(tool)) return schemaViolations('FunctionTool', tool, at);
  const { type, function: wrapped } = tool;
  if (type !== 'function') {
    if (type !== undefined) return [unknownType(`${at}.type`, type, ['function'])];
    const message = `Missing required parameter: '${at}.type'.`;
    return [{ param: `${at}.type`, code: 'missing_required_parameter', message }];
  }
  // The API reference's own example leaves `strict` out, and a function may have no parameters.
  const optional = wrapped === undefined ? { strict: null, parameters: null } : {};
  return schemaViolations('FunctionTool', { ...optional, ...tool }, at);
}

function choiceViolations(choice: Fields): Violation[] {
  const { type } = choice;
  if (type === 'function') return schemaViolations('ToolChoiceFunction', choice, 'tool_choice');
  if (type === 'allowed_tools') return schemaViolations('ToolChoiceAllowed', choice, 'tool_choice');
  return [unknownType('tool_choice.type', type, ['function', 'allowed_tools'])];
}

function unknownType(param: string, type: unknown, known: readonly string[]): Violation {
  const list = known.map(name => `'${name}'`).join(', ');
  const shown = typeof type === 'string' ? type : JSON.stringify(type);
  return { param, code: 'invalid_value', message: `Invalid value: '${shown}'. Supported values are: ${list}.` };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
