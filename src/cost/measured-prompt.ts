import type { Message } from '../llm/message.ts';
import type { PromptFraming } from '../llm/prompt-framing.ts';
import type { ChatRequest } from '../llm/request.ts';
import { framingOf } from '../llm/vendors.ts';

/** Tokens of a text in o200k_base, as near as they are known. */
export type CountText = (text: string) => number;

/** A request taken apart, as far as its tokens can be counted here. */
export interface MeasuredPrompt {
  /** What people, models and tools said, one after the other; what is told of the tools. */
  readonly texts: readonly string[];
  readonly toolTexts: readonly string[];
  /** Tokens of the texts, by what the vendor is known to make of one of o200k_base. */
  readonly words: number;
  /** Bytes that the texts take more in UTF-8 than they have characters: where alphabets differ, tokenizers do most. */
  readonly beyondAscii: number;
  /** Tokens of tools and of a schema for the answer. */
  readonly tools: number;
  /** Tokens around messages and calls. */
  readonly frame: number;
  readonly hasTools: boolean;
  /** Bytes of reasoning that a vendor sealed and wants back: of this turn, which is read again, and of those before it. */
  readonly sealed: number;
  readonly sealedBefore: number;
  readonly hasImages: boolean;
  /** All of it together in tokens, pictures too: what is likely as long as nothing was learned. */
  readonly expected: number;
}

/** Base64 writes three bytes as four; four bytes of English make a token. */
const sealedTokensPerByte = 3 / 16;

export function measurePrompt(
  request: ChatRequest,
  provider: string,
  count: CountText,
  imageTokens: number,
): MeasuredPrompt {
  const framing = framingOf(provider);
  const { messages, tools: offered = [] } = request;
  const { texts, toolTexts, toolTokens } = textsIn(request, framing);
  const perToken = framing.perO200kToken ?? 1;
  const words = sum(texts, count) * perToken;
  const tools =
    sum(toolTexts, count) * perToken + toolTokens + framing.tool.likely * offered.length;
  const calls = sum(messages, message => (message.role === 'assistant' ? (message.toolCalls ?? []).length : 0));
  const frame = framing.message.likely * messages.length + framing.toolCall.likely * calls;
  // Of earlier turns vendors take it back and throw it away, free of charge (OpenAI's reasoning guide, 2026).
  const turn = messages.findLastIndex(({ role }) => role === 'user') + 1;
  const sealed = sum(messages.slice(turn), sealedBytes);
  const hasTools = offered.length > 0;
  const once = framing.request.likely + (hasTools ? framing.withTools.likely : 0);
  return {
    texts,
    toolTexts,
    words,
    beyondAscii: sum([...texts, ...toolTexts], text => Buffer.byteLength(text) - text.length),
    tools,
    frame,
    hasTools,
    sealed,
    sealedBefore: sum(messages.slice(0, turn), sealedBytes),
    hasImages: messages.some(({ content }) => typeof content !== 'string' && content.some(({ type }) => type === 'image')),
    expected: Math.ceil(words + tools + sealed * sealedTokensPerByte) + frame + once + imageTokens,
  };
} // prettier-ignore

/** The texts a request is counted by; the same ones each time, so that a count made once can be kept. */
export function promptTexts(request: ChatRequest, provider: string): string[] {
  const { texts, toolTexts } = textsIn(request, framingOf(provider));
  return [...texts, ...toolTexts];
}

function textsIn(
  { messages, tools = [], responseFormat }: ChatRequest,
  { toolText }: PromptFraming,
): Pick<MeasuredPrompt, 'texts' | 'toolTexts'> & { readonly toolTokens: number } {
  const told = tools.map(tool => toolText?.(tool) ?? { texts: [JSON.stringify(tool)], tokens: 0 });
  const schema = responseFormat?.type === 'json-schema' ? [JSON.stringify(responseFormat.schema)] : [];
  return {
    texts: messages.flatMap(textsOf).filter(isWritten),
    toolTexts: [...told.flatMap(({ texts }) => texts), ...schema].filter(isWritten),
    toolTokens: sum(told, ({ tokens }) => tokens),
  };
}

export function textsOf(message: Message): string[] {
  const content =
    typeof message.content === 'string'
      ? [message.content]
      : message.content.flatMap(part => (part.type === 'text' ? part.text : []));
  if (message.role !== 'assistant') return content;
  return [...content, ...(message.toolCalls ?? []).flatMap(call => [call.name, call.arguments || '{}'])];
}

/** Reasoning that a vendor sealed and wants back: it alone can count it. It is at least as long as the thoughts in it. */
export function sealedBytes(message: Message): number {
  return message.role === 'assistant' && message.continuation
    ? Buffer.byteLength(JSON.stringify(message.continuation.items))
    : 0;
}

const isWritten = (text: string): boolean => text !== '';

export const sum = <T>(items: Iterable<T>, of: (item: T) => number): number => {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
};
