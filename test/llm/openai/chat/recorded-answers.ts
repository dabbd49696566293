import { readFileSync } from 'node:fs';
import { createProvider } from '../../../../src/llm/create-provider.ts';
import { LlmError } from '../../../../src/llm/llm-error.ts';
import type { StreamEvent } from '../../../../src/llm/stream-event.ts';
import { type Replay, ReplayDispatcher } from '../../../support/replay-dispatcher.ts';

/** What an answer amounts to, however it was cut into events. */
export interface Outcome {
  readonly text?: string;
  readonly thinking?: string;
  /** [id, name, arguments] */
  readonly calls?: readonly (readonly [string, string, string])[];
  /** [input, output, total] */
  readonly usage?: readonly [number, number, number];
  readonly reason?: string;
  /** [code, retryable, part of the message] */
  readonly error?: readonly [string, boolean, string];
}

export interface RecordedAnswer extends Outcome {
  readonly file: string;
}

const greeting = 'Hello! How can I assist you today?';
const weather = ['call_A', 'get_weather', '{"city":"Bern"}'] as const;
const time = ['call_B', 'get_time', '{"zone":"CET"}'] as const;
const ended = { reason: 'end_turn', usage: [9, 9, 18] } as const;
const called = { reason: 'tool_use', usage: [82, 17, 99] } as const;
const cutOff = ['ERR_BAD_RESPONSE', true, 'cut off'] as const;
const noChoices = ['ERR_BAD_RESPONSE', true, 'no choices'] as const;

/** Every file of test/fixtures/openai-chat that comes with status 200, and what must come of it. */
export const recordedAnswers: readonly RecordedAnswer[] = [
  { file: 'text.sse', text: greeting, ...ended },
  { file: 'text.json', text: greeting, ...ended },
  { file: 'no-done.sse', text: greeting, ...ended },
  { file: 'no-usage.sse', text: greeting, reason: 'end_turn' },
  { file: 'cut-after-finish.sse', text: greeting, reason: 'end_turn' },
  { file: 'usage-every-chunk.sse', text: greeting, ...ended },
  { file: 'azure-first-chunk.sse', text: greeting, ...ended },
  { file: 'keep-alives.sse', text: greeting, ...ended },
  { file: 'multi-line.sse', text: greeting, ...ended },
  {
    file: 'unicode.sse',
    text: 'Grüße 👩‍👩‍👧‍👦 漢字\u2028"quoted" back\\slash\n\ttab \u0007 😀é',
    reason: 'end_turn',
    usage: [12, 30, 42],
  },
  { file: 'length.sse', text: 'Hello! How can', reason: 'max_tokens', usage: [9, 4, 13] },
  { file: 'content-filter.sse', text: 'Hello! How', reason: 'content_filter', usage: [9, 3, 12] },
  { file: 'content-filter.json', reason: 'content_filter', usage: [9, 0, 9] },
  { file: 'refusal.sse', text: "I'm sorry, I can't help with that.", reason: 'refusal', usage: [40, 9, 49] },
  { file: 'refusal.json', text: "I'm sorry, I can't help with that.", reason: 'refusal', usage: [40, 9, 49] },
  { file: 'reasoning.sse', text: '4', thinking: 'First add 2 and 2.', reason: 'end_turn', usage: [14, 40, 54] },
  { file: 'tool-call.sse', calls: [['call_Q3vB8kPz1', 'get_weather', '{"city":"Zürich"}']], ...called },
  { file: 'tool-calls.json', calls: [weather, time], ...called },
  { file: 'tool-calls-interleaved.sse', calls: [weather, time], ...called },
  { file: 'tool-calls-without-index.sse', calls: [weather, time], ...called },
  {
    file: 'tool-calls-without-index-and-id.sse',
    calls: [
      ['call_CfQ2sWk0xJ8mT4bYd1nZr7uLpEoVa_0', 'get_weather', '{"city":"Bern"}'],
      ['call_CfQ2sWk0xJ8mT4bYd1nZr7uLpEoVa_1', 'get_time', '{"zone":"CET"}'],
    ],
    ...called,
  },
  { file: 'tool-calls-all-at-index-0.sse', calls: [weather, time], ...called },
  {
    file: 'tool-call-without-id.sse',
    calls: [['call_CfQ2sWk0xJ8mT4bYd1nZr7uLpEoVa_0', 'get_weather', '{"city":"Bern"}']],
    ...called,
  },
  {
    file: 'tool-calls-without-ids.json',
    calls: [
      ['call_abc123_0', 'get_time', '{}'],
      ['call_abc123_1', 'get_time', ''],
    ],
    ...called,
  },
  { file: 'tool-call-empty-arguments.sse', calls: [['call_A', 'list_files', '']], ...called },
  {
    file: 'tool-call-arguments-object.sse',
    calls: [['call_A', 'get_weather', '{"city":"Bern","days":[1,2]}']],
    ...called,
  },
  { file: 'tool-call-name-repeated.sse', calls: [weather], ...called },
  { file: 'tool-call-finish-stop.sse', calls: [['call_A', 'get_time', '{}']], ...called },
  { file: 'text-and-tool-call.sse', text: 'Let me look.', calls: [['call_A', 'get_time', '{}']], ...called },
  {
    file: 'function-call.sse',
    calls: [['call_CfQ2sWk0xJ8mT4bYd1nZr7uLpEoVa_0', 'get_time', '{"zone":"CET"}']],
    ...called,
  },
  {
    file: 'error-mid-stream.sse',
    text: 'Hello! How',
    error: [
      'ERR_SERVICE_UNAVAILABLE',
      true,
      'The server had an error while processing your request. Sorry about that!',
    ],
  },
  {
    file: 'error-mid-stream-rate-limit.sse',
    text: 'Hello! How',
    error: ['ERR_RATE_LIMIT', true, 'Rate limit reached for gpt-4o'],
  },
  {
    file: 'error-mid-stream-invalid.sse',
    text: 'Hello! How',
    error: ['ERR_INVALID_REQUEST', false, "Invalid 'messages'."],
  },
  {
    file: 'error-mid-stream-numeric.sse',
    text: 'Hello! How',
    error: ['ERR_SERVICE_UNAVAILABLE', true, 'Provider disconnected'],
  },
  { file: 'error-mid-stream-flat.sse', text: 'Hello! How', error: ['ERR_INVALID_REQUEST', false, 'prompt too long'] },
  { file: 'cut-after-text.sse', text: 'Hello! How can I', error: cutOff },
  { file: 'not-json.sse', text: 'Hello!', error: ['ERR_BAD_RESPONSE', true, 'not JSON'] },
  { file: 'json-array.sse', text: 'Hello!', error: ['ERR_BAD_RESPONSE', true, 'not a JSON object'] },
  { file: 'only-usage.sse', usage: [9, 0, 9], error: noChoices },
  { file: 'wrong-types.sse', error: ['ERR_BAD_RESPONSE', true, 'not text'] },
  { file: 'choices-of-strings.sse', error: ['ERR_BAD_RESPONSE', true, 'not an object'] },
  { file: 'choices-object.sse', error: noChoices },
  { file: 'empty-choices.json', usage: [9, 9, 18], error: noChoices },
  { file: 'choices-missing.json', usage: [9, 9, 18], error: noChoices },
  { file: 'null-message.json', usage: [9, 9, 18], error: ['ERR_BAD_RESPONSE', true, 'no message'] },
  { file: 'message-string.json', usage: [9, 9, 18], error: ['ERR_BAD_RESPONSE', true, 'no message'] },
  { file: 'sign-in.html', error: ['ERR_BAD_RESPONSE', false, 'a web page'] },
];

export function fixture(file: string): Buffer {
  return readFileSync(new URL(`../../../fixtures/openai-chat/${file}`, import.meta.url));
}

const contentTypes: { readonly [ending: string]: string } = {
  sse: 'text/event-stream; charset=utf-8',
  json: 'application/json',
  html: 'text/html; charset=utf-8',
};

export function contentTypeOf(file: string): string {
  return contentTypes[file.slice(file.lastIndexOf('.') + 1)]!;
}

/** Everything that a call delivered, in order, an error last. */
export async function collect(
  events: AsyncIterable<StreamEvent>,
): Promise<(StreamEvent | { readonly error: unknown })[]> {
  const seen: (StreamEvent | { readonly error: unknown })[] = [];
  try {
    for await (const event of events) seen.push(event);
  } catch (error) {
    seen.push({ error });
  }
  return seen;
}

/** The events of one call whose answer is `replay`, ready to be compared: errors as their facts. */
export async function eventsOf(replay: Replay): Promise<unknown[]> {
  const dispatcher = new ReplayDispatcher(replay);
  const provider = createProvider({
    retry: false,
    provider: 'openai',
    model: 'gpt-4o',
    apiKey: 'sk-test-0123456789abcdef',
    dispatcher,
  });
  const seen = await collect(provider.stream({ messages: [{ role: 'user', content: 'Hello' }] }));
  return seen.map(event => ('error' in event ? { error: plain(event.error) } : event));
}

function plain(error: unknown): unknown {
  if (!(error instanceof LlmError)) return error;
  const { cause: _, ...facts } = error.facts;
  return { ...facts, text: error.message };
}

/** What the events amount to. */
export function outcomeOf(events: readonly unknown[]): Outcome {
  const all = events as readonly (
    StreamEvent | { readonly type: undefined; readonly error: { code: string; retryable: boolean; message: string } }
  )[];
  const textOf = (type: 'text-delta' | 'thinking-delta'): string =>
    all.flatMap(event => (event.type === type ? event.text : [])).join('');
  const text = textOf('text-delta');
  const thinking = textOf('thinking-delta');
  const calls = all.flatMap(event =>
    event.type === 'tool-call' ? [[event.call.id, event.call.name, event.call.arguments] as const] : [],
  );
  const usages = all.flatMap(event => (event.type === 'usage' ? event.usage : []));
  if (usages.length > 1) throw new Error('usage was told twice');
  const [usage] = usages;
  const last = all.at(-1);
  return {
    ...(text && { text }),
    ...(thinking && { thinking }),
    ...(calls.length > 0 && { calls }),
    ...(usage && { usage: [usage.inputTokens, usage.outputTokens, usage.totalTokens] }),
    ...(last?.type === 'finish' && { reason: last.reason }),
    ...(last && 'error' in last && { error: [last.error.code, last.error.retryable, last.error.message] }),
  };
}
