import { estimateInput } from '../cost/estimate.ts';
import { LlmError } from '../llm/llm-error.ts';
import type { Message, ToolDefinition } from '../llm/message.ts';
import type { TokenCounter } from '../llm/tokenizer/token-counter.ts';

/** How much a model reads and writes in one call, tokens, and what to do where that is not enough. */
export interface ContextWindow {
  readonly provider: string;
  readonly model: string;
  readonly contextTokens: number;
  /** Only where it is smaller than the context less the answer. */
  readonly maxInputTokens?: number;
  /** Set aside for the answer. */
  readonly outputTokens: number;
  readonly overflow: 'refuse' | 'slide';
  readonly counter: TokenCounter;
}

export interface Fitted {
  readonly messages: readonly Message[];
  /** What was left out, in a sentence; absent where nothing was. */
  readonly notice?: string;
}

/** Framing per message and for the reply (OpenAI cookbook "How to count tokens": 3 and 3), and a little for names. */
const framingTokens = 4;

/**
 * The messages as they may be sent: all of them, where they fit beside the answer; without the oldest turns, where the person chose
 * that. The bytes decide where they can (no token is less than one), so that most questions are not counted at all.
 * @throws LlmError ERR_CONTEXT_LENGTH_EXCEEDED (notSent) with the figures.
 */
export async function fitContext(
  messages: readonly Message[],
  tools: readonly ToolDefinition[],
  window: ContextWindow,
): Promise<Fitted> {
  const { contextTokens, outputTokens, maxInputTokens = Infinity, overflow } = window;
  const room = Math.min(contextTokens - outputTokens, maxInputTokens);
  const { most } = estimateInput({ messages, tools }, window.provider, window.model);
  if (most !== undefined && most <= room) return { messages };
  const sizes = await tokensOfEach(messages, tools, window);
  const total = sizes.tools + sum(sizes.messages);
  if (total <= room) return { messages };
  const fitted = overflow === 'slide' ? slide(messages, sizes.messages, room - sizes.tools) : undefined;
  if (fitted) return fitted;
  throw tooLong(total, room, window);
}

interface Sizes {
  readonly messages: readonly number[];
  readonly tools: number;
}

/** Counted where counting is to be had; by the byte where not, which can only be too many. */
async function tokensOfEach(
  messages: readonly Message[],
  tools: readonly ToolDefinition[],
  { provider, model, counter }: ContextWindow,
): Promise<Sizes> {
  const texts = [...messages.map(textOf), JSON.stringify(tools)];
  const counts = (await counter.count(texts)) ?? texts.map(text => Buffer.byteLength(text));
  const images = messages.map(message => imagesOf(message, provider, model));
  return {
    messages: messages.map((_, at) => counts[at]! + images[at]! + framingTokens),
    tools: tools.length > 0 ? counts.at(-1)! : 0,
  };
}

function textOf(message: Message): string {
  if (message.role === 'assistant')
    return [message.content, ...(message.toolCalls ?? []).flatMap(call => [call.name, call.arguments])].join('\n');
  if (typeof message.content === 'string') return message.content;
  return message.content.flatMap(part => (part.type === 'text' ? part.text : [])).join('\n');
}

/** An image whose rule is unknown counts as nothing: a question is not refused on a guess. */
function imagesOf(message: Message, provider: string, model: string): number {
  if (typeof message.content === 'string') return 0;
  const images = message.content.filter(part => part.type === 'image');
  if (images.length === 0) return 0;
  return estimateInput({ messages: [{ role: 'user', content: images }] }, provider, model).likely;
}

/**
 * Leaves out whole turns, the oldest first: never the system message, never the last question, and a call always goes with its results.
 * If the running turn alone is too long, what its older tools brought is cut short. undefined where even that does not help.
 */
function slide(messages: readonly Message[], sizes: readonly number[], room: number): Fitted | undefined {
  const head = messages.findIndex(({ role }) => role !== 'system');
  const starts = messages.flatMap(({ role }, at) => (role === 'user' ? at : []));
  const last = starts.at(-1) ?? head;
  let total = sum(sizes);
  let from = head;
  // Up to the next question: what is between two questions belongs together.
  for (const next of starts.filter(at => at > head && at <= last)) {
    if (total <= room) break;
    total -= sum(sizes.slice(from, next));
    from = next;
  }
  const kept = [...messages.slice(0, head), ...messages.slice(from)];
  const left = from - head;
  const told =
    left === 0 ? [] : [`${left} earlier message${left === 1 ? ' was' : 's were'} left out, so that the question fits.`];
  if (total <= room) return { messages: kept, ...(told[0] && { notice: told[0] }) };
  const shortened = shortenResults(kept, [...sizes.slice(0, head), ...sizes.slice(from)], total - room);
  return shortened && { messages: shortened, notice: [...told, 'Older tool results were cut short.'].join(' ') };
}

const cutResult = '[Left out to make room. Call the tool again if you need it.]';

/** Takes the texts out of tool results, the oldest first and the last exchange's never, until so many tokens are saved. */
function shortenResults(messages: readonly Message[], sizes: readonly number[], excess: number): Message[] | undefined {
  const lastCall = messages.findLastIndex(({ role }) => role === 'assistant');
  let saved = 0;
  const shortened = messages.map((message, at): Message => {
    const gain = sizes[at]! - framingTokens - cutResult.length;
    if (saved >= excess || message.role !== 'tool' || at > lastCall || gain <= 0) return message;
    saved += gain;
    return { ...message, content: cutResult };
  });
  return saved >= excess ? shortened : undefined;
}

function tooLong(total: number, room: number, { model, contextTokens, outputTokens }: ContextWindow): LlmError {
  const count = (tokens: number): string => tokens.toLocaleString('en');
  const input = `About ${count(total)} tokens of question and history`;
  const both = contextTokens - outputTokens <= room;
  return new LlmError({
    code: 'ERR_CONTEXT_LENGTH_EXCEEDED',
    message: both
      ? `${input} and ${count(outputTokens)} for the answer are more than the ${count(contextTokens)} that ${model} reads.`
      : `${input} are more than the ${count(room)} that ${model} takes.`,
    retryable: false,
    notSent: true,
    model,
    figures: { limit: both ? contextTokens : room, requested: both ? total + outputTokens : total },
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
