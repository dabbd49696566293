import assert from 'node:assert/strict';
import { validator } from '../../../support/openai-server/schema.ts';

// Answers of the Responses API, made here and held against the vendor's published schemas, so that what our reader is tested on is
// what the API may send.

type Json = Record<string, unknown>;

export interface Made {
  /** The event stream's text. */
  readonly stream: string;
  /** The same answer as one object. */
  readonly whole: string;
}

export const message = (text: string, id = 'msg_1'): Json => ({
  type: 'message',
  id,
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
});
export const refusal = (text: string): Json => ({
  type: 'message',
  id: 'msg_1',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'refusal', refusal: text }],
});
export const call = (name: string, args: string, callId: string): Json => ({
  type: 'function_call',
  id: `fc_${callId}`,
  status: 'completed',
  call_id: callId,
  name,
  arguments: args,
});
export const reasoning = (id: string, summary: string, encrypted = `sealed-${id}`): Json => ({
  type: 'reasoning',
  id,
  summary: [{ type: 'summary_text', text: summary }],
  encrypted_content: encrypted,
});

const usage = {
  input_tokens: 120,
  input_tokens_details: { cached_tokens: 40, cache_write_tokens: 16 },
  output_tokens: 75,
  output_tokens_details: { reasoning_tokens: 50 },
  total_tokens: 195,
};

export interface Ending {
  readonly status?: 'completed' | 'incomplete' | 'failed';
  readonly reason?: 'max_output_tokens' | 'content_filter';
  readonly error?: { readonly code: string; readonly message: string };
}

/** An answer of these output items, streamed in words and whole. */
export function answerOf(items: readonly Json[], { status = 'completed', reason, error }: Ending = {}): Made {
  const response = (state: string, output: readonly Json[], counted: unknown): Json => ({
    id: 'resp_1',
    object: 'response',
    created_at: 1_795_305_600,
    model: 'gpt-6-sol-2026-07-01',
    status: state,
    output,
    ...(counted ? { usage: counted } : {}),
    error: state === 'failed' ? (error ?? null) : null,
    incomplete_details: state === 'incomplete' ? { reason } : null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    service_tier: 'default',
  });
  const events: Json[] = [
    { type: 'response.created', response: response('in_progress', [], null) },
    { type: 'response.in_progress', response: response('in_progress', [], null) },
    ...items.flatMap(itemEvents),
    { type: `response.${status}`, response: response(status, items, usage) },
  ];
  events.forEach((event, number) => (event['sequence_number'] = number));
  for (const event of events) assertValid('ResponseStreamEvent', event);
  const whole = response(status, items, usage);
  assertValid('Response', whole);
  return {
    stream: events.map(event => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
    whole: JSON.stringify(whole),
  };
}

function itemEvents(item: Json, output_index: number): Json[] {
  const at = { output_index, item_id: String(item['id']) };
  const added: Json = { type: 'response.output_item.added', output_index, item: { ...item, ...empty(item) } };
  const done: Json = { type: 'response.output_item.done', output_index, item };
  return [added, ...deltas(item, at), done];
}

function empty(item: Json): Json {
  if (item['type'] === 'message') return { status: 'in_progress', content: [] };
  if (item['type'] === 'function_call') return { status: 'in_progress', arguments: '' };
  return { summary: [] };
}

function deltas(item: Json, at: { output_index: number; item_id: string }): Json[] {
  if (item['type'] === 'function_call') {
    const args = String(item['arguments']);
    return [
      ...words(args).map(delta => ({ type: 'response.function_call_arguments.delta', ...at, delta })),
      { type: 'response.function_call_arguments.done', ...at, arguments: args, name: item['name'] },
    ];
  }
  if (item['type'] === 'reasoning') {
    const text = String((item['summary'] as Json[])[0]?.['text']);
    return words(text).map(delta => ({
      type: 'response.reasoning_summary_text.delta',
      ...at,
      summary_index: 0,
      delta,
    }));
  }
  const part = (item['content'] as Json[])[0]!;
  const place = { ...at, content_index: 0 };
  return part['type'] === 'refusal'
    ? words(String(part['refusal'])).map(delta => ({ type: 'response.refusal.delta', ...place, delta }))
    : words(String(part['text'])).map(delta => ({ type: 'response.output_text.delta', ...place, delta, logprobs: [] }));
}

const words = (text: string): string[] => text.match(/\S+\s*|\s+/g) ?? [];

export function assertValid(schema: string, value: unknown): void {
  const validate = validator(schema, 'open');
  assert.ok(validate(value), `${schema}: ${JSON.stringify(validate.errors?.slice(0, 3))} in ${JSON.stringify(value)}`);
}
