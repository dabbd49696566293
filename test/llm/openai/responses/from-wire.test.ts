import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerSentEvents } from '../../../../src/llm/http/server-sent-events.ts';
import { LlmError } from '../../../../src/llm/llm-error.ts';
import { failureFromAnswer } from '../../../../src/llm/openai/failures.ts';
import { ResponsesAnswer } from '../../../../src/llm/openai/responses/from-wire.ts';
import type { StreamEvent } from '../../../../src/llm/stream-event.ts';
import { answerOf, call, message, reasoning, refusal } from './recorded-responses.ts';

const model = 'gpt-6-sol';
const newAnswer = (): ResponsesAnswer =>
  new ResponsesAnswer({
    vendor: 'OpenAI',
    model,
    requestId: 'req_1',
    failure: body => failureFromAnswer({ body, headers: {} }, { vendor: 'OpenAI', model, secrets: [], now: 0 }),
  });

/** Reads a stream cut into pieces of these sizes, in turn. */
function streamed(text: string, sizes: readonly number[] = [Infinity]): StreamEvent[] {
  const out: StreamEvent[] = [];
  const answer = newAnswer();
  const events = new ServerSentEvents(data => answer.pushChunk(data, out));
  const bytes = Buffer.from(text);
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const end = Math.min(bytes.length, at + sizes[turn % sizes.length]!);
    events.push(bytes.subarray(at, end));
    at = end;
  }
  events.end();
  answer.end(out);
  return out;
}

function whole(body: string): StreamEvent[] {
  const out: StreamEvent[] = [];
  const answer = newAnswer();
  answer.pushWhole(body, out);
  answer.end(out);
  return out;
}

/** Neighbouring deltas as one: how text is cut into events says nothing. */
function joined(events: readonly StreamEvent[]): StreamEvent[] {
  const result: StreamEvent[] = [];
  for (const event of events) {
    const last = result.at(-1);
    if ((event.type === 'text-delta' || event.type === 'thinking-delta') && last?.type === event.type)
      result[result.length - 1] = { type: event.type, text: last.text + event.text };
    else result.push(event);
  }
  return result;
}

function failureOf(run: () => unknown): LlmError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof LlmError);
    return error;
  }
  throw new assert.AssertionError({ message: 'nothing was thrown' });
}

const usage = {
  inputTokens: 120,
  outputTokens: 75,
  totalTokens: 195,
  cachedInputTokens: 40,
  cacheWriteTokens: 16,
  reasoningTokens: 50,
};

test('text, usage and the end, with reasoning counted once, inside the output', () => {
  const events = joined(streamed(answerOf([message('Grüße, 世界! 👋 Two words.')]).stream));
  assert.deepEqual(events[0], { type: 'text-delta', text: 'Grüße, 世界! 👋 Two words.' });
  const counted = events.find(event => event.type === 'usage');
  assert.ok(counted);
  const { raw, ...numbers } = counted.usage;
  assert.deepEqual(numbers, usage);
  assert.ok(raw);
  assert.deepEqual(events.at(-1), {
    type: 'finish',
    reason: 'end_turn',
    metadata: { model: 'gpt-6-sol-2026-07-01', requestId: 'req_1', responseId: 'resp_1', serviceTier: 'default' },
  });
});

const scenarios = {
  text: answerOf([message('Hello there.')]),
  'two calls': answerOf([call('get_weather', '{"city":"Oslo"}', 'call_a'), call('get_time', '{}', 'call_b')]),
  'reasoning before each of two calls': answerOf([
    reasoning('rs_1', 'First I look.'),
    call('read_file', '{"path":"a.ts"}', 'call_a'),
    reasoning('rs_2', 'Then the other.'),
    call('read_file', '{"path":"b.ts"}', 'call_b'),
  ]),
  'reasoning, text and a call': answerOf([
    reasoning('rs_1', 'Hm.'),
    message('Let me look.'),
    call('read_file', '{"path":"a.ts"}', 'call_a'),
  ]),
  refusal: answerOf([refusal('I cannot help with that.')]),
  'cut off by the token limit': answerOf([message('Half an')], { status: 'incomplete', reason: 'max_output_tokens' }),
  'ended by the filter': answerOf([message('Half')], { status: 'incomplete', reason: 'content_filter' }),
};

for (const [name, { stream, whole: body }] of Object.entries(scenarios))
  test(`${name}: streamed, whole and split anywhere give the same`, () => {
    const expected = joined(streamed(stream));
    assert.deepEqual(joined(whole(body)), expected);
    for (const sizes of [[1], [2, 3, 5, 7], [64], [1460], [3, 1, 200]])
      assert.deepEqual(joined(streamed(stream, sizes)), expected);
    assert.deepEqual(joined(streamed(stream.replaceAll('\n', '\r\n'), [7])), expected);
  });

const finishOf = (name: keyof typeof scenarios): string | undefined => {
  const last = streamed(scenarios[name].stream).at(-1);
  return last?.type === 'finish' ? last.reason : undefined;
};

test('each way to end has the same name as on Chat Completions', () => {
  assert.equal(finishOf('text'), 'end_turn');
  assert.equal(finishOf('two calls'), 'tool_use');
  assert.equal(finishOf('refusal'), 'refusal');
  assert.equal(finishOf('cut off by the token limit'), 'max_tokens');
  assert.equal(finishOf('ended by the filter'), 'content_filter');
});

test('calls come in the order of the answer, paired by call_id', () => {
  const calls = streamed(scenarios['two calls'].stream).flatMap(event =>
    event.type === 'tool-call' ? event.call : [],
  );
  assert.deepEqual(calls, [
    { id: 'call_a', name: 'get_weather', arguments: '{"city":"Oslo"}' },
    { id: 'call_b', name: 'get_time', arguments: '{}' },
  ]);
});

test('encrypted reasoning is kept in its place between the calls, and its summary is thinking', () => {
  const events = streamed(scenarios['reasoning before each of two calls'].stream);
  const carried = events.find(event => event.type === 'continuation');
  assert.deepEqual(carried?.continuation.items, [
    { reasoning: echoed('rs_1', 'First I look.') },
    { call: 0 },
    { reasoning: echoed('rs_2', 'Then the other.') },
    { call: 1 },
  ]);
  assert.equal(joined(events).find(event => event.type === 'thinking-delta')?.text, 'First I look.\n\nThen the other.');
});
const echoed = (id: string, text: string) => ({
  type: 'reasoning',
  id,
  summary: [{ type: 'summary_text', text }],
  encrypted_content: `sealed-${id}`,
});

test('an answer without reasoning carries nothing on', () => {
  assert.ok(!streamed(scenarios['two calls'].stream).some(({ type }) => type === 'continuation'));
});

test('a failed response is the failure its code names', () => {
  const error = { code: 'server_error', message: 'The server had an error.' };
  const { stream, whole: body } = answerOf([], { status: 'failed', error });
  for (const run of [() => streamed(stream), () => whole(body)]) {
    const failure = failureOf(run);
    assert.equal(failure.code, 'ERR_SERVICE_UNAVAILABLE');
    assert.equal(failure.retryable, true);
  }
  const limited = answerOf([], { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'Slow down.' } });
  assert.equal(failureOf(() => streamed(limited.stream)).code, 'ERR_RATE_LIMIT');
});

test('an error event inside the stream ends it with the mapped failure', () => {
  const event = { type: 'error', code: 'insufficient_quota', message: 'No credit.', param: null, sequence_number: 3 };
  const failure = failureOf(() => streamed(`event: error\ndata: ${JSON.stringify(event)}\n\n`));
  assert.equal(failure.code, 'ERR_INSUFFICIENT_QUOTA');
});

test('events nobody knows yet are skipped', () => {
  const extra = 'event: response.hologram.delta\ndata: {"type":"response.hologram.delta","delta":"?"}\n\n';
  const { stream } = scenarios.text;
  const middle = stream.indexOf('event: response.output_text');
  assert.deepEqual(streamed(stream.slice(0, middle) + extra + stream.slice(middle)), streamed(stream));
});

test('a stream cut before its last event is an error that keeps what came', () => {
  const { stream } = scenarios.text;
  const cut = stream.slice(0, stream.indexOf('event: response.completed'));
  const out: StreamEvent[] = [];
  const answer = newAnswer();
  const events = new ServerSentEvents(data => answer.pushChunk(data, out));
  events.push(Buffer.from(cut));
  events.end();
  assert.equal(failureOf(() => answer.end(out)).code, 'ERR_BAD_RESPONSE');
  assert.deepEqual(joined(out), [{ type: 'text-delta', text: 'Hello there.' }]);
});

for (const [name, body] of Object.entries({
  'no JSON': 'data: {"type":\n\n',
  'a list': 'data: []\n\n',
  'no status': 'data: {"type":"response.completed","response":{}}\n\n',
  'nothing in it': 'data: {"type":"response.completed","response":{"status":"completed","output":[]}}\n\n',
}))
  test(`${name} is a typed error`, () => {
    assert.equal(failureOf(() => streamed(body)).code, 'ERR_BAD_RESPONSE');
  });

test('wrong types inside items never crash it', () => {
  const items = [
    null,
    7,
    { type: 'message', content: 'x' },
    { type: 'function_call', call_id: 5, name: 'f', arguments: {} },
    { type: 'reasoning' },
  ];
  const body = JSON.stringify({ status: 'completed', output: items });
  const calls = whole(body).flatMap(event => (event.type === 'tool-call' ? event.call : []));
  assert.deepEqual(calls, [{ id: 'call_answer_0', name: 'f', arguments: '' }]);
});
