import { Ajv } from 'ajv';
import { MistralError, outOfOrder } from './errors.ts';
import type { MistralMessage, MistralRequest } from './request.ts';

// Mistral's own validator (mistralai/mistral-common, protocol/instruct/validator.py, read 2026-11-28), where its versions differ the
// strictest: V3's rule of either content or calls, V13's of ids that match. Codes as seen in public issues (2025 to 2026-09).

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const ID = /^[a-zA-Z0-9]{9}$/;

const MAY_FOLLOW: Readonly<Record<MistralMessage['role'], readonly MistralMessage['role'][]>> = {
  system: ['user', 'assistant', 'system'],
  user: ['assistant', 'system', 'user'],
  assistant: ['assistant', 'user', 'tool'],
  tool: ['assistant', 'tool'],
};

/** @throws MistralError 400 for the first rule that is broken */
export function checkConversation({ messages, tools }: MistralRequest): void {
  checkEnds(messages);
  checkOrder(messages);
  checkResults(messages);
  messages.forEach((message, index) => checkMessage(message, index === messages.length - 1));
  for (const { function: tool } of tools ?? []) {
    if (!NAME.test(tool.name)) throw badName(tool.name, 'invalid_request_tool');
    if (!new Ajv({ strict: false }).validateSchema(tool.parameters))
      throw new MistralError(400, 'Invalid tool schema', { type: 'invalid_request_tool', code: '3250' });
  }
}

function checkEnds(messages: readonly MistralMessage[]): void {
  const last = messages.at(-1);
  if (!last) throw outOfOrder('Conversation must have at least one message');
  if (messages.length === 1 && last.role !== 'user' && last.role !== 'system')
    throw outOfOrder('Conversation must start with a user message or system message');
  if (messages.length === 1 || last.role === 'user' || last.role === 'tool' || last.prefix) return;
  throw outOfOrder(`Expected last role User or Tool (or Assistant with prefix True) for serving but got ${last.role}`);
}

function checkOrder(messages: readonly MistralMessage[]): void {
  for (const [index, { role }] of messages.entries()) {
    const before = messages[index - 1]?.role;
    if (before && !MAY_FOLLOW[before].includes(role))
      throw outOfOrder(`Unexpected role '${role}' after role '${before}'`);
  }
}

/** Each call has one result, by its id, before an assistant speaks again. */
function checkResults(messages: readonly MistralMessage[]): void {
  let expected: string[] = [];
  let seen: string[] = [];
  const complete = (): void => {
    if (expected.length !== seen.length) throw outOfOrder('Not the same number of function calls and responses');
  };
  for (const message of messages) {
    if (message.role === 'tool') {
      const id = message.tool_call_id ?? '';
      if (seen.includes(id)) throw outOfOrder(`Duplicate tool call id ${id} in tool results`);
      if (!expected.includes(id)) throw outOfOrder(`Unexpected tool call id ${id} in tool results`);
      seen.push(id);
    } else if (message.role === 'assistant') {
      complete();
      expected = (message.tool_calls ?? []).map(({ id }) => id ?? 'null');
      seen = [];
      if (new Set(expected).size < expected.length) throw outOfOrder('Duplicate tool call id in assistant message');
    }
  }
  complete();
}

function checkMessage(message: MistralMessage, isLast: boolean): void {
  if (message.role === 'tool') checkId(message.tool_call_id ?? undefined);
  if (message.role !== 'assistant') return;
  const says = (message.content ?? '').length > 0;
  const calls = (message.tool_calls ?? []).length > 0;
  if (says === calls) {
    const which = says ? 'both' : 'none';
    const text = `Assistant message must have either content or tool_calls, but not ${which}.`;
    throw new MistralError(400, text, { type: 'invalid_request_assistant_message', code: '3240' });
  }
  if (message.prefix && !isLast) throw outOfOrder('Assistant message with prefix True must be last message');
  for (const call of message.tool_calls ?? []) {
    checkId(call.id);
    if (!NAME.test(call.function.name)) throw badName(call.function.name, 'invalid_function_call');
  }
}

function checkId(id: string | undefined): void {
  if (id !== undefined && ID.test(id)) return;
  const message = `Tool call id was ${id ?? 'null'} but must be a-z, A-Z, 0-9, with a length of 9.`;
  throw new MistralError(400, message, { type: 'invalid_function_call', code: '3280' });
}

const badName = (name: string, type: string): MistralError =>
  new MistralError(
    400,
    `Function name was ${name} but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64.`,
    { type, code: '3280' },
  );
