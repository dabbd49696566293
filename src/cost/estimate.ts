import type { Money } from '../core/money.ts';
import { findModel } from '../llm/model-catalog.ts';
import { imageTokens, mostImageTokens } from '../llm/image-tokens.ts';
import type { Message } from '../llm/message.ts';
import type { PromptFraming } from '../llm/prompt-framing.ts';
import type { ChatRequest } from '../llm/request.ts';
import type { Usage } from '../llm/usage.ts';
import { framingOf } from '../llm/vendors.ts';
import { atMost, costOf, priceOf } from './cost-of.ts';
import type { LearnedCounts } from './learned-counts.ts';
import { type CountText, measurePrompt, type MeasuredPrompt, sealedBytes, sum, textsOf } from './measured-prompt.ts';

/** Tokens a request can be, before it is sent. `likely` is never more than `most`. */
export interface TokenEstimate {
  /** Images whose rule is unknown are not in it. */
  readonly likely: number;
  /** Never less than what is billed: see `PromptFraming`. undefined where an image's rule is unknown. */
  readonly most: number | undefined;
}

/** Input tokens of a request. `likely` is as good as `count`, and as what was learned of the model. */
export function estimateInput(
  request: ChatRequest,
  provider: string,
  model: string,
  count: CountText = roughly,
  learned?: LearnedCounts,
): TokenEstimate {
  const framing = framingOf(provider);
  const { messages, tools = [] } = request;
  const images = imagesIn(messages, provider, model);
  const prompt = measurePrompt(request, provider, count, images.likely);
  const likely = likelyOf(prompt, learned);
  if (images.most === undefined) return { likely, most: undefined };
  const calls = sum(messages, message => (message.role === 'assistant' ? (message.toolCalls ?? []).length : 0));
  const frame =
    framing.request.most +
    framing.message.most * messages.length +
    framing.toolCall.most * calls +
    framing.tool.most * tools.length +
    (tools.length > 0 ? framing.withTools.most : 0);
  const most = mostOfWords(request, framing) + sum(messages, sealedBytes) + frame + images.most;
  return { likely: Math.min(likely, most), most };
}

/** Input tokens of a measured request, by what was learned of its model, where something was. */
export const likelyOf = (prompt: MeasuredPrompt, learned: LearnedCounts | undefined): number =>
  learned?.likely(prompt) ?? prompt.expected;

/** A request as what is learned of its model goes by. */
export const measureRequest = (
  request: ChatRequest,
  provider: string,
  model: string,
  count: CountText,
): MeasuredPrompt => measurePrompt(request, provider, count, imagesIn(request.messages, provider, model).likely);

/** Every byte a token, with the ids of calls, which some vendors show their models, and schemas in whatever layout. */
function mostOfWords({ messages, tools = [], responseFormat }: ChatRequest, { normalizes }: PromptFraming): number {
  const bytes = (text: string): number =>
    normalizes
      ? Math.max(Buffer.byteLength(text), Buffer.byteLength(text.normalize(normalizes)))
      : Buffer.byteLength(text);
  const idsOf = (message: Message): number => {
    if (message.role === 'tool') return bytes(message.toolCallId);
    return message.role === 'assistant' ? sum(message.toolCalls ?? [], ({ id }) => bytes(id)) : 0;
  };
  const laidOut = (value: unknown): number => bytes(JSON.stringify(value)) + layoutTokens * marksIn(value);
  return (
    sum(messages, message => sum(textsOf(message), bytes) + idsOf(message)) +
    sum(tools, laidOut) +
    (responseFormat?.type === 'json-schema' ? laidOut(responseFormat) : 0)
  );
}

/** What a key or an item of a schema can take beside its words where it is told in another form, such as TypeScript or indented JSON. */
const layoutTokens = 3;

/** Keys and items, however deep. */
function marksIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return sum(Object.values(value), inner => 1 + marksIn(inner));
}

function imagesIn(messages: readonly Message[], provider: string, model: string): TokenEstimate {
  const { imageTokens: rule, flags = [] } = findModel(provider, model) ?? {};
  // A rule that only third parties measured may be wrong by a factor, as the known ones are to each other.
  const doubt = flags.includes('image-tokens-unconfirmed') ? 2 : 1;
  let likely = 0;
  let most: number | undefined = 0;
  for (const { content } of messages) {
    if (typeof content === 'string') continue;
    for (const part of content) {
      if (part.type !== 'image') continue;
      const { width, height, detail = 'auto' } = part;
      const size = width && height ? { width, height } : undefined;
      if (rule && size) likely += imageTokens(rule, size, detail);
      most = rule && size && most !== undefined ? most + mostImageTokens(rule, size, detail) * doubt : undefined;
    }
  }
  return { likely, most };
}

/** A rule of thumb (OpenAI help center "What are tokens": about four characters of English), until the tokenizer counts. */
export function likelyTokens(bytes: number): number {
  return Math.ceil(bytes / 4);
}

const roughly: CountText = text => likelyTokens(Buffer.byteLength(text));

export interface LikelyCall {
  readonly provider: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** How much of the input the vendor has read lately, from the beginning on. */
  readonly seenTokens?: number;
  readonly at: number;
}

/**
 * What a call will probably cost: its input as counted, what was sent lately at the cache's price where the vendor caches by itself, and
 * as much output as said. undefined where the price is unknown.
 */
export function likelyCost({
  provider,
  model,
  inputTokens,
  outputTokens,
  seenTokens = 0,
  at,
}: LikelyCall): Money | undefined {
  const { cache } = framingOf(provider);
  const isKept = cache !== undefined && inputTokens >= cache.leastTokens;
  const seen = isKept ? Math.floor(Math.min(seenTokens, inputTokens) / cache.stepTokens) * cache.stepTokens : 0;
  const cachedInputTokens = cache && seen >= cache.leastTokens ? seen : 0;
  const rates = priceOf(provider, model, at)?.rates.base;
  const cacheWriteTokens = isKept && rates?.cacheWrite !== undefined ? inputTokens - cachedInputTokens : 0;
  const totalTokens = inputTokens + outputTokens;
  const usage = { inputTokens, outputTokens, totalTokens, cachedInputTokens, cacheWriteTokens };
  return costOf({ provider, model, usage, at }).money;
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
  return boundOfTokens(most, provider, model, maxTokens, at);
}

/** The same where the most tokens it can be are counted already. */
export function boundOfTokens(
  most: number | undefined,
  provider: string,
  model: string,
  maxTokens: number | undefined,
  at: number,
): Money | undefined {
  const cap = maxTokens ?? findModel(provider, model)?.maxOutputTokens;
  if (most === undefined || cap === undefined) return undefined;
  const maxOutputTokens = Math.max(cap, framingOf(provider).leastOutputTokens ?? 0);
  // We name no service tier, so the account's own setting decides: the dearest one bounds it.
  return atMost({ provider, model, inputTokens: most, maxOutputTokens, at, tier: 'auto' });
}

/** Our own count for a call whose real one never came, from what was sent and what was seen; `outputTokens` where they were counted. */
export function estimatedUsage(
  inputTokens: number,
  outputBytes: number,
  outputTokens = likelyTokens(outputBytes),
): Usage {
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
}

export interface SeenCall {
  readonly request: ChatRequest;
  readonly provider: string;
  readonly model: string;
  /** What of the answer arrived. */
  readonly said: string;
  /** Exact counts in o200k_base, where they were made. */
  readonly known: (text: string) => number | undefined;
  readonly at: number;
}

/** The longest token there is in o200k_base, bytes: a run of spaces. */
const longestToken = 128;

/**
 * The least that a call can cost of which so much was seen: its words without any framing, all read from the cache, and what it said.
 * undefined where the price is unknown.
 */
export function leastCost({ request, provider, model, said, known, at }: SeenCall): Money | undefined {
  // Another vendor's tokens may be longer than those that were counted.
  const isExact = framingOf(provider).isO200k === true;
  const least = (text: string): number =>
    (isExact ? known(text) : undefined) ?? Math.ceil(Buffer.byteLength(text) / longestToken);
  const inputTokens = sum(request.messages, message => sum(textsOf(message), least));
  const outputTokens = least(said);
  const usage = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
  const read = costOf({ provider, model, usage: { ...usage, cachedInputTokens: inputTokens }, at }).money;
  const plain = costOf({ provider, model, usage, at }).money;
  return read && plain && (read.compare(plain) < 0 ? read : plain);
}
