import { callIdFor } from '../call-id.ts';
import { refusedLocally } from '../llm-error.ts';
import type { AssistantMessage, ContentPart, Message, ToolCall } from '../message.ts';
import { type Prefix, readContinuation } from './continuation.ts';
import type { WireBlock, WireImage, WireMessage, WireText, WireToolUse } from './wire.ts';

/**
 * A conversation in Anthropic's words: two roles that take turns, results of tools first in what the user says, no block without words.
 * Source: "Handle tool calls" and the Messages reference on platform.claude.com, read 2026-11-28.
 * @param prefix gets every block, so that it names all that was sent.
 */
export function messagesToWire(messages: readonly Message[], model: string, prefix: Prefix): WireMessage[] {
  const ids = new CallIds();
  const turns: WireMessage[] = [];
  const add = (role: WireMessage['role'], blocks: readonly WireBlock[]): void => {
    for (const block of blocks) prefix.add(role, block);
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else if (blocks.length > 0) turns.push({ role, content: [...blocks] });
  };
  let said: Message[] = [];
  for (const message of messages) {
    if (message.role !== 'assistant') {
      said.push(message);
      continue;
    }
    add('user', userBlocks(said, ids));
    said = [];
    add('assistant', assistantBlocks(message, model, prefix.name(), ids));
  }
  add('user', userBlocks(said, ids));
  return turns;
}

/** What was said between two answers: the results of the calls, then the words. */
function userBlocks(messages: readonly Message[], ids: CallIds): WireBlock[] {
  const results = messages.flatMap((message): WireBlock[] => {
    if (message.role !== 'tool') return [];
    const { toolCallId, content } = message;
    return [{ type: 'tool_result', tool_use_id: ids.of(toolCallId), ...(content.trim() && { content }) }];
  });
  const said = messages.flatMap((message): WireBlock[] => {
    if (message.role !== 'user') return [];
    const { content } = message;
    return typeof content === 'string' ? textBlock(content) : content.flatMap(partToBlocks);
  });
  return [...results, ...said];
}

/** 400 "text content blocks must contain non-whitespace text" (langchain-ai/langchain#26835 and many others). */
const textBlock = (text: string): WireText[] => (text.trim() ? [{ type: 'text', text }] : []);

const partToBlocks = (part: ContentPart): WireBlock[] =>
  part.type === 'text' ? textBlock(part.text) : [imageBlock(part.url)];

const mediaTypes = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

function imageBlock(url: string): WireImage {
  const [, named = '', data = ''] = /^data:([^;,]*);base64,(.*)$/s.exec(url) ?? [];
  if (!named) return { type: 'image', source: { type: 'url', url } };
  const mediaType = named === 'image/jpg' ? 'image/jpeg' : named;
  if (!mediaTypes.has(mediaType))
    throw refusedLocally(`Claude sees JPEG, PNG, GIF and WebP images, not ${mediaType}.`, 'image');
  return { type: 'image', source: { type: 'base64', media_type: mediaType, data } };
}

function assistantBlocks(message: AssistantMessage, model: string, before: string, ids: CallIds): WireBlock[] {
  const { content, toolCalls = [] } = message;
  const calls = toolCalls.map((call): WireToolUse => {
    return { type: 'tool_use', id: ids.take(call.id), name: call.name, input: inputOf(call) };
  });
  const pieces = readContinuation(message, model, before);
  if (!pieces) return [...textBlock(content), ...calls];
  let from = 0;
  return pieces.flatMap((piece): WireBlock | WireBlock[] => {
    if ('thinking' in piece) return piece.thinking;
    if ('call' in piece) return calls[piece.call] ?? [];
    const text = content.slice(from, (from += piece.text));
    return textBlock(text);
  });
}

/**
 * Arguments as an object, which the API insists on. What is none is shown to the model the way Anthropic's page "Fine-grained tool
 * streaming" does it (read 2026-11-28).
 */
function inputOf({ arguments: text }: ToolCall): WireToolUse['input'] {
  try {
    const value: unknown = JSON.parse(text || '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as WireToolUse['input'];
  } catch {
    // Said below.
  }
  return { INVALID_JSON: text };
}

const callIds = { pattern: /^[a-zA-Z0-9_-]+$/, digits: 24 };

/**
 * Ids of calls as the API takes them, each once in a conversation (400 "`tool_use` ids must be unique"); other vendors' may repeat.
 * Always the same for the same conversation, so that its beginning stays in the cache.
 */
class CallIds {
  #taken = new Set<string>();
  /** The latest call of that id: results follow their calls. */
  #byOwn = new Map<string, string>();

  take(own: string): string {
    const clean = callIdFor(own, callIds);
    let id = clean;
    for (let number = 2; this.#taken.has(id); number++) id = `${clean}_${number}`;
    this.#taken.add(id);
    this.#byOwn.set(own, id);
    return id;
  }

  of(own: string): string {
    return this.#byOwn.get(own) ?? own;
  }
}
