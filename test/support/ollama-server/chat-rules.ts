import type { Violation } from '../loopback/request-log.ts';
import { imageFacts } from '../openai-server/image-facts.ts';
import type { ChatRequest } from './chat-request.ts';
import { Refusal } from '../loopback/vendor-server.ts';
import type { ServedModel } from './models.ts';

/** @throws Refusal for what the server refuses of a request that has its form (server/routes.go, read 2026-11-28). */
export function checkChat({ tools = [], think }: ChatRequest, { name, capabilities, thinking }: ServedModel): void {
  if (tools.length > 0 && !capabilities.includes('tools'))
    throw new Refusal(400, `registry.ollama.ai/library/${name} does not support tools`);
  const thinks = thinking?.values.some(Boolean) ?? capabilities.includes('thinking');
  if (think && !thinks) throw new Refusal(400, `"${name}" does not support thinking`);
}

/** What the server takes without a word and then does something else: worse than a refusal. */
export function silentTrouble(
  request: ChatRequest,
  { name: model, capabilities, contextLength, thinking }: ServedModel,
): Violation[] {
  const found: Violation[] = [];
  const note = (param: string, message: string): number => found.push({ param, code: 'silent', message });
  const { messages, options = {}, think, truncate, shift } = request;
  if (truncate !== false) note('truncate', 'a conversation that is too long would lose its beginning');
  if (shift !== false) note('shift', 'an answer that fills the context would lose its beginning');
  // Cloud models have all of their context.
  if (options.num_ctx === undefined && !/[:-]cloud$/.test(model))
    note('options.num_ctx', 'the context would be whatever the memory of the machine suggests');
  if ((options.num_ctx ?? 0) > contextLength) note('options.num_ctx', `the model has only ${contextLength}`);
  if (typeof think === 'string' && !thinking?.values.includes(think))
    note('think', 'an unknown level means the default');
  const calls = new Map<string, string>();
  for (const [at, message] of messages.entries()) {
    for (const call of message.tool_calls ?? []) if (call.id) calls.set(call.id, call.function.name);
    if (message.role === 'tool') {
      const { tool_name: name, tool_call_id: id = '' } = message;
      if (!name) note(`messages[${at}].tool_name`, 'nobody can tell what this is the result of');
      else if (calls.get(id) !== name) note(`messages[${at}].tool_call_id`, `no call of ${name} has the id ${id}`);
    }
    for (const [index, data] of (message.images ?? []).entries()) {
      if (!capabilities.includes('vision')) note(`messages[${at}].images`, 'the model sees none');
      try {
        imageFacts(Buffer.from(data, 'base64'));
      } catch {
        note(`messages[${at}].images[${index}]`, 'this is no picture');
      }
    }
  }
  return found;
}
