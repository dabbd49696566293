import type { Money } from '../core/money.ts';
import { findModel } from '../llm/model-catalog.ts';
import { imageTokens } from '../llm/image-tokens.ts';
import type { ContentPart } from '../llm/message.ts';
import type { ChatRequest } from '../llm/request.ts';
import type { Usage } from '../llm/usage.ts';
import { atMost } from './cost-of.ts';

/** Tokens a request can be, before it is sent. */
export interface TokenEstimate {
  readonly likely: number;
  /** Never less than what is billed: see `boundOfText`. undefined where an image's rule is unknown. */
  readonly most: number | undefined;
}

/** Framing per message and for the reply (OpenAI cookbook "How to count tokens": 3 and 3), taken generously. */
const tokensPerMessage = 8;
const tokensPerTool = 32;

/**
 * Input tokens of a request. `most` rests on a property of byte-pair encodings: every token stands for at least one byte, so text never
 * has more tokens than UTF-8 bytes. Schemas of tools are rewritten by the vendor into a shorter form; their JSON is longer.
 */
export function estimateInput(request: ChatRequest, provider: string, model: string): TokenEstimate {
  let bytes = 0;
  let likelyImages = 0;
  let mostImages: number | undefined = 0;
  const rule = findModel(provider, model)?.imageTokens;
  const addImage = (part: Extract<ContentPart, { type: 'image' }>): void => {
    const { width, height, detail } = part;
    const tokens = rule && width && height ? imageTokens(rule, { width, height }, detail ?? 'auto') : undefined;
    likelyImages += tokens ?? 0;
    mostImages = tokens === undefined || mostImages === undefined ? undefined : mostImages + tokens;
  };
  for (const message of request.messages) {
    if (typeof message.content === 'string') bytes += Buffer.byteLength(message.content);
    else
      for (const part of message.content) {
        if (part.type === 'text') bytes += Buffer.byteLength(part.text);
        else addImage(part);
      }
    if (message.role === 'assistant')
      for (const call of message.toolCalls ?? []) bytes += Buffer.byteLength(call.name + call.arguments);
  }
  for (const tool of request.tools ?? []) bytes += Buffer.byteLength(JSON.stringify(tool)) + tokensPerTool;
  if (request.responseFormat?.type === 'json-schema')
    bytes += Buffer.byteLength(JSON.stringify(request.responseFormat));
  const framing = tokensPerMessage * (request.messages.length + 1);
  return {
    likely: likelyTokens(bytes) + likelyImages + 4 * (request.messages.length + 1),
    most: mostImages === undefined ? undefined : bytes + framing + mostImages,
  };
}

/** A rule of thumb (OpenAI help center "What are tokens": about four characters of English), until the tokenizer counts. */
export function likelyTokens(bytes: number): number {
  return Math.ceil(bytes / 4);
}

/** The most a request can cost; undefined where price or size is unknown. */
export function boundOf(
  request: ChatRequest,
  provider: string,
  model: string,
  maxTokens: number | undefined,
  at: number,
): Money | undefined {
  const { most } = estimateInput(request, provider, model);
  const maxOutputTokens = maxTokens ?? findModel(provider, model)?.maxOutputTokens;
  if (most === undefined || maxOutputTokens === undefined) return undefined;
  // We name no service tier, so the account's own setting decides: the dearest one bounds it.
  return atMost({ provider, model, inputTokens: most, maxOutputTokens, at, tier: 'auto' });
}

/** Our own count for a call whose real one never came, from what was sent and what was seen. */
export function estimatedUsage(inputTokens: number, outputBytes: number): Usage {
  const outputTokens = likelyTokens(outputBytes);
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
}
