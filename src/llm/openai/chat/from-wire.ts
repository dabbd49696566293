import type { EventShortcut } from '../../http/server-sent-events.ts';
import type { LlmError } from '../../llm-error.ts';
import type { ResponseMetadata, StopReason } from '../../request.ts';
import type { StreamEvent } from '../../stream-event.ts';
import type { Usage } from '../../usage.ts';
import { type Answer, type AnswerContext, badAnswer, parseObject } from '../../http/answer.ts';
import type { HostWays } from '../host-ways.ts';
import { costReported, usageFromChat } from '../usage-from-wire.ts';
import { AnswerPieces } from './answer-pieces.ts';
import { readChunks } from './content-chunks.ts';
import { TextChunkTemplate } from './text-chunk-template.ts';
import { ToolCallFragments } from './tool-call-fragments.ts';
import type { WireAnswer, WireDelta } from './wire.ts';

/**
 * One answer of Chat Completions, streamed or whole, as StreamEvents. Streamed and whole go through the same code, so that the same
 * answer gives the same content, calls, usage and stop reason either way.
 */
export class ChatAnswer implements Answer {
  #context: AnswerContext;
  #ways: HostWays;
  /** Kept only for hosts that want them back. */
  #pieces: AnswerPieces | undefined;
  #calls: ToolCallFragments | undefined;
  #usage: Usage | undefined;
  #finishReason: string | undefined;
  #refused = false;
  #sawChoice = false;
  #textChunks = 0;
  #learnFrom = worthLearning;
  #done = false;
  #id = '';
  #model: string | undefined;
  #serviceTier: string | undefined;
  #template: TextChunkTemplate | undefined;

  constructor(context: AnswerContext, ways: HostWays = {}) {
    this.#context = context;
    this.#ways = ways;
    if (ways.wantsReasoningBack) this.#pieces = new AnswerPieces();
  }

  /**
   * Recognises text chunks like the last one in the bytes of the stream; the rest comes by `pushChunk`.
   * @param out where the events go.
   * @param learnFrom the first text chunk to learn from, counted from 1.
   */
  shortcut(out: StreamEvent[], learnFrom = worthLearning): EventShortcut {
    this.#learnFrom = learnFrom;
    return (this.#template = new TextChunkTemplate(text => this.#say(text, out)));
  }

  /** The answer has said that nothing more comes. */
  get isDone(): boolean {
    return this.#done;
  }

  /** One `data:` of the stream. @throws LlmError for an error object, or for what is no JSON. */
  pushChunk(data: string, out: StreamEvent[]): void {
    if (data === '[DONE]') {
      this.#done = true;
      return;
    }
    // Keep-alives of some gateways.
    if (data.length < 16 && data.trim() === '') return;
    const before = out.length;
    this.#answer(data, this.#parse(data), out, 'delta');
    // Learn only from a chunk that was nothing but text; after any other, what was learned may no longer be all there is to know.
    const only = out.length === before + 1 ? out[before] : undefined;
    if (only?.type !== 'text-delta' || this.#calls) this.#template?.forget();
    else if (++this.#textChunks >= this.#learnFrom) this.#template?.learn(data, only.text);
  }

  /** A whole chat.completion object, for requests without streaming. */
  pushWhole(body: string, out: StreamEvent[]): void {
    const json = this.#parse(body);
    this.#done = true;
    try {
      this.#answer(body, json, out, 'message');
    } catch (error) {
      if (this.#usage) out.push({ type: 'usage', usage: this.#usage });
      throw error;
    }
  }

  /** The body is over. @throws LlmError ERR_BAD_RESPONSE where the answer was cut off before it said how it ended. */
  end(out: StreamEvent[]): void {
    const complete = this.#finishReason !== undefined || this.#done;
    if (!complete && this.#sawChoice) throw this.#bad('The answer was cut off before its end.');
    if (!this.#sawChoice) {
      // Empty, but counted: the bill is known.
      if (this.#usage && complete) out.push({ type: 'usage', usage: this.#usage });
      throw this.#bad('The answer holds no choices.');
    }
    if (this.#finishReason === 'error') {
      if (this.#usage) out.push({ type: 'usage', usage: this.#usage });
      throw this.#bad('The model broke off with an error.');
    }
    const calls = this.#calls?.finish(this.#id || 'answer') ?? [];
    for (const call of calls) out.push({ type: 'tool-call', call });
    const continuation = this.#pieces?.continuation(this.#ways.author ?? 'openai', this.#context.model);
    if (continuation) out.push({ type: 'continuation', continuation });
    if (this.#usage) out.push({ type: 'usage', usage: this.#usage });
    out.push({ type: 'finish', reason: this.#stopReason(calls.length > 0), metadata: this.#metadata() });
  }

  #parse(data: string): WireAnswer {
    const json = parseObject(this.#context, data);
    // vLLM and Responses-like hosts write the error without an `error` around it.
    const flat = json['choices'] === undefined && (json['object'] === 'error' || json['type'] === 'error');
    if (flat || (json['error'] !== undefined && json['error'] !== null)) throw this.#context.failure(data);
    return json;
  }

  #answer(data: string, answer: WireAnswer, out: StreamEvent[], key: 'delta' | 'message'): void {
    if (typeof answer.id === 'string' && answer.id) this.#id = answer.id;
    if (typeof answer.model === 'string' && answer.model) this.#model = answer.model;
    const tier = answer.service_tier ?? (isRecord(answer.usage) ? answer.usage['service_tier'] : undefined);
    if (typeof tier === 'string') this.#serviceTier = tier;
    this.#count(data, answer);
    if (!Array.isArray(answer.choices)) return;
    // We never ask for more than one choice.
    const choice: unknown = answer.choices[0];
    if (choice === undefined) return;
    if (!isRecord(choice)) throw this.#bad('A choice of the answer is not an object.');
    const content = choice[key];
    if (isRecord(content)) this.#content(content, out, key);
    else if (key === 'message') throw this.#bad('The answer holds no message.');
    this.#sawChoice = true;
    if (typeof choice['finish_reason'] === 'string') this.#finishReason = choice['finish_reason'];
  }

  #count(data: string, { usage, x_groq }: WireAnswer): void {
    // The last report counts: hosts that send usage with every chunk send running totals.
    const counted = usageFromChat(usage) ?? (isRecord(x_groq) ? usageFromChat(x_groq['usage']) : undefined);
    if (!counted) return;
    const { reportedCost } = this.#ways;
    const cost = reportedCost && costReported(data, this.#context.headers, reportedCost);
    this.#usage = cost === undefined ? counted : { ...counted, reportedCost: cost };
  }

  #content(delta: WireDelta, out: StreamEvent[], key: 'delta' | 'message'): void {
    const thinking = delta.reasoning_content ?? delta.reasoning;
    if (typeof thinking === 'string') this.#think(thinking, out);
    const { content } = delta;
    const chunks = Array.isArray(content) ? readChunks(content) : undefined;
    if (typeof content === 'string') this.#say(content, out);
    else if (chunks)
      for (const chunk of chunks)
        if (chunk.type === 'text') this.#say(chunk.text, out);
        else this.#think(chunk.text, out, chunk.signature);
    else if (content !== null && content !== undefined) throw this.#bad('The content of the answer is not text.');
    if (typeof delta.refusal === 'string' && delta.refusal) {
      this.#refused = true;
      out.push({ type: 'text-delta', text: delta.refusal });
    }
    if (Array.isArray(delta.tool_calls))
      for (const [at, call] of delta.tool_calls.entries())
        // Calls of a whole answer have no index: each is one of its own.
        this.#fragments.push(key === 'message' && isRecord(call) ? { ...call, index: at } : call);
    else if (delta.function_call) this.#fragments.push({ index: 0, function: delta.function_call });
  }

  get #fragments(): ToolCallFragments {
    return (this.#calls ??= new ToolCallFragments());
  }

  #say(text: string, out: StreamEvent[]): void {
    if (!text) return;
    this.#pieces?.say(text);
    out.push({ type: 'text-delta', text });
  }

  #think(text: string, out: StreamEvent[], signature?: string): void {
    if (text || signature !== undefined) this.#pieces?.think(text, signature);
    if (text) out.push({ type: 'thinking-delta', text });
  }

  #stopReason(hasCalls: boolean): StopReason {
    if (this.#refused) return 'refusal';
    switch (this.#finishReason) {
      case 'length':
      // Mistral's, where the context is full.
      case 'model_length':
        return 'max_tokens';
      case 'content_filter':
        return 'content_filter';
      default:
        // Several compatible hosts say "stop" although they call tools.
        return hasCalls ? 'tool_use' : 'end_turn';
    }
  }

  #metadata(): ResponseMetadata {
    return {
      ...(this.#model && { model: this.#model }),
      ...(this.#context.requestId && { requestId: this.#context.requestId }),
      ...(this.#id && { responseId: this.#id }),
      ...(this.#serviceTier && { serviceTier: this.#serviceTier }),
    };
  }

  #bad(message: string): LlmError {
    return badAnswer(this.#context, message);
  }
}

/** Learning costs as much as parsing a few chunks, which a very short answer never earns back (bench S2). */
const worthLearning = 2;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
