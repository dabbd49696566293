import { ApiError, badRequest } from '../errors.ts';
import type { ResponseMemory } from './response-memory.ts';
import type { ConversationItem, InputItem, ReasoningItem, ResponsesRequest } from './responses-request.ts';
import { isMessage } from './responses-request.ts';
import { unseal } from './sealed-reasoning.ts';

// What the API asks of the items of a conversation. Wordings: microsoft/vscode#320060, massgen/MassGen#590,
// vercel/ai#7099, 0xPlaygrounds/rig#751, maximhq/bifrost#2441, smallmain/vscode-unify-chat-provider#178.

/**
 * All items the model is shown: those of the stored answer the request goes on from, then its own.
 * @throws ApiError 400 or 404 for what is not stored
 */
export function conversationOf(request: ResponsesRequest, memory: ResponseMemory): ConversationItem[] {
  const { input = [], previous_response_id: previous } = request;
  const own: readonly InputItem[] = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  const items = own.map(item => (isReference(item) ? referred(item.id, memory) : item));
  if (previous === undefined || previous === null) {
    if (items.length === 0) throw nothingAsked();
    return items;
  }
  const before = memory.conversation(previous);
  if (before === undefined) {
    const message = `Previous response with id '${previous}' not found.`;
    throw badRequest(message, 'previous_response_id', 'previous_response_not_found');
  }
  return [...before, ...items];
}

function nothingAsked(): ApiError {
  const message = "One of 'input' or 'previous_response_id' or 'prompt' or 'conversation_id' must be provided.";
  return badRequest(message, 'input', 'missing_required_parameter');
}

function isReference(item: InputItem): item is Exclude<InputItem, ConversationItem> {
  return item.type === 'item_reference' || (!isMessage(item) && (item.type ?? undefined) === undefined);
}

function referred(id: string, memory: ResponseMemory): ConversationItem {
  const item = memory.item(id);
  if (item === undefined) throw notStored(id);
  return item;
}

function notStored(id: string): ApiError {
  const message = `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`;
  return new ApiError(404, message, { param: 'input' });
}

/**
 * Every call needs its output and every output its call, every piece of reasoning what it led to, and what reasoning led
 * to needs that reasoning.
 * @throws ApiError 400 or 404 for the first item that does not belong
 */
export function checkConversation(items: readonly ConversationItem[], model: string, memory: ResponseMemory): void {
  checkIds(items);
  checkPairs(items);
  items.forEach((item, index) => {
    if (item.type === 'reasoning') checkReasoning(item, items[index + 1], memory);
  });
  checkEchoes(items, model, memory);
}

function checkIds(items: readonly ConversationItem[]): void {
  const seen = new Set<string>();
  for (const { id } of items) {
    if (id === undefined || id === null) continue;
    if (seen.has(id)) {
      const message = `Duplicate item found with id ${id}. Remove duplicate items from your input and try again.`;
      throw badRequest(message, 'input', null);
    }
    seen.add(id);
  }
}

function checkPairs(items: readonly ConversationItem[]): void {
  const open = new Set<string>();
  items.forEach((item, index) => {
    if (item.type === 'function_call') open.add(item.call_id);
    if (item.type !== 'function_call_output') return;
    const { call_id: id } = item;
    if (id === undefined || id === null) {
      const param = `input[${index}].call_id`;
      throw badRequest(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter');
    }
    if (!open.delete(id)) {
      throw badRequest(`No tool call found for function call output with call_id ${id}.`, 'input', null);
    }
  });
  const [unanswered] = open;
  if (unanswered !== undefined) {
    throw badRequest(`No tool output found for function call ${unanswered}.`, 'input', null);
  }
}

function checkReasoning(item: ReasoningItem, next: ConversationItem | undefined, memory: ResponseMemory): void {
  reasoningTokens(item, memory);
  const follows =
    next?.type === 'function_call' || (next !== undefined && isMessage(next) && next.role === 'assistant');
  if (follows) return;
  const message = `Item '${item.id}' of type 'reasoning' was provided without its required following item.`;
  throw badRequest(message, 'input', null);
}

/**
 * How much was thought in a piece of reasoning that came back.
 * @throws ApiError 400 for a seal that is not ours, 404 where there is none and nothing was stored
 */
export function reasoningTokens({ id, encrypted_content: sealed }: ReasoningItem, memory: ResponseMemory): number {
  if (typeof sealed === 'string') {
    const opened = unseal(sealed, id);
    if (opened !== undefined) return opened.tokens;
    const message = `The encrypted content for item ${id} could not be verified. Reason: Encrypted content could not be decrypted or parsed.`;
    throw badRequest(message, null, 'invalid_encrypted_content');
  }
  const stored = memory.reasoning(id);
  if (stored === undefined) throw notStored(id);
  return stored.tokens;
}

/**
 * The vendor knows a call by its item id, and misses the reasoning before it. Clients that leave that id out get away with
 * forgetting, at the price of a worse answer; here they don't, where the same model gave them the reasoning to echo.
 */
function checkEchoes(items: readonly ConversationItem[], model: string, memory: ResponseMemory): void {
  const echoed = new Set<string>();
  for (const item of items) {
    if (item.type === 'reasoning') echoed.add(item.id);
    if (item.type !== 'function_call') continue;
    const origins = memory.originsOf(item.call_id);
    const origin = origins.at(-1);
    if (origin === undefined || origins.some(({ reasoningId }) => echoed.has(reasoningId))) continue;
    const inHand = origin.encrypted && origin.model === model;
    if (!inHand && item.id !== origin.itemId) continue;
    const message = `Item '${item.id ?? origin.itemId}' of type 'function_call' was provided without its required 'reasoning' item: '${origin.reasoningId}'.`;
    throw badRequest(message, 'input', null);
  }
}
