import type { ChatRequest } from './chat-request.ts';
import { functionTools, textOf } from './chat-request.ts';
import { badRequest, unsupportedParameter, unsupportedValue } from './errors.ts';
import { checkFunctionTool } from './function-tool-rules.ts';
import { checkFormatSchema } from './json-schema-format.ts';
import type { Effort, ServedModel } from './models.ts';

// What the API refuses beyond its published schema, as of November 2026. Wordings were collected from public issue
// threads (pipecat-ai/pipecat#4043, BerriAI/litellm#34569, livekit/agents#7169, miurla/morphic#136, sdcb/chats#132).

/** How hard the model is to think: what was asked, or its own habit. `none` for a model that doesn't reason. */
export function effortOf(request: ChatRequest, model: ServedModel): Effort {
  if (model.reasoning === undefined) return 'none';
  return request.reasoning_effort ?? model.reasoning.whenLeftOut;
}

/** @throws ApiError 400 for the first rule that is broken */
export function checkRules(request: ChatRequest, model: ServedModel): void {
  checkEffort(request, model);
  checkLimits(request, model);
  checkSampling(request, model);
  if (model.firstGeneration === true) checkFirstGeneration(request);
  checkTools(request, model);
  checkConversation(request);
  checkFormat(request, model);
}

function checkEffort(request: ChatRequest, model: ServedModel): void {
  const effort = request.reasoning_effort ?? undefined;
  if (effort === undefined) return;
  if (model.reasoning === undefined)
    throw badRequest('Unrecognized request argument supplied: reasoning_effort', null, null);
  const { efforts } = model.reasoning;
  if (efforts.length === 0) throw unsupportedParameter('reasoning_effort');
  if (efforts.includes(effort)) return;
  const list = efforts.map(each => `'${each}'`).join(', ');
  throw unsupportedValue('reasoning_effort', effort, `Supported values are: ${list}.`);
}

function checkLimits(request: ChatRequest, model: ServedModel): void {
  const legacy = request.max_tokens ?? undefined;
  const current = request.max_completion_tokens ?? undefined;
  if (legacy !== undefined && model.reasoning !== undefined) {
    throw unsupportedParameter('max_tokens', "Use 'max_completion_tokens' instead.");
  }
  if (legacy !== undefined && current !== undefined) {
    const message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.";
    throw badRequest(message, 'max_tokens', 'invalid_parameter_combination');
  }
  const name = legacy === undefined ? 'max_completion_tokens' : 'max_tokens';
  const limit = legacy ?? current;
  if (limit === undefined) return;
  if (limit < 1) {
    const message = `Invalid '${name}': integer below minimum value. Expected a value >= 1, but got ${limit} instead.`;
    throw badRequest(message, name, 'integer_below_min_value');
  }
  if (limit > model.maxOutput) {
    const message = `${name} is too large: ${limit}. This model supports at most ${model.maxOutput} completion tokens, whereas you provided ${limit}.`;
    throw badRequest(message, name, 'invalid_value');
  }
}

/** A model that thinks takes no sampling parameters; the vendor lets the defaults pass where it names them. */
function checkSampling(request: ChatRequest, model: ServedModel): void {
  if (effortOf(request, model) === 'none') return;
  const defaults = { temperature: 1, top_p: 1, presence_penalty: 0, frequency_penalty: 0 } as const;
  for (const [name, standard] of Object.entries(defaults)) {
    const value = request[name as keyof typeof defaults] ?? undefined;
    if (value === undefined || value === standard) continue;
    if (name !== 'temperature') throw unsupportedParameter(name);
    throw unsupportedValue(name, value, `Only the default (${standard}) value is supported.`);
  }
  if (request.logprobs === true) throw unsupportedParameter('logprobs');
  if ((request.top_logprobs ?? 0) > 0) throw unsupportedParameter('top_logprobs');
}

function checkFirstGeneration(request: ChatRequest): void {
  request.messages.forEach(({ role }, index) => {
    if (role === 'system' || role === 'developer') {
      throw unsupportedValue(`messages[${index}].role`, role, "Supported values are: 'user' and 'assistant'.");
    }
  });
  if (request.tools !== undefined) throw unsupportedParameter('tools');
  if (request.stream === true) {
    throw unsupportedValue('stream', true, 'Only the default (false) value is supported.');
  }
}

function checkTools(request: ChatRequest, model: ServedModel): void {
  const tools = request.tools ?? [];
  if (request.tools?.length === 0) {
    throw badRequest(
      "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      'tools',
      'empty_array',
    );
  }
  if (tools.length === 0) {
    for (const name of ['tool_choice', 'parallel_tool_calls'] as const) {
      if (request[name] === undefined || request[name] === 'none') continue;
      throw badRequest(
        `Invalid value for '${name}': '${name}' is only allowed when 'tools' are specified.`,
        name,
        null,
      );
    }
    return;
  }
  if (tools.length > 128) {
    throw badRequest(
      `Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length ${tools.length} instead.`,
      'tools',
      'array_above_max_length',
    );
  }
  functionTools(request).forEach((tool, index) => checkFunctionTool(tool.function, `tools[${index}].function`));
  if (model.toolsNeedEffortNone === true && effortOf(request, model) !== 'none') {
    throw badRequest(
      `Function tools with reasoning_effort are not supported for ${request.model} in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.`,
      'reasoning_effort',
      null,
    );
  }
  checkChoice(request);
}

function checkChoice(request: ChatRequest): void {
  const choice = request.tool_choice;
  if (typeof choice !== 'object' || choice.type !== 'function') return;
  const { name } = choice.function;
  if (functionTools(request).some(tool => tool.function.name === name)) return;
  throw badRequest(
    `Invalid value for 'tool_choice': tool_choice '${name}' not found in 'tools' parameter.`,
    'tool_choice',
    null,
  );
}

/** Every call must be answered by the messages that follow it directly, and every answer must have its call. */
function checkConversation(request: ChatRequest): void {
  let open = new Set<string>();
  const allAnswered = (index: number): void => {
    if (open.size === 0) return;
    throw badRequest(
      `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`,
      `messages.[${index}].role`,
      null,
    );
  };
  let following = false;
  request.messages.forEach((message, index) => {
    if (message.role === 'tool') {
      const id = message.tool_call_id ?? '';
      if (!following || !open.has(id)) {
        throw badRequest(
          following
            ? `Invalid parameter: 'tool_call_id' of '${id}' not found in 'tool_calls' of previous message.`
            : "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
          following ? `messages.[${index}].tool_call_id` : `messages.[${index}].role`,
          null,
        );
      }
      open.delete(id);
      return;
    }
    allAnswered(index);
    checkAssistant(request, index);
    open = new Set((message.tool_calls ?? []).map(call => call.id));
    following = open.size > 0;
  });
  allAnswered(request.messages.length);
}

function checkAssistant(request: ChatRequest, index: number): void {
  const message = request.messages[index];
  if (message?.role !== 'assistant') return;
  const at = `messages[${index}]`;
  if (message.tool_calls?.length === 0) {
    throw badRequest(
      `Invalid '${at}.tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
      `${at}.tool_calls`,
      'empty_array',
    );
  }
  message.tool_calls?.forEach(({ id }, call) => {
    if (id.length > 40) {
      throw badRequest(
        `Invalid '${at}.tool_calls[${call}].id': string too long. Expected a string with maximum length 40, but got a string with length ${id.length} instead.`,
        `${at}.tool_calls[${call}].id`,
        'string_above_max_length',
      );
    }
  });
  if ((message.content ?? null) === null && message.tool_calls === undefined && (message.refusal ?? null) === null) {
    throw badRequest("Invalid value for 'content': expected a string, got null.", `messages.[${index}].content`, null);
  }
}

function checkFormat(request: ChatRequest, model: ServedModel): void {
  if ((request.stream_options ?? null) !== null && request.stream !== true) {
    throw badRequest(
      "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
      'stream_options',
      null,
    );
  }
  const format = request.response_format;
  if (format?.type === 'json_object' && !request.messages.some(message => /json/i.test(textOf(message)))) {
    throw badRequest(
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
      'messages',
      null,
    );
  }
  if (format?.type === 'json_schema') checkFormatSchema(format.json_schema, model, IN_CHAT);
}

const IN_CHAT = {
  param: 'response_format',
  name: 'response_format.json_schema.name',
  schema: { param: 'response_format', code: null },
} as const;
