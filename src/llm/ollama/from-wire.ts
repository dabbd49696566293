import { type Answer, type AnswerContext, badAnswer, parseObject } from '../http/answer.ts';
import type { LlmError } from '../llm-error.ts';
import type { ToolCall } from '../message.ts';
import type { StopReason } from '../request.ts';
import type { StreamEvent } from '../stream-event.ts';
import type { Usage } from '../usage.ts';
import { thinkingContinuation } from './continuation.ts';
import type { WireAnswer } from './wire.ts';

/** One answer of /api/chat, line by line or whole: a whole one is a single line that says everything. */
export class ChatAnswer implements Answer {
  #context: AnswerContext;
  #calls: ToolCall[] = [];
  #thinking = '';
  #saidSomething = false;
  #last: WireAnswer | undefined;
  #model: string | undefined;
  /** Digits of the moment the first line was made: ids of old servers, which give calls none, are made of it. */
  #moment: string | undefined;

  constructor(context: AnswerContext) {
    this.#context = context;
  }

  get isDone(): boolean {
    return this.#last !== undefined;
  }

  /** @throws LlmError for an error object, or for what is no JSON. */
  pushChunk(data: string, out: StreamEvent[]): void {
    const line: WireAnswer = parseObject(this.#context, data);
    if (line.error !== undefined && line.error !== null) throw this.#context.failure(data);
    if (typeof line.model === 'string' && line.model) this.#model = line.model;
    if (typeof line.created_at === 'string') this.#moment ??= line.created_at.replaceAll(/\D/g, '');
    if (isRecord(line.message)) this.#message(line.message, out);
    else if (line.done !== true) throw this.#bad('A line of the answer holds no message.');
    if (line.done === true) this.#last = line;
  }

  pushWhole(body: string, out: StreamEvent[]): void {
    this.pushChunk(body, out);
  }

  /** @throws LlmError ERR_BAD_RESPONSE where the answer was cut off, or the model was only loaded. */
  end(out: StreamEvent[]): void {
    const last = this.#last;
    if (!last) throw this.#bad('The answer was cut off before its end.');
    if (!this.#saidSomething && (last.done_reason === 'load' || last.done_reason === 'unload'))
      throw this.#bad(`The model was ${last.done_reason}ed and said nothing.`);
    for (const call of this.#calls) out.push({ type: 'tool-call', call });
    const usage = usageOf(last);
    if (usage) out.push({ type: 'usage', usage });
    if (this.#thinking && this.#calls.length > 0)
      out.push({ type: 'continuation', continuation: thinkingContinuation(this.#context.model, this.#thinking) });
    const metadata = { ...(this.#model && { model: this.#model }) };
    out.push({ type: 'finish', reason: this.#stopReason(last), metadata });
  }

  #message({ content, thinking, tool_calls: calls }: Record<string, unknown>, out: StreamEvent[]): void {
    if (typeof thinking === 'string' && thinking) {
      this.#thinking += thinking;
      this.#saidSomething = true;
      out.push({ type: 'thinking-delta', text: thinking });
    }
    if (typeof content === 'string' && content) {
      this.#saidSomething = true;
      out.push({ type: 'text-delta', text: content });
    } else if (content !== undefined && content !== null && typeof content !== 'string')
      throw this.#bad('The content of the answer is not text.');
    if (!Array.isArray(calls)) return;
    for (const call of calls) this.#call(call);
  }

  #call(call: unknown): void {
    const called = isRecord(call) && isRecord(call['function']) ? call['function'] : undefined;
    if (typeof called?.['name'] !== 'string') throw this.#bad('A tool call of the answer names no tool.');
    this.#saidSomething = true;
    const { id } = call as { id?: unknown };
    const args = called['arguments'];
    this.#calls.push({
      id: typeof id === 'string' && id ? id : `call_${this.#moment ?? 'answer'}_${this.#calls.length}`,
      name: called['name'],
      // An object by the documentation; a text is what the model wrote.
      arguments: typeof args === 'string' ? args : JSON.stringify(args ?? {}),
    });
  }

  #stopReason({ done_reason: reason }: WireAnswer): StopReason {
    if (reason === 'length') return 'max_tokens';
    return this.#calls.length > 0 ? 'tool_use' : 'end_turn';
  }

  #bad(message: string): LlmError {
    return badAnswer(this.#context, message);
  }
}

/** undefined where a count is missing, never 0: old servers leave out the prompt's where all of it was cached. */
export function usageOf(line: WireAnswer): Usage | undefined {
  const { prompt_eval_count: input, eval_count: output, prompt_eval_cached_count: cached } = line;
  if (!isCount(input) || !isCount(output)) return undefined;
  return {
    inputTokens: input,
    outputTokens: output,
    totalTokens: input + output,
    ...(isCount(cached) && { cachedInputTokens: cached }),
    raw: { prompt_eval_count: input, eval_count: output, ...(isCount(cached) && { prompt_eval_cached_count: cached }) },
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
