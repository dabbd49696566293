import { type Answer, type AnswerContext, badAnswer, parseObject } from '../http/answer.ts';
import type { LlmError } from '../llm-error.ts';
import type { ToolCall } from '../message.ts';
import type { ResponseMetadata, StopReason } from '../request.ts';
import type { StreamEvent } from '../stream-event.ts';
import { makeContinuation, type Piece } from './continuation.ts';
import { mergeUsage, usageFromWire } from './usage-from-wire.ts';

type Json = Record<string, unknown>;

/** A block of the answer as far as it has come. */
type Block =
  | { readonly kind: 'text'; length: number }
  | { readonly kind: 'call'; readonly id: string; readonly name: string; input: string }
  | { readonly kind: 'thinking'; thinking: string; signature: string }
  | { readonly kind: 'redacted'; readonly data: string };

/**
 * One answer of the Messages API, streamed or whole, as StreamEvents. Unknown events, blocks and deltas are skipped: "new event types may
 * be added" ("Streaming messages" on platform.claude.com, read 2026-11-28).
 */
export class MessagesAnswer implements Answer {
  #context: AnswerContext;
  #prefix: string;
  #blocks = new Map<number, Block>();
  #usage: Json = {};
  #stopReason: string | undefined;
  #explanation: string | undefined;
  #done = false;
  #spoke = false;
  #id = '';
  #model: string | undefined;

  /** @param prefix names all that this answers. */
  constructor(context: AnswerContext, prefix: string) {
    this.#context = context;
    this.#prefix = prefix;
  }

  get isDone(): boolean {
    return this.#done;
  }

  pushChunk(data: string, out: StreamEvent[]): void {
    if (data.trim() === '') return;
    const event = this.#parse(data);
    switch (event['type']) {
      case 'message_start':
        this.#note(event['message']);
        break;
      case 'content_block_start':
        this.#open(placeOf(event, this.#blocks.size), event['content_block'], out);
        break;
      case 'content_block_delta':
        this.#grow(this.#blocks.get(placeOf(event, this.#blocks.size - 1)), event['delta'], out);
        break;
      case 'message_delta':
        this.#usage = mergeUsage(this.#usage, event['usage']);
        this.#stopped(event['delta']);
        break;
      case 'message_stop':
        this.#done = true;
        break;
      default:
        break;
    }
  }

  pushWhole(body: string, out: StreamEvent[]): void {
    const message = this.#parse(body);
    const { content } = message;
    if (!Array.isArray(content)) throw this.#bad('The answer holds no content.');
    this.#note(message);
    this.#stopped(message);
    content.forEach((block: unknown, place) => this.#open(place, block, out));
    this.#done = true;
  }

  end(out: StreamEvent[]): void {
    if (this.#stopReason === undefined) throw this.#bad('The answer was cut off before its end.');
    const { calls, pieces } = this.#collect();
    const reason = this.#reason(calls.length > 0);
    // A refusal may come without a word of the model's own.
    if (reason === 'refusal' && !this.#spoke && this.#explanation)
      out.push({ type: 'text-delta', text: this.#explanation });
    for (const call of calls) out.push({ type: 'tool-call', call });
    const continuation = makeContinuation(this.#context.model, this.#prefix, pieces);
    if (continuation && reason !== 'refusal') out.push({ type: 'continuation', continuation });
    const usage = usageFromWire(this.#usage);
    if (usage) out.push({ type: 'usage', usage });
    out.push({ type: 'finish', reason, metadata: this.#metadata() });
  }

  #parse(data: string): Json {
    const json = parseObject(this.#context, data);
    if (json['type'] === 'error' || (json['type'] === undefined && isRecord(json['error'])))
      throw this.#context.failure(data);
    return json;
  }

  #note(message: unknown): void {
    if (!isRecord(message)) return;
    const { id, model, usage } = message;
    if (typeof id === 'string') this.#id = id;
    if (typeof model === 'string') this.#model = model;
    this.#usage = mergeUsage(this.#usage, usage);
  }

  #stopped(delta: unknown): void {
    if (!isRecord(delta)) return;
    const { stop_reason: reason, stop_details: details } = delta;
    if (typeof reason === 'string') this.#stopReason = reason;
    if (isRecord(details) && typeof details['explanation'] === 'string') this.#explanation = details['explanation'];
  }

  /** @param block in a stream the empty beginning of one, otherwise all of it. */
  #open(place: number, block: unknown, out: StreamEvent[]): void {
    if (!isRecord(block)) throw this.#bad('A block of the answer is not an object.');
    switch (block['type']) {
      case 'text':
        this.#grow(this.#add(place, { kind: 'text', length: 0 }), { text: '', ...block, type: 'text_delta' }, out);
        break;
      case 'thinking': {
        const opened = this.#add(place, { kind: 'thinking', thinking: '', signature: textIn(block, 'signature') });
        this.#grow(opened, { ...block, type: 'thinking_delta' }, out);
        break;
      }
      case 'redacted_thinking':
        this.#add(place, { kind: 'redacted', data: textIn(block, 'data') });
        break;
      case 'tool_use': {
        const { input } = block;
        // In a stream the input follows in pieces; here it stands empty.
        const whole = isRecord(input) && Object.keys(input).length > 0 ? JSON.stringify(input) : '';
        const id = textIn(block, 'id') || `call_${this.#id || 'answer'}_${place}`;
        this.#add(place, { kind: 'call', id, name: textIn(block, 'name'), input: whole });
        break;
      }
      default:
        break;
    }
  }

  #add(place: number, block: Block): Block {
    this.#blocks.set(place, block);
    return block;
  }

  #grow(block: Block | undefined, delta: unknown, out: StreamEvent[]): void {
    if (!block || !isRecord(delta)) return;
    switch (delta['type']) {
      case 'text_delta': {
        const { text } = delta;
        if (typeof text !== 'string') throw this.#bad('The content of the answer is not text.');
        if (block.kind !== 'text' || !text) return;
        block.length += text.length;
        this.#spoke = true;
        out.push({ type: 'text-delta', text });
        break;
      }
      case 'thinking_delta': {
        const text = textIn(delta, 'thinking');
        if (block.kind !== 'thinking' || !text) return;
        block.thinking += text;
        out.push({ type: 'thinking-delta', text });
        break;
      }
      case 'signature_delta':
        if (block.kind === 'thinking') block.signature += textIn(delta, 'signature');
        break;
      case 'input_json_delta':
        if (block.kind === 'call') block.input += textIn(delta, 'partial_json');
        break;
      default:
        break;
    }
  }

  #collect(): { calls: ToolCall[]; pieces: Piece[] } {
    const calls: ToolCall[] = [];
    const pieces: Piece[] = [];
    for (const [, block] of [...this.#blocks].sort(([a], [b]) => a - b)) {
      if (block.kind === 'text') {
        if (block.length > 0) pieces.push({ text: block.length });
      } else if (block.kind === 'call') {
        pieces.push({ call: calls.length });
        calls.push({ id: block.id, name: block.name, arguments: block.input || '{}' });
      } else if (block.kind === 'thinking') {
        const { thinking, signature } = block;
        // Without a signature it is not taken back.
        if (signature) pieces.push({ thinking: { type: 'thinking', thinking, signature } });
      } else pieces.push({ thinking: { type: 'redacted_thinking', data: block.data } });
    }
    return { calls, pieces };
  }

  #reason(hasCalls: boolean): StopReason {
    switch (this.#stopReason) {
      case 'refusal':
        return 'refusal';
      case 'max_tokens':
      // The answer reached the end of what the model can read: it is as cut short as by the limit we set.
      case 'model_context_window_exceeded':
      // Only the vendor's own tools pause, and we offer none of them. Unfinished all the same.
      case 'pause_turn':
        return 'max_tokens';
      default:
        return hasCalls ? 'tool_use' : 'end_turn';
    }
  }

  /** By what the answer is billed. Outside the ordinary it is named so that it is not taken for the ordinary price. */
  #tier(): string | undefined {
    const { service_tier: tier, inference_geo: geo, speed } = this.#usage;
    // A workspace may be set to be served in the US only, at 1.1 of each price ("Pricing" on platform.claude.com, read 2026-11-28).
    const dearer = [geo, speed].filter(name => name === 'us' || name === 'fast');
    const named = [tier, ...dearer].filter(name => typeof name === 'string');
    return named.length > 0 ? named.join('-') : undefined;
  }

  #metadata(): ResponseMetadata {
    const tier = this.#tier();
    return {
      ...(this.#model && { model: this.#model }),
      ...(this.#context.requestId && { requestId: this.#context.requestId }),
      ...(this.#id && { responseId: this.#id }),
      ...(tier && { serviceTier: tier }),
    };
  }

  #bad(message: string): LlmError {
    return badAnswer(this.#context, message);
  }
}

function placeOf(event: Json, otherwise: number): number {
  const place = event['index'];
  return typeof place === 'number' && Number.isSafeInteger(place) && place >= 0 ? place : otherwise;
}

const textIn = (value: Json, field: string): string => {
  const text = value[field];
  return typeof text === 'string' ? text : '';
};

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
