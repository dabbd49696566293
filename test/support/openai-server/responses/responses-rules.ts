import { ApiError, badRequest, unsupportedParameter } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { checkFunctionTool } from '../function-tool-rules.ts';
import { checkFormatSchema } from '../json-schema-format.ts';
import type { Effort, ServedModel } from '../models.ts';
import type { InputItem, ResponsesRequest } from './responses-request.ts';
import { isMessage } from './responses-request.ts';

// What the API refuses beyond its published schema, as of November 2026; the items of the conversation apart. Wordings:
// skorokithakis/sysaidmin#9 (model), OpenHands/software-agent-sdk#1837 (temperature: here without a code),
// pydantic/pydantic-ai#2865 (include), mavam/pi-web-providers#14 (schema). Those of efforts, JSON mode and tool choice are
// from memory of the API, and unconfirmed.

/** @throws ApiError 400 for an id that is none, or of a model that is not served here */
export function findModel(exchange: Exchange, id: string): ServedModel {
  const model = exchange.state.models().find(id);
  if (model === undefined) {
    throw badRequest(`The requested model '${id}' does not exist.`, 'model', 'model_not_found');
  }
  if (model.api === 'chat') {
    const message = `The requested model '${id}' cannot be used with the Responses API.`;
    throw badRequest(message, 'model', 'unsupported_model');
  }
  return model;
}

/** How hard the model is to think: what was asked, or its own habit. */
function effortOf(request: ResponsesRequest, model: ServedModel): Effort {
  if (model.reasoning === undefined) return 'none';
  return request.reasoning?.effort ?? model.reasoning.whenLeftOut;
}

/** @throws ApiError 400 for the first rule that is broken */
export function checkRules(request: ResponsesRequest, model: ServedModel): void {
  checkServed(request);
  checkReasoning(request, model);
  checkSampling(request, model);
  checkLimit(request, model);
  checkTools(request);
  checkFormat(request, model);
  if ((request.stream_options ?? null) !== null && request.stream !== true) {
    const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
    throw badRequest(message, 'stream_options', null);
  }
}

/** What the vendor does and this server does not; better refused than taken and ignored. */
const NOT_SERVED = [
  'background',
  'conversation',
  'prompt',
  'context_management',
  'moderation',
  'max_tool_calls',
] as const;

function checkServed(request: ResponsesRequest): void {
  const given = request as unknown as Readonly<Record<string, unknown>>;
  const name = NOT_SERVED.find(each => (given[each] ?? false) !== false);
  if (name !== undefined) throw new ApiError(400, `The loopback server does not do '${name}'.`, { param: name });
}

function checkReasoning({ reasoning, include }: ResponsesRequest, model: ServedModel): void {
  const { effort, summary } = reasoning ?? {};
  if (model.reasoning === undefined) {
    if ((effort ?? null) !== null) throw unsupportedParameter('reasoning.effort');
    if ((summary ?? null) !== null) throw unsupportedParameter('reasoning.summary');
    if (include?.includes('reasoning.encrypted_content') === true) {
      throw badRequest('Encrypted content is not supported with this model.', 'include', null);
    }
    return;
  }
  const { efforts } = model.reasoning;
  if (effort === undefined || effort === null || efforts.includes(effort)) return;
  const list = efforts.map(each => `'${each}'`);
  const last = list.pop() ?? '';
  const values = list.length === 0 ? last : `${list.join(', ')}, and ${last}`;
  const message = `Unsupported value: '${effort}' is not supported with the '${model.id}' model. Supported values are: ${values}.`;
  throw badRequest(message, 'reasoning.effort', 'unsupported_value');
}

/** A model that thinks takes no sampling parameters; the defaults, which it names in every answer, it lets pass. */
function checkSampling(request: ResponsesRequest, model: ServedModel): void {
  if (effortOf(request, model) === 'none') return;
  for (const name of ['temperature', 'top_p'] as const) {
    if ((request[name] ?? 1) === 1) continue;
    throw badRequest(`Unsupported parameter: '${name}' is not supported with this model.`, name, null);
  }
  const logprobs = request.include?.includes('message.output_text.logprobs') === true;
  if (!logprobs && (request.top_logprobs ?? 0) === 0) return;
  throw badRequest('logprobs are not supported with reasoning models.', logprobs ? 'include' : 'top_logprobs', null);
}

function checkLimit({ max_output_tokens: limit }: ResponsesRequest, { maxOutput }: ServedModel): void {
  if ((limit ?? 0) <= maxOutput) return;
  const message = `Invalid 'max_output_tokens': integer above maximum value. Expected a value <= ${maxOutput}, but got ${String(limit)} instead.`;
  throw badRequest(message, 'max_output_tokens', 'integer_above_max_value');
}

function checkTools({ tools = [], tool_choice: choice }: ResponsesRequest): void {
  tools.forEach((tool, index) => checkFunctionTool(tool, `tools[${index}]`));
  const name = typeof choice === 'object' && choice.type === 'function' ? choice.name : undefined;
  if (name !== undefined && !tools.some(tool => tool.name === name)) {
    throw badRequest(`Tool choice '${name}' not found in 'tools' parameter.`, 'tool_choice', null);
  }
  const demands = choice === 'required' || (typeof choice === 'object' && choice.type === 'allowed_tools');
  if (demands && tools.length === 0) {
    const shown = choice === 'required' ? 'required' : 'allowed_tools';
    throw badRequest(`Tool choice '${shown}' must be specified with 'tools' parameter.`, 'tool_choice', null);
  }
}

/** The word has to be in the input; in the instructions it does not count. */
function checkFormat({ text, input }: ResponsesRequest, model: ServedModel): void {
  const format = text?.format;
  if (format?.type === 'json_object' && !mentionsJson(input ?? [])) {
    const message =
      "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.";
    throw badRequest(message, 'input', null);
  }
  if (format?.type === 'json_schema') checkFormatSchema(format, model, IN_RESPONSES);
}

const IN_RESPONSES = {
  param: 'text.format',
  name: 'text.format.name',
  schema: { param: 'text.format.schema', code: 'invalid_json_schema' },
} as const;

function mentionsJson(input: string | readonly InputItem[]): boolean {
  if (typeof input === 'string') return /json/i.test(input);
  return input.some(item => isMessage(item) && /json/i.test(JSON.stringify(item.content)));
}
