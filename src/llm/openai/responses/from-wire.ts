import type { LlmError } from '../../llm-error.ts';
import type { ToolCall } from '../../message.ts';
import type { ResponseMetadata, StopReason } from '../../request.ts';
import type { StreamEvent } from '../../stream-event.ts';
import type { Usage } from '../../usage.ts';
import { type Answer, type AnswerContext, badAnswer, parseObject } from '../../http/answer.ts';
import type { HostWays } from '../host-ways.ts';
import { costReported, usageFromResponses } from '../usage-from-wire.ts';
import { makeContinuation, type Piece } from './continuation.ts';
import type { WireReasoning, WireResponse } from './wire.ts';

type Json = Record<string, unknown>;

/**
 * One answer of the Responses API, streamed or whole, as the same StreamEvents that Chat Completions gives. Unknown events are skipped:
 * the vendor adds some every few months.
 */
export class ResponsesAnswer implements Answer {
  #context: AnswerContext;
  #ways: HostWays;
  /** Output items by their place in the answer. */
  #items = new Map<number, Json>();
  #response: WireResponse = {};
  #status: string | undefined;
  #usage: Usage | undefined;
  #refused = false;
  #id = '';
  #model: string | undefined;
  /** Which part of what was thought came last. */
  #thoughtPart: string | undefined;

  constructor(context: AnswerContext, ways: HostWays = {}) {
    this.#context = context;
    this.#ways = ways;
  }

  get isDone(): boolean {
    return this.#status !== undefined;
  }

  pushChunk(data: string, out: StreamEvent[]): void {
    if (data === '[DONE]' || data.trim() === '') return;
    const event = this.#parse(data);
    switch (event['type']) {
      case 'response.created':
      case 'response.in_progress':
        this.#note(event['response']);
        break;
      case 'response.output_text.delta':
        pushText(event['delta'], out);
        break;
      case 'response.refusal.delta':
        this.#refused = true;
        pushText(event['delta'], out);
        break;
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        this.#think(event['delta'], partOf(event), out);
        break;
      case 'response.output_item.done':
        if (isRecord(event['item'])) this.#items.set(placeOf(event, this.#items.size), event['item']);
        break;
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        this.#finish(data, event['response']);
        break;
      case 'error':
        throw this.#context.failure(JSON.stringify({ error: event }));
      default:
        break;
    }
  }

  pushWhole(body: string, out: StreamEvent[]): void {
    const response = this.#parse(body);
    if (isRecord(response['error'])) throw this.#context.failure(body);
    this.#finish(body, response);
    for (const [place, item] of this.#orderedItems().entries()) this.#sayWhole(item, place, out);
  }

  end(out: StreamEvent[]): void {
    if (this.#status === undefined) throw this.#bad('The answer was cut off before its end.');
    const { calls, pieces } = this.#collect();
    for (const call of calls) out.push({ type: 'tool-call', call });
    const continuation = makeContinuation(this.#ways.author ?? 'openai', this.#context.model, pieces);
    if (continuation) out.push({ type: 'continuation', continuation });
    if (this.#usage) out.push({ type: 'usage', usage: this.#usage });
    if (calls.length === 0 && this.#items.size === 0 && this.#status === 'completed')
      throw this.#bad('The answer holds no output.');
    out.push({ type: 'finish', reason: this.#stopReason(calls.length > 0), metadata: this.#metadata() });
  }

  #parse(data: string): Json {
    const json = parseObject(this.#context, data);
    // Some gateways put a plain error object where an event should be.
    if (json['type'] === undefined && isRecord(json['error'])) throw this.#context.failure(data);
    return json;
  }

  #note(response: unknown): void {
    if (!isRecord(response)) return;
    this.#response = response;
    if (typeof response['id'] === 'string') this.#id = response['id'];
    if (typeof response['model'] === 'string') this.#model = response['model'];
    this.#usage = usageFromResponses(response['usage']) ?? this.#usage;
  }

  #finish(data: string, response: unknown): void {
    this.#note(response);
    const { reportedCost } = this.#ways;
    const cost = this.#usage && reportedCost && costReported(data, this.#context.headers, reportedCost);
    if (this.#usage && cost !== undefined) this.#usage = { ...this.#usage, reportedCost: cost };
    if (!isRecord(response) || typeof response['status'] !== 'string') throw this.#bad('The answer has no status.');
    this.#status = response['status'];
    if (this.#status === 'failed' || isRecord(response['error']))
      throw this.#context.failure(JSON.stringify({ error: response['error'] ?? {} }));
    const { output } = response;
    // A stream that left out the items' own events still ends with all of them.
    if (this.#items.size === 0 && Array.isArray(output))
      output.forEach((item: unknown, place) => isRecord(item) && this.#items.set(place, item));
  }

  #orderedItems(): Json[] {
    return [...this.#items].sort(([a], [b]) => a - b).map(([, item]) => item);
  }

  /** Each part is a paragraph of its own, "**Title**" and text, and says so only by being one. */
  #think(text: unknown, part: string, out: StreamEvent[]): void {
    if (typeof text !== 'string' || !text) return;
    const isNext = this.#thoughtPart !== undefined && this.#thoughtPart !== part;
    this.#thoughtPart = part;
    out.push({ type: 'thinking-delta', text: isNext ? `\n\n${text}` : text });
  }

  #sayWhole(item: Json, place: number, out: StreamEvent[]): void {
    const parts = (list: unknown): Json[] => (Array.isArray(list) ? list.filter(isRecord) : []);
    if (item['type'] === 'reasoning')
      for (const [at, { text }] of [...parts(item['summary']), ...parts(item['content'])].entries())
        this.#think(text, `${place} ${at}`, out);
    if (item['type'] !== 'message') return;
    for (const part of parts(item['content'])) {
      if (part['type'] === 'refusal') this.#refused = true;
      pushText(part['type'] === 'refusal' ? part['refusal'] : part['text'], out);
    }
  }

  #collect(): { calls: ToolCall[]; pieces: Piece[] } {
    const calls: ToolCall[] = [];
    const pieces: Piece[] = [];
    for (const item of this.#orderedItems()) {
      if (item['type'] === 'message' && !pieces.includes('text')) pieces.push('text');
      else if (item['type'] === 'reasoning' && typeof item['id'] === 'string') pieces.push({ reasoning: echoed(item) });
      else if (item['type'] === 'function_call' && typeof item['name'] === 'string') {
        pieces.push({ call: calls.length });
        calls.push(toCall(item, `call_${this.#id || 'answer'}_${calls.length}`));
      }
    }
    return { calls, pieces };
  }

  #stopReason(hasCalls: boolean): StopReason {
    if (this.#refused) return 'refusal';
    if (this.#status === 'incomplete') {
      const details = this.#response.incomplete_details;
      return isRecord(details) && details['reason'] === 'content_filter' ? 'content_filter' : 'max_tokens';
    }
    return hasCalls ? 'tool_use' : 'end_turn';
  }

  #metadata(): ResponseMetadata {
    const { service_tier: tier } = this.#response;
    return {
      ...(this.#model && { model: this.#model }),
      ...(this.#context.requestId && { requestId: this.#context.requestId }),
      ...(this.#id && { responseId: this.#id }),
      ...(typeof tier === 'string' && { serviceTier: tier }),
    };
  }

  #bad(message: string): LlmError {
    return badAnswer(this.#context, message);
  }
}

function pushText(text: unknown, out: StreamEvent[]): void {
  if (typeof text === 'string' && text) out.push({ type: 'text-delta', text });
}

/** Summaries are counted apart from what was thought in full. */
const partOf = ({ output_index: item, summary_index: summary, content_index: content }: Json): string =>
  JSON.stringify([item, summary, content]);

function placeOf(event: Json, next: number): number {
  const place = event['output_index'];
  return typeof place === 'number' && Number.isSafeInteger(place) && place >= 0 ? place : next;
}

function toCall(item: Json, fallbackId: string): ToolCall {
  const { call_id: id, name, arguments: args } = item;
  return {
    id: typeof id === 'string' && id ? id : fallbackId,
    name: String(name),
    arguments: typeof args === 'string' ? args : '',
  };
}

/** Without what the API puts on items itself and does not take back (`status`). */
function echoed({ id, summary, encrypted_content: encrypted }: Json): WireReasoning {
  return {
    type: 'reasoning',
    id: String(id),
    summary: Array.isArray(summary) ? summary : [],
    ...(typeof encrypted === 'string' && { encrypted_content: encrypted }),
  };
}

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
