import type { ReplyFailure, ReplyScript } from '../loopback/script.ts';
import type { ChatRequest, WireToolCall } from './chat-request.ts';
import { effortOf } from './request-rules.ts';
import type { Effort, ServedModel } from './models.ts';
import { toolCallTokens } from './prompt-tokens.ts';
import type { Tokenizer } from './tokenizer.ts';

/** What a model says, before it is put on the wire. */
export interface ModelAnswer {
  readonly text?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string; readonly id?: string }[];
}

export interface PlannedReply {
  /** The text in the pieces a stream sends it in. */
  readonly deltas: readonly string[];
  readonly refusal: string | undefined;
  readonly toolCalls: readonly WireToolCall[];
  readonly finishReason: string;
  readonly model: string;
  readonly completionTokens: number;
  readonly reasoningTokens: number;
  /** The paragraphs of the reasoning summary, for a wire that shows it; empty where nothing was thought. */
  readonly thought: readonly string[];
  /** The answer breaks off here. */
  readonly failure: ReplyFailure | undefined;
}

/**
 * Thinking is billed in steps of 64; how much is thought is ours to say, and the same every time: by the effort alone.
 * It takes its share of the request's token limit first, so that a small limit can leave nothing for the answer.
 */
const THOUGHT: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 0,
  low: 64,
  medium: 192,
  high: 512,
  xhigh: 1_024,
  max: 2_048,
};

/** Turns an answer into a reply that keeps the request's token limit, with real counts. */
export function planReply(
  answer: ModelAnswer | ReplyScript,
  request: ChatRequest,
  model: ServedModel,
  tokenizer: Tokenizer,
  newCallId: () => string,
): PlannedReply {
  const script: Partial<ReplyScript> = 'kind' in answer ? answer : {};
  const scriptedUsage = script.usage ?? undefined;
  const limit = request.max_completion_tokens ?? request.max_tokens ?? model.maxOutput;
  const reasoningTokens =
    scriptedUsage?.reasoningTokens ?? Math.min(limit, script.reasoning?.tokens ?? THOUGHT[effortOf(request, model)]);
  const text = script.chunks?.join('') ?? answer.text ?? '';
  const toolCalls = (answer.toolCalls ?? []).map((call): WireToolCall => {
    const args = typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments);
    return { id: call.id ?? newCallId(), type: 'function', function: { name: call.name, arguments: args } };
  });
  const pieces = script.chunks ?? tokenizer.split(text);
  const room = Math.max(0, limit - reasoningTokens);
  const textTokens = tokenizer.count(text);
  const allCalls = toolCalls.reduce((sum, call) => sum + toolCallTokens(call.function, tokenizer), 0);
  // The limit holds for calls as for words; one that is cut in the middle is left out.
  const cut = textTokens + allCalls > room && script.finishReason === undefined;
  // Scripted chunks are a wish about the stream's shape; where the limit cuts, tokens decide.
  const deltas = cut ? tokenizer.split(text).slice(0, room) : pieces;
  const said = cut ? room : textTokens;
  const callTokens = cut ? 0 : allCalls;
  const refusalTokens = script.refusal === undefined ? 0 : tokenizer.count(script.refusal);
  return {
    deltas: deltas.filter(delta => delta !== ''),
    refusal: script.refusal,
    toolCalls: cut ? [] : toolCalls,
    finishReason: script.finishReason ?? (cut ? 'length' : toolCalls.length > 0 ? 'tool_calls' : 'stop'),
    model: script.model ?? request.model,
    completionTokens: scriptedUsage?.completionTokens ?? reasoningTokens + said + callTokens + refusalTokens,
    reasoningTokens,
    thought: thoughtOf(script.reasoning?.text, reasoningTokens),
    failure: script.failure,
  };
}

function thoughtOf(text: string | readonly string[] | undefined, tokens: number): readonly string[] {
  if (text !== undefined) return [text].flat();
  return tokens > 0 ? [`**Counting**\n\nNothing was really thought here, but ${tokens} tokens of it are billed.`] : [];
}
