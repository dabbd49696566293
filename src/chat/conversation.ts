import { Money } from '../core/money.ts';
import type { PriceUse } from '../cost/call-store.ts';
import type { LedgerTotal } from '../cost/ledger.ts';
import type { ContentPart, Message, UserMessage } from '../llm/message.ts';
import type { StopReason } from '../llm/request.ts';
import type { FailureRecord } from './failure-record.ts';

/** What a person asked, as they see it; what the model gets is made from it (see prompts.ts). */
export interface Question {
  readonly text: string;
  readonly images: readonly QuestionImage[];
  readonly contexts: readonly QuestionContext[];
}

export interface QuestionImage {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
  /** Small data URI for the transcript. */
  readonly thumbnail: string;
  /** Input tokens on the model it was sent to; absent when the rule is unknown. */
  readonly tokens?: number;
}

/** Code that was attached: what is sent is exactly this and nothing else. */
export interface QuestionContext {
  readonly kind: 'selection';
  readonly path: string;
  readonly language: string;
  /** 1-based, inclusive. */
  readonly startLine: number;
  readonly endLine: number;
  readonly code: string;
}

/** One thing in an answer, in the order it happened. */
export type Entry =
  | { readonly type: 'text'; text: string }
  /** How long is known once the model went on; never where it was stopped before. */
  | { readonly type: 'thinking'; text: string; durationMs?: number }
  | { readonly type: 'tool'; readonly call: ToolCallRecord }
  | { readonly type: 'notice'; readonly text: string };

export interface ToolCallRecord {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
  readonly summary: string;
  status: 'running' | 'done' | 'failed' | 'not-run';
  result?: string;
  truncated?: boolean;
  durationMs?: number;
}

/** How a turn ended, with everything the line under the answer tells. */
export interface Ending {
  readonly status: 'done' | 'stopped' | 'failed';
  readonly stopReason?: StopReason | 'tool-limit';
  readonly failure?: FailureRecord;
  /** '' where it never came to asking one. */
  readonly model: string;
  readonly cost: TurnCost;
  readonly durationMs: number;
}

export interface TurnCost {
  readonly money: Money;
  readonly calls: number;
  readonly unknownCalls: number;
  readonly estimatedCalls: number;
  /** undefined where no call reported anything. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cachedTokens?: number;
  readonly reasoningTokens?: number;
  readonly priceDate?: string;
  /** By which prices; absent in conversations from before this was kept. */
  readonly prices?: readonly PriceUse[];
  /** Where calls were never reported: between what and what the truth lies. */
  readonly least?: Money;
  readonly most?: Money;
  /** What a call that is still being counted has probably cost; it is not in `money` yet. */
  readonly counting?: Money;
}

/** One user message to its final answer. */
export interface Turn {
  readonly id: string;
  readonly question: Question;
  readonly feature: string;
  readonly entries: Entry[];
  /** What the next requests carry of this turn, images as references (see `imageReference`). */
  readonly messages: Message[];
  /** The model that is asked, once that is known. */
  model?: string;
  ending?: Ending;
}

export interface Conversation {
  readonly id: string;
  title: string;
  readonly turns: Turn[];
}

const imageScheme = 'pennyloom-image:';

/** Messages keep a reference instead of megabytes of base64; `resolveImages` puts the image in when a request is built. */
export function imageReference(id: string): string {
  return imageScheme + id;
}

/** The messages of all turns with their images in place; an image that cannot be found any more is named in words. */
export function conversationMessages(
  turns: readonly Turn[],
  image: (turnId: string, imageId: string) => string | undefined,
): Message[] {
  return turns.flatMap(turn =>
    turn.messages.map(message =>
      message.role === 'user' ? resolveImages(message, id => image(turn.id, id)) : message,
    ),
  );
}

function resolveImages(message: UserMessage, image: (id: string) => string | undefined): UserMessage {
  if (typeof message.content === 'string') return message;
  return {
    role: 'user',
    content: message.content.map((part): ContentPart => {
      if (part.type !== 'image' || !part.url.startsWith(imageScheme)) return part;
      const url = image(part.url.slice(imageScheme.length));
      return url ? { ...part, url } : { type: 'text', text: '[an image that is no longer available]' };
    }),
  };
}

/** Why a message lost its images, in words for the model. */
export const imageRejected = '[an image was attached here and could not be read]';
export const imageNotForThisModel = '[an image that this model cannot see]';

/** The message with `why` in the place of each image. */
export function withoutImages(message: Message, why: string): Message {
  if (message.role !== 'user' || typeof message.content === 'string') return message;
  return {
    role: 'user',
    content: message.content.map((part): ContentPart => (part.type === 'image' ? { type: 'text', text: why } : part)),
  };
}

/** Where the ledger cannot be asked: unknown, never zero. */
export const unknownCost: TurnCost = { money: Money.zero, calls: 1, unknownCalls: 1, estimatedCalls: 0 };

/** What a turn has cost, from the ledger's sum over its calls. */
export function turnCost(total: LedgerTotal): TurnCost {
  const { money, calls, unknownCalls, estimatedCalls, models, prices, running, interval } = total;
  const sum = (of: (total: (typeof models)[number]) => number): number =>
    models.reduce((all, model) => all + of(model), 0);
  const priceDate = models
    .flatMap(model => model.priceDate ?? [])
    .sort()
    .at(-1);
  return {
    money,
    calls,
    unknownCalls,
    estimatedCalls,
    ...(calls > 0 && {
      inputTokens: sum(({ inputTokens }) => inputTokens),
      outputTokens: sum(({ outputTokens }) => outputTokens),
      cachedTokens: sum(({ cachedTokens }) => cachedTokens),
      reasoningTokens: sum(({ reasoningTokens }) => reasoningTokens),
    }),
    ...(priceDate && { priceDate }),
    ...(prices && { prices }),
    ...(interval?.most && { least: interval.least, most: interval.most }),
    ...(running && { counting: running }),
  };
}

/** A turn that has no ending was cut short with its window: what had arrived stays, as if it had been stopped. */
export function endInterrupted({ turns }: Conversation, totalOf: (turnId: string) => LedgerTotal): void {
  for (const turn of turns) {
    // Counted to the end, or given up, when its window closed.
    if (turn.ending?.cost.counting) turn.ending = { ...turn.ending, cost: turnCost(totalOf(turn.id)) };
    if (turn.ending) continue;
    const running = turn.entries.flatMap(entry =>
      entry.type === 'tool' && entry.call.status === 'running' ? entry.call : [],
    );
    for (const call of running) call.status = 'not-run';
    const text = textNotInMessages(turn);
    if (text) turn.messages.push({ role: 'assistant', content: text });
    // Where the model was being asked, that call is in the ledger as lost.
    turn.ending = { status: 'stopped', model: turn.model ?? '', cost: turnCost(totalOf(turn.id)), durationMs: 0 };
  }
}

/** The answer that was being written: what came after the calls whose results the messages hold. */
function textNotInMessages({ entries, messages }: Turn): string {
  if (messages.at(-1)?.role === 'assistant') return '';
  let answered = messages.filter(({ role }) => role === 'tool').length;
  let text = '';
  for (const entry of entries) {
    if (entry.type === 'tool') answered--;
    else if (entry.type === 'text' && answered === 0) text += entry.text;
  }
  return text;
}

/** A failed turn stays as words, so that the next question may refer to it. Its images go: they may be why it failed, and would fail what follows. */
export function forgetImages(turn: Turn): void {
  turn.messages.splice(0, turn.messages.length, ...turn.messages.map(message => withoutImages(message, imageRejected)));
}
