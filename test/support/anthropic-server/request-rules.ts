import { badRequest } from './errors.ts';
import { type Block, blocksOf, type MessagesRequest, type Turn } from './messages-request.ts';
import type { ServedModel } from './models.ts';
import { prefixes, sealedIn } from './sealed-thinking.ts';

// What the API refuses beyond its shape, as of November 2026. Sources: "Errors", "Handle tool calls", "Prompt caching", "Prefix checks on
// thinking blocks" and the migration guides on platform.claude.com; wordings from public issues (anthropics/claude-code#6242, #10612,
// langchain-ai/langchain#26835, mistralai and litellm threads). All read 2026-11-28.

/** @throws ApiError 400 for the first rule that is broken */
export function checkRules(request: MessagesRequest, model: ServedModel): void {
  checkLimits(request, model);
  checkConversation(request, model);
  checkTools(request, model);
  checkThinking(request, model);
  checkSealed(request, model);
  checkMarks(request);
}

function checkLimits(
  { max_tokens: limit, temperature, top_p: topP, top_k: topK }: MessagesRequest,
  model: ServedModel,
): void {
  if (limit > model.maxOutput)
    throw badRequest(
      `max_tokens: ${limit} > ${model.maxOutput}, which is the maximum allowed number of output tokens for ${model.id}`,
    );
  if (limit === 0) throw badRequest('max_tokens: 0 only fills the cache, which the loopback server does not serve');
  if (model.sampling) return;
  if (temperature !== undefined && temperature !== 1) throw badRequest('`temperature` is deprecated for this model.');
  if (topP !== undefined && topP < 0.99) throw badRequest('`top_p` is deprecated for this model.');
  if (topK !== undefined) throw badRequest('`top_k` is deprecated for this model.');
}

function checkConversation({ messages, tools }: MessagesRequest, model: ServedModel): void {
  if (messages[0]?.role !== 'user') throw badRequest('messages: first message must use the "user" role');
  messages.forEach((turn, index) => checkTurn(turn, index, messages));
  const last = messages.at(-1)!;
  if (last.role === 'assistant') {
    if (!model.prefill)
      throw badRequest(
        'This model does not support assistant message prefill. The conversation must end with a user message.',
      );
    const words = blocksOf(last).at(-1);
    if (words?.type === 'text' && words.text !== words.text.trimEnd())
      throw badRequest('messages: final assistant content cannot end with trailing whitespace');
  }
  const calls = messages.some(turn => blocksOf(turn).some(({ type }) => type === 'tool_use' || type === 'tool_result'));
  if (calls && !tools?.length)
    throw badRequest('Requests which include `tool_use` or `tool_result` blocks must define tools');
  const ids = messages.flatMap(turn => blocksOf(turn).flatMap(block => (block.type === 'tool_use' ? block.id : [])));
  if (new Set(ids).size < ids.length) throw badRequest('messages: `tool_use` ids must be unique');
}

function checkTurn(turn: Turn, index: number, messages: readonly Turn[]): void {
  const blocks = blocksOf(turn);
  const at = `messages.${index}`;
  if (blocks.length === 0) throw badRequest(`${at}: ${turn.role} messages must have non-empty content`);
  blocks.forEach((block, place) => checkText(block, `${at}.content.${place}`));
  // Turns of the same role would be taken together; nothing says so of ours, which are to be well formed.
  if (messages[index - 1]?.role === turn.role)
    throw badRequest(`${at}: the loopback server wants roles to alternate, because the next model may`);
  if (turn.role === 'assistant') checkCallsAnswered(blocks, index, messages[index + 1]);
  else checkResults(blocks, at, messages[index - 1]);
}

function checkText(block: Block, at: string): void {
  if (block.type === 'text' && block.text === '') throw badRequest(`${at}: text content blocks must be non-empty`);
  if (block.type === 'text' && block.text.trim() === '')
    throw badRequest(`${at}: text content blocks must contain non-whitespace text`);
  if (block.type === 'tool_result' && Array.isArray(block.content))
    block.content.forEach((inner: Block, place: number) => checkText(inner, `${at}.content.${place}`));
}

function checkCallsAnswered(blocks: readonly Block[], index: number, next: Turn | undefined): void {
  const called = blocks.flatMap(block => (block.type === 'tool_use' ? block.id : []));
  const answered = new Set(
    next ? blocksOf(next).flatMap(block => (block.type === 'tool_result' ? block.tool_use_id : [])) : [],
  );
  const missing = called.filter(id => !answered.has(id));
  if (missing.length > 0)
    throw badRequest(
      `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
    );
}

function checkResults(blocks: readonly Block[], at: string, before: Turn | undefined): void {
  const called = new Set(before ? blocksOf(before).flatMap(block => (block.type === 'tool_use' ? block.id : [])) : []);
  const seen = new Set<string>();
  let words = false;
  blocks.forEach((block, place) => {
    if (block.type !== 'tool_result') {
      words = true;
      return;
    }
    const { tool_use_id: id } = block;
    if (!called.has(id))
      throw badRequest(
        `${at}.content.${place}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    if (seen.has(id))
      throw badRequest(
        `${at}.content.${place}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${id}`,
      );
    seen.add(id);
    if (words)
      throw badRequest(
        `${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${id}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
  });
}

function checkTools(
  { tools = [], tool_choice: choice, output_config: output }: MessagesRequest,
  model: ServedModel,
): void {
  tools.forEach(({ input_schema: schema }, at) => {
    if (schema['type'] !== 'object') throw badRequest(`tools.${at}.custom.input_schema.type: Field required`);
    if (['oneOf', 'anyOf', 'allOf'].some(word => word in schema))
      throw badRequest(
        `tools.${at}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`,
      );
  });
  const names = tools.map(({ name }) => name);
  if (new Set(names).size < names.length) throw badRequest('tools: Tool names must be unique.');
  if (choice && tools.length === 0) throw badRequest('tool_choice may only be specified while providing tools');
  if (choice?.type === 'tool' && !names.includes(choice.name ?? ''))
    throw badRequest(`Tool '${choice.name ?? ''}' not found in provided tools`);
  if (!model.forcedCalls && (choice?.type === 'any' || choice?.type === 'tool'))
    throw badRequest('tool_choice: forced tool use is not supported on this model');
  const format = output?.format;
  if (!format) return;
  if (!model.schemas) throw badRequest('output_config.format: not supported on this model');
  checkSchema(format.schema, 'output_config.format.schema');
}

/** The kind of schema an answer can be held to ("Structured outputs", read 2026-11-28). */
function checkSchema(schema: unknown, at: string): void {
  if (Array.isArray(schema)) schema.forEach((each, index) => checkSchema(each, `${at}.${index}`));
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return;
  const record = schema as Record<string, unknown>;
  if (record['type'] === 'object' && record['additionalProperties'] !== false)
    throw badRequest(`${at}: For 'object' type, 'additionalProperties' must be explicitly set to false`);
  for (const word of ['minimum', 'maximum', 'multipleOf', 'minLength', 'maxLength', 'maxItems', 'oneOf', 'not'])
    if (word in record)
      throw badRequest(`${at}: For '${String(record['type'])}' type, property '${word}' is not supported`);
  for (const [name, value] of Object.entries(record))
    if (name === 'properties' && typeof value === 'object' && value !== null)
      Object.entries(value).forEach(([key, each]) => checkSchema(each, `${at}.properties.${key}`));
    else checkSchema(value, `${at}.${name}`);
}

/** Whether the model thinks on this request. */
export const thinks = ({ thinking }: MessagesRequest, model: ServedModel): boolean =>
  thinking ? thinking.type === 'adaptive' || thinking.type === 'enabled' : model.thinksUnasked;

function checkThinking(request: MessagesRequest, model: ServedModel): void {
  const { thinking, output_config: output, max_tokens: limit, temperature, top_k: topK, tool_choice: choice } = request;
  const effort = output?.effort ?? undefined;
  if (effort && !model.efforts.includes(effort))
    throw badRequest(
      model.efforts.length === 0
        ? 'This model does not support the effort parameter.'
        : `This model does not support effort level '${effort}'. Supported levels: ${model.efforts.join(', ')}.`,
    );
  if (thinking && !model.thinking.includes(thinking.type))
    throw badRequest(`"thinking.type.${thinking.type}" is not supported for this model.`);
  const off = thinking?.type === 'disabled' || thinking?.type === 'between_tools';
  if (off && model.thinksUnasked && model.id !== 'claude-sonnet-5' && (effort === 'xhigh' || effort === 'max'))
    throw badRequest(`thinking.type "${thinking.type}" is not supported at effort '${effort}'.`);
  if (!thinks(request, model)) return;
  if (thinking?.type === 'enabled' && (thinking.budget_tokens ?? 0) >= limit)
    throw badRequest('`max_tokens` must be greater than `thinking.budget_tokens`.');
  if ((temperature ?? 1) !== 1 || topK !== undefined)
    throw badRequest('`temperature` may only be set to 1 when thinking is enabled.');
  if (thinking && (choice?.type === 'any' || choice?.type === 'tool'))
    throw badRequest('Thinking may not be enabled when tool_choice forces tool use.');
  if (thinking?.type === 'enabled') checkBeginsThinking(request.messages);
}

/** In the middle of an answer, a model that thinks by a budget wants to have thought at its beginning. */
function checkBeginsThinking(messages: readonly Turn[]): void {
  const last = messages.at(-1);
  if (!last || !blocksOf(last).some(({ type }) => type === 'tool_result')) return;
  const index = messages.length - 2;
  const first = blocksOf(messages[index]!)[0]?.type;
  if (first === 'thinking' || first === 'redacted_thinking') return;
  throw badRequest(
    `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks).`,
  );
}

/** Thinking comes back as it was given, and on newer models after exactly what it came after. */
function checkSealed(request: MessagesRequest, model: ServedModel): void {
  const before = prefixes(request);
  request.messages.forEach((turn, index) =>
    blocksOf(turn).forEach((block, place) => {
      if (block.type !== 'thinking' && block.type !== 'redacted_thinking') return;
      const sealed = sealedIn(block);
      const where = `messages.${index}.content.${place}`;
      if (!sealed || (block.type === 'thinking' && sealed.words !== block.thinking))
        throw badRequest(`${where}: Invalid \`signature\` in \`thinking\` block`);
      // Another model's is dropped without a word.
      if (sealed.model !== model.id || !model.checksPrefix || sealed.prefix === before[index]) return;
      throw badRequest(
        `${where}: Invalid \`signature\` in \`thinking\` block. The block is bound to a different conversation. Remove the block, or set \`thinking.block_binding.prefix_mismatch_behavior\` to "drop_block".`,
      );
    }),
  );
}

const MOST_MARKS = 4;

function checkMarks({ tools = [], system = [], messages }: MessagesRequest): void {
  const all = [...tools, ...(typeof system === 'string' ? [] : system), ...messages.flatMap(blocksOf)];
  const marked = all.filter(block => 'cache_control' in block && block.cache_control).length;
  if (marked > MOST_MARKS)
    throw badRequest(`A maximum of ${MOST_MARKS} blocks with cache_control may be provided. Found ${marked}.`);
}
