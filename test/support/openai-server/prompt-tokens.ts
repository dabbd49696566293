import type { ChatMessage, ChatRequest, FunctionTool } from './chat-request.ts';
import { functionTools, textOf } from './chat-request.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Tokens of a prompt; `byMessage[0]` is what comes before the first message (the tools). */
export interface PromptTokens {
  readonly total: number;
  readonly image: number;
  readonly byMessage: readonly number[];
}

/** Every message costs three tokens beside its fields, and the answer is primed with three more. */
const PER_MESSAGE = 3;
const PER_NAME = 1;
const REPLY_PRIMING = 3;

/**
 * Counts as the vendor's cookbook does ("How to count tokens with tiktoken", rules for gpt-4o, read 2026-11): exact for
 * text messages, a documented approximation for function tools, which the vendor rewrites before the model sees them.
 * @param imageTokensOf tokens of the images of the message at this index
 */
export function promptTokens(
  request: ChatRequest,
  tokenizer: Tokenizer,
  imageTokensOf: (messageIndex: number) => number,
): PromptTokens {
  const tools = toolTokens(functionTools(request), tokenizer);
  let image = 0;
  const messages = request.messages.map((message, index) => {
    const images = imageTokensOf(index);
    image += images;
    return messageTokens(message, tokenizer) + images;
  });
  const total = tools + messages.reduce((sum, count) => sum + count, 0) + REPLY_PRIMING;
  return { total, image, byMessage: [tools, ...messages] };
}

function messageTokens(message: ChatMessage, tokenizer: Tokenizer): number {
  let count = PER_MESSAGE + tokenizer.count(message.role) + tokenizer.count(textOf(message));
  if (message.name !== undefined) count += PER_NAME + tokenizer.count(message.name);
  count += message.thought_tokens ?? 0;
  for (const call of message.tool_calls ?? []) count += toolCallTokens(call.function, tokenizer);
  return count;
}

/** A call of a function, asked for or replayed: its name and its arguments, and three to set it off. */
export function toolCallTokens(call: { name: string; arguments: string }, tokenizer: Tokenizer): number {
  return 3 + tokenizer.count(call.name) + tokenizer.count(call.arguments);
}

// The cookbook's constants for gpt-4o and later.
const FUNCTION_START = 7;
const PROPERTIES_START = 3;
const PROPERTY_KEY = 3;
const ENUM_START = -3;
const ENUM_ITEM = 3;
const FUNCTIONS_END = 12;

function toolTokens(tools: readonly FunctionTool[], tokenizer: Tokenizer): number {
  if (tools.length === 0) return 0;
  let count = FUNCTIONS_END;
  for (const { function: tool } of tools) {
    count += FUNCTION_START + tokenizer.count(`${tool.name}:${withoutFullStop(tool.description ?? '')}`);
    count += propertyTokens(tool.parameters, tokenizer);
  }
  return count;
}

interface PropertySchema {
  readonly type?: unknown;
  readonly description?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Readonly<Record<string, unknown>>;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** The cookbook counts one level; deeper objects and arrays are counted by the same rule. */
function propertyTokens(schema: PropertySchema | undefined, tokenizer: Tokenizer): number {
  const properties = Object.entries(schema?.properties ?? {});
  if (properties.length === 0) return 0;
  let count = PROPERTIES_START;
  for (const [name, value] of properties) {
    const property = value as PropertySchema;
    count += PROPERTY_KEY;
    if (property.enum !== undefined) {
      count += ENUM_START;
      for (const item of property.enum) count += ENUM_ITEM + tokenizer.count(String(item));
    }
    const description = withoutFullStop(typeof property.description === 'string' ? property.description : '');
    count += tokenizer.count(`${name}:${typeof property.type === 'string' ? property.type : 'any'}:${description}`);
    count += propertyTokens(property, tokenizer) + propertyTokens(property.items, tokenizer);
  }
  return count;
}

function withoutFullStop(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text;
}
