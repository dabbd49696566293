import type { ReplyFailure, ReplyScript } from '../loopback/script.ts';
import type { ModelAnswer } from '../openai-server/planned-reply.ts';
import type { Tokenizer } from '../openai-server/tokenizer.ts';
import type { Effort, MessagesRequest } from './messages-request.ts';
import type { ServedModel } from './models.ts';
import { thinks } from './request-rules.ts';
import { prefixes, seal } from './sealed-thinking.ts';

/** A block of an answer: as it stands when whole, and the pieces a stream sends it in. */
export interface AnswerBlock {
  readonly whole: Readonly<Record<string, unknown>>;
  readonly pieces: readonly string[];
}

/** What a model says, before it is put on the wire. */
export interface PlannedAnswer {
  readonly blocks: readonly AnswerBlock[];
  readonly stopReason: string;
  /** What the vendor says of a refusal. */
  readonly explanation: string | undefined;
  readonly model: string;
  readonly outputTokens: number;
  readonly thinkingTokens: number;
  /** The answer breaks off here. */
  readonly failure: ReplyFailure | undefined;
}

/** How much is thought is ours to say, and the same every time: by the effort alone. */
const THOUGHT: Readonly<Record<Effort, number>> = { low: 64, medium: 192, high: 512, xhigh: 1_024, max: 2_048 };

const STOPS: Readonly<Record<string, string>> = { length: 'max_tokens', stop: 'end_turn', tool_calls: 'tool_use' };

/** Turns an answer into one that keeps the request's token limit, thinking included, with real counts. */
export function planAnswer(
  answer: ModelAnswer | ReplyScript,
  request: MessagesRequest,
  model: ServedModel,
  tokenizer: Tokenizer,
  newId: () => string,
): PlannedAnswer {
  const script: Partial<ReplyScript> = 'kind' in answer ? answer : {};
  const limit = request.max_tokens;
  const thinkingTokens = script.usage?.reasoningTokens ?? Math.min(limit, thought(script, request, model));
  const text = script.chunks?.join('') ?? answer.text ?? script.refusal ?? '';
  const room = Math.max(0, limit - thinkingTokens);
  const textTokens = tokenizer.count(text);
  const wanted = (answer.toolCalls ?? []).map(call => callBlock(call, newId));
  const wantedTokens = wanted.reduce((sum, { pieces: [args = ''], whole }) => {
    return sum + 6 + tokenizer.count(String(whole['name'])) + tokenizer.count(args);
  }, 0);
  // The limit holds for calls as for words; one that is cut in the middle is left out.
  const cut = textTokens + wantedTokens > room && script.finishReason === undefined;
  const pieces = cut ? tokenizer.split(text).slice(0, room) : (script.chunks ?? tokenizer.split(text));
  const calls = cut ? [] : wanted;
  const callTokens = cut ? 0 : wantedTokens;
  const said = cut ? room : textTokens;
  return {
    blocks: [
      ...thinkingBlocks(script, request, model, thinkingTokens),
      ...(pieces.length > 0 ? [textBlock(pieces)] : []),
      ...calls.map(cutSmall),
    ],
    stopReason: stopOf(script, cut, calls.length > 0),
    explanation: script.refusal,
    model: script.model ?? request.model,
    outputTokens: script.usage?.completionTokens ?? thinkingTokens + said + callTokens,
    thinkingTokens,
    failure: script.failure,
  };
}

function thought(script: Partial<ReplyScript>, request: MessagesRequest, model: ServedModel): number {
  if (!thinks(request, model)) return 0;
  const { thinking, output_config: output } = request;
  const budget = thinking?.budget_tokens ?? Infinity;
  return Math.min(budget, script.reasoning?.tokens ?? THOUGHT[output?.effort ?? 'high']);
}

function stopOf({ finishReason, refusal }: Partial<ReplyScript>, cut: boolean, calls: boolean): string {
  if (finishReason !== undefined) return STOPS[finishReason] ?? finishReason;
  if (refusal !== undefined) return 'refusal';
  if (cut) return 'max_tokens';
  return calls ? 'tool_use' : 'end_turn';
}

function thinkingBlocks(
  { reasoning }: Partial<ReplyScript>,
  request: MessagesRequest,
  model: ServedModel,
  tokens: number,
): AnswerBlock[] {
  if (tokens === 0 || !thinks(request, model)) return [];
  const { thinking } = request;
  const shown = thinking?.display === 'summarized' || thinking?.type === 'enabled';
  const words = shown
    ? [reasoning?.text ?? `Nothing was really thought here, but ${tokens} tokens are billed.`].flat()
    : [];
  const prefix = prefixes(request).at(-1)!;
  return (words.length > 0 ? words : ['']).map((paragraph, at) => {
    // All of it is billed with the first of them.
    const signature = seal({ model: model.id, tokens: at === 0 ? tokens : 0, prefix, words: paragraph });
    return {
      whole: { type: 'thinking', thinking: paragraph, signature },
      pieces: paragraph.match(/[^]{1,12}/gu) ?? [],
    };
  });
}

const textBlock = (pieces: readonly string[]): AnswerBlock => ({
  whole: { type: 'text', text: pieces.join(''), citations: null },
  pieces: pieces.filter(piece => piece !== ''),
});

function callBlock(
  call: NonNullable<(ModelAnswer | ReplyScript)['toolCalls']>[number],
  newId: () => string,
): AnswerBlock {
  const args = typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments);
  const id = call.id ?? `toolu_${newId()}`;
  return {
    whole: { type: 'tool_use', id, name: call.name, input: parsed(args), caller: { type: 'direct' } },
    pieces: [args],
  };
}

const cutSmall = (block: AnswerBlock): AnswerBlock => ({
  ...block,
  pieces: block.pieces[0]?.match(/[^]{1,9}/gu) ?? [],
});

/** What a model wrote that is no JSON reaches a stream's client as it is; whole, there is no place for it. */
function parsed(args: string): unknown {
  try {
    return JSON.parse(args || '{}') as unknown;
  } catch {
    return {};
  }
}
