import type { BilledUsage } from '../loopback/request-log.ts';
import { errorBody } from './errors.ts';
import type { AnswerBlock, PlannedAnswer } from './planned-answer.ts';
import type { CacheUse } from './prompt-cache.ts';

/** One event of a stream with what it means to pace and bill. */
export interface StreamChunk {
  readonly data: string;
  /** The model text in it. */
  readonly text: string;
}

export interface Telling {
  readonly id: string;
  readonly requestId: string;
  readonly answer: PlannedAnswer;
  readonly billed: Omit<BilledUsage, 'reported'>;
  readonly cache: CacheUse;
  /** The vendor keeps the figures to itself, as scripted. */
  readonly unreported: boolean;
}

/** The body of an answer that is not streamed. */
export function wholeMessage({ id, answer, ...counts }: Telling): string {
  const { blocks, stopReason, model } = answer;
  const usage = counts.unreported ? {} : { usage: wholeUsage({ id, answer, ...counts }, answer.outputTokens) };
  return JSON.stringify({
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: blocks.map(({ whole }) => whole),
    container: null,
    diagnostics: null,
    stop_reason: stopReason,
    stop_sequence: null,
    stop_details: stopDetails(answer),
    ...usage,
  });
}

/** The events of a streamed answer, in order; one that fails ends in an error instead ("Streaming messages", read 2026-11-28). */
export function* messageEvents(telling: Telling): Generator<StreamChunk> {
  const { id, requestId, answer, unreported } = telling;
  const { blocks, stopReason, model, failure } = answer;
  const message = {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    container: null,
    diagnostics: null,
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    // Hardly anything is counted of an answer that has only begun.
    ...(unreported ? {} : { usage: { ...wholeUsage(telling, 1), output_tokens_details: null } }),
  };
  yield event('message_start', { message });
  yield event('ping', {});
  for (const [index, block] of blocks.entries()) yield* blockEvents(index, block);
  if (failure) return yield errorEvent(failure.code, failure.message, requestId);
  yield event('message_delta', {
    delta: { stop_reason: stopReason, stop_sequence: null, stop_details: stopDetails(answer), container: null },
    ...(unreported ? {} : { usage: deltaUsage(telling) }),
  });
  yield event('message_stop', {});
}

function* blockEvents(index: number, { whole, pieces }: AnswerBlock): Generator<StreamChunk> {
  yield event('content_block_start', { index, content_block: { ...whole, ...EMPTY[String(whole['type'])] } });
  for (const piece of pieces) yield event('content_block_delta', { index, delta: deltaOf(whole, piece) }, piece);
  if (whole['type'] === 'thinking')
    yield event('content_block_delta', { index, delta: { type: 'signature_delta', signature: whole['signature'] } });
  yield event('content_block_stop', { index });
}

const EMPTY: Readonly<Record<string, object>> = {
  text: { text: '' },
  thinking: { thinking: '', signature: '' },
  tool_use: { input: {} },
};

function deltaOf(whole: AnswerBlock['whole'], piece: string): object {
  if (whole['type'] === 'text') return { type: 'text_delta', text: piece };
  if (whole['type'] === 'thinking') return { type: 'thinking_delta', thinking: piece };
  return { type: 'input_json_delta', partial_json: piece };
}

const event = (type: string, fields: object, text = ''): StreamChunk => ({
  data: `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`,
  text,
});

/** Scripts speak of failures in OpenAI's words. */
export const errorType = (code: string): string =>
  ({ server_error: 'api_error', rate_limit_exceeded: 'rate_limit_error', slow_down: 'rate_limit_error' })[code] ?? code;

function errorEvent(code: string, message: string, requestId: string): StreamChunk {
  return { data: `event: error\ndata: ${errorBody(errorType(code), message, requestId)}\n\n`, text: '' };
}

function stopDetails({ stopReason, explanation }: PlannedAnswer): object | null {
  if (stopReason !== 'refusal') return null;
  return { type: 'refusal', category: null, explanation: explanation ?? null };
}

const detailsOf = ({ answer }: Telling): object | null =>
  answer.thinkingTokens > 0 ? { thinking_tokens: answer.thinkingTokens } : null;

function inputUsage({ billed, cache }: Telling): object {
  return {
    input_tokens: billed.promptTokens - billed.cachedTokens - billed.cacheWriteTokens,
    cache_creation_input_tokens: billed.cacheWriteTokens,
    cache_read_input_tokens: billed.cachedTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: billed.cacheWriteTokens - cache.written1h,
      ephemeral_1h_input_tokens: cache.written1h,
    },
  };
}

function wholeUsage(telling: Telling, outputTokens: number): object {
  return {
    ...inputUsage(telling),
    output_tokens: outputTokens,
    output_tokens_details: detailsOf(telling),
    server_tool_use: null,
    service_tier: 'standard',
    inference_geo: 'global',
    speed: 'standard',
  };
}

function deltaUsage(telling: Telling): object {
  const { cache_creation: _, ...input } = inputUsage(telling) as Record<string, unknown>;
  return {
    ...input,
    output_tokens: telling.answer.outputTokens,
    output_tokens_details: detailsOf(telling),
    server_tool_use: null,
  };
}
