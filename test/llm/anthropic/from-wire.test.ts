import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costOf } from '../../../src/cost/cost-of.ts';
import { failureFromAnswer } from '../../../src/llm/anthropic/failures.ts';
import { MessagesAnswer } from '../../../src/llm/anthropic/from-wire.ts';
import { ServerSentEvents } from '../../../src/llm/http/server-sent-events.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';
import type { StopReason } from '../../../src/llm/request.ts';
import type { StreamEvent } from '../../../src/llm/stream-event.ts';
import { answerOf, type Block, call, redacted, text, thinking } from './recorded-messages.ts';

const model = 'claude-sonnet-5';
const newAnswer = (): MessagesAnswer =>
  new MessagesAnswer(
    {
      vendor: 'Anthropic',
      model,
      requestId: 'req_1',
      failure: body => failureFromAnswer({ body, headers: {} }, { vendor: 'Anthropic', model, secrets: [], now: 0 }),
    },
    'what came before',
  );

/** Reads a stream cut into pieces of these sizes, in turn. */
function streamed(stream: string, sizes: readonly number[] = [Infinity]): StreamEvent[] {
  const out: StreamEvent[] = [];
  const answer = newAnswer();
  const events = new ServerSentEvents(data => answer.pushChunk(data, out));
  const bytes = Buffer.from(stream);
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

/** What is kept of the counts as they came differs between the two: a stream counts in two places. */
const withoutRaw = (events: readonly StreamEvent[]): StreamEvent[] =>
  events.map(event => {
    if (event.type !== 'usage') return event;
    const { raw: _, ...usage } = event.usage;
    return { type: 'usage', usage };
  });

function failureOf(run: () => unknown): LlmError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof LlmError, String(error));
    return error;
  }
  assert.fail('nothing was thrown');
}

const everyKind: readonly Block[] = [
  thinking('Let me see: Grüße 👩‍👩‍👧‍👦.'),
  redacted('b3BhcXVl'),
  text('Ich schaue nach. 漢字 "quoted" \\ \n'),
  call('get_weather', { city: 'Zürich', days: [1, 2] }, 'toolu_A'),
  call('list_files', {}, 'toolu_B'),
];

test('every kind of block, whole, in one piece, byte by byte and cut at random, is the same answer', () => {
  const { stream, whole: body } = answerOf(everyKind, { reason: 'tool_use' });
  const expected = withoutRaw(joined(whole(body)));
  assert.deepEqual(withoutRaw(joined(streamed(stream))), expected);
  assert.deepEqual(withoutRaw(joined(streamed(stream, [1]))), expected);
  const seed = Math.floor(Math.random() * 2 ** 31);
  for (let round = 0, state = seed; round < 50; round++) {
    const sizes = Array.from({ length: 20 }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return 1 + (state % 97);
    });
    assert.deepEqual(withoutRaw(joined(streamed(stream, sizes))), expected, `seed ${seed}, round ${round}`);
  }
});

test('a call comes with its arguments as they were written, and thinking is kept with its signature for the next request', () => {
  const events = streamed(answerOf(everyKind, { reason: 'tool_use' }).stream);
  assert.deepEqual(
    events.flatMap(event => (event.type === 'tool-call' ? event.call : [])),
    [
      { id: 'toolu_A', name: 'get_weather', arguments: '{"city":"Zürich","days":[1,2]}' },
      { id: 'toolu_B', name: 'list_files', arguments: '{}' },
    ],
  );
  const said = events.flatMap(event => (event.type === 'text-delta' ? event.text : [])).join('');
  const carried = events.find(event => event.type === 'continuation');
  assert.deepEqual(carried?.continuation, {
    provider: 'anthropic',
    model,
    items: [
      { prefix: 'what came before' },
      { thinking: { type: 'thinking', thinking: 'Let me see: Grüße 👩‍👩‍👧‍👦.', signature: 'sealed:Let me see: Grüße 👩‍👩‍👧‍👦.' } },
      { thinking: { type: 'redacted_thinking', data: 'b3BhcXVl' } },
      { text: said.length },
      { call: 0 },
      { call: 1 },
    ],
  });
});

test('an answer without thinking, words before calls, needs nothing carried on', () => {
  const events = streamed(answerOf([text('Looking.'), call('f', {}, 'toolu_A')], { reason: 'tool_use' }).stream);
  assert.equal(
    events.find(({ type }) => type === 'continuation'),
    undefined,
  );
});

test('input counts what was read from and written to the cache; thinking is inside the output; the counts are kept as they came', () => {
  for (const events of [streamed(answerOf([text('Hi')]).stream), whole(answerOf([text('Hi')]).whole)]) {
    const usages = events.flatMap(event => (event.type === 'usage' ? event.usage : []));
    assert.equal(usages.length, 1);
    const { raw, ...numbers } = usages[0]!;
    assert.deepEqual(numbers, {
      inputTokens: 2042,
      outputTokens: 75,
      totalTokens: 2117,
      cachedInputTokens: 2000,
      cacheWriteTokens: 30,
      cacheWrite1hTokens: 0,
      reasoningTokens: 50,
    });
    const { cache_creation, service_tier } = raw as Record<string, unknown>;
    assert.deepEqual(cache_creation, { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 0 });
    assert.equal(service_tier, 'standard');
  }
});

test('counts at the end that are null leave those of the start standing', () => {
  const { stream } = answerOf([text('Hi')]);
  const gaps = stream.replace(/("message_delta".*)"input_tokens":12/s, '$1"input_tokens":null');
  assert.notEqual(gaps, stream);
  const usage = streamed(gaps).find(event => event.type === 'usage')?.usage;
  assert.deepEqual([usage?.inputTokens, usage?.outputTokens], [2042, 75]);
});

test('an answer without counts reports none, never 0', () => {
  const { whole: body } = answerOf([text('Hi')]);
  const events = whole(JSON.stringify({ ...(JSON.parse(body) as object), usage: { input_tokens: '12' } }));
  assert.equal(
    events.find(({ type }) => type === 'usage'),
    undefined,
  );
});

test('every way to stop is one of ours', () => {
  const endings: readonly (readonly [Parameters<typeof answerOf>[1] & object, StopReason])[] = [
    [{ reason: 'end_turn' }, 'end_turn'],
    [{ reason: 'stop_sequence' }, 'end_turn'],
    [{ reason: 'max_tokens' }, 'max_tokens'],
    [{ reason: 'model_context_window_exceeded' }, 'max_tokens'],
    [{ reason: 'pause_turn' }, 'max_tokens'],
    [{ reason: 'refusal' }, 'refusal'],
  ];
  for (const [ending, reason] of endings) {
    const { stream, whole: body } = answerOf([text('Hi')], ending);
    for (const events of [streamed(stream), whole(body)]) {
      const last = events.at(-1);
      assert.ok(last?.type === 'finish');
      assert.equal(last.reason, reason, JSON.stringify(ending));
      assert.deepEqual(last.metadata, {
        model: 'claude-sonnet-5',
        requestId: 'req_1',
        responseId: 'msg_013Zva2CMHLNnXjNJJKqJ2EF',
        serviceTier: 'standard',
      });
    }
  }
});

test('what is billed otherwise than by the list is named, so that it has no price rather than a wrong one', () => {
  const tierOf = (usage: Parameters<typeof answerOf>[1] & object): string | undefined => {
    const last = streamed(answerOf([text('Hi')], usage).stream).at(-1);
    return last?.type === 'finish' ? last.metadata.serviceTier : undefined;
  };
  const usage = { inputTokens: 10, outputTokens: 10, totalTokens: 20, cacheWriteTokens: 0 };
  const moneyOf = (tier: string | undefined) =>
    costOf({
      provider: 'anthropic',
      model,
      usage,
      at: Date.UTC(2026, 10, 28),
      ...(tier && { tier }),
    }).money?.toString();
  assert.deepEqual(moneyOf(tierOf({})), '0.000120');
  for (const odd of [{ inference_geo: 'us' }, { speed: 'fast' }, { service_tier: 'priority' }] as const) {
    const tier = tierOf({ usage: odd });
    assert.notEqual(tier, 'standard');
    assert.equal(moneyOf(tier), undefined, tier);
  }
});

test('a refusal without a word of the model says what the vendor says of it, and carries no thinking on', () => {
  const refused = { reason: 'refusal', explanation: 'This was about something dangerous.' } as const;
  const silent = streamed(answerOf([thinking('Hm.')], refused).stream);
  assert.equal(silent.find(event => event.type === 'text-delta')?.text, 'This was about something dangerous.');
  assert.equal(
    silent.find(({ type }) => type === 'continuation'),
    undefined,
  );
  const spoken = streamed(answerOf([text('No.')], refused).stream);
  assert.deepEqual(joined(spoken)[0], { type: 'text-delta', text: 'No.' });
});

test('an answer may be empty', () => {
  const events = streamed(answerOf([]).stream);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['usage', 'finish'],
  );
});

test('what is new is skipped: events, blocks, deltas, and words on where they come from', () => {
  const { stream } = answerOf([text('Hi')]);
  const unknown = [
    'event: vibe\ndata: {"type":"vibe","index":0}\n\n',
    'data: {"type":"content_block_start","index":7,"content_block":{"type":"hologram","data":"x"}}\n\n',
    'data: {"type":"content_block_delta","index":7,"delta":{"type":"hologram_delta"}}\n\n',
    'data: {"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":{"type":"char_location"}}}\n\n',
    'data: {"type":"content_block_stop","index":7}\n\n',
  ].join('');
  const longer = stream.replace('event: content_block_stop', `${unknown}event: content_block_stop`);
  assert.deepEqual(withoutRaw(joined(streamed(longer))), withoutRaw(joined(streamed(stream))));
});

test('a stream that ends before it says how is cut off, wherever it was cut', () => {
  const { stream } = answerOf([text('Hello there'), call('f', { a: 1 }, 'toolu_A')], { reason: 'tool_use' });
  const events = stream
    .split('\n\n')
    .filter(Boolean)
    .map(event => `${event}\n\n`);
  const said = events.findIndex(event => event.includes('"message_delta"'));
  for (let count = 0; count <= said; count++) {
    const { code, retryable } = failureOf(() => streamed(events.slice(0, count).join('')));
    assert.deepEqual([code, retryable], ['ERR_BAD_RESPONSE', true], `after ${count} events`);
  }
  assert.equal(streamed(events.slice(0, said + 1).join('')).at(-1)?.type, 'finish');
});

test('an error inside a stream is the error it would be outside', () => {
  const begin = answerOf([text('Hel')]).stream.split('event: content_block_stop')[0]!;
  const cases = [
    ['overloaded_error', 'ERR_SERVICE_UNAVAILABLE', true],
    ['api_error', 'ERR_SERVICE_UNAVAILABLE', true],
    ['timeout_error', 'ERR_SERVICE_UNAVAILABLE', true],
    ['rate_limit_error', 'ERR_RATE_LIMIT', true],
    ['invalid_request_error', 'ERR_INVALID_REQUEST', false],
    ['authentication_error', 'ERR_INVALID_API_KEY', false],
    ['permission_error', 'ERR_PERMISSION_DENIED', false],
    ['billing_error', 'ERR_INSUFFICIENT_QUOTA', false],
    ['something_new', 'ERR_SERVICE_UNAVAILABLE', true],
  ] as const;
  for (const [type, code, retry] of cases) {
    const error = `event: error\ndata: {"type":"error","error":{"type":"${type}","message":"It broke"},"request_id":"req_9"}\n\n`;
    const failure = failureOf(() => streamed(begin + error));
    assert.deepEqual([failure.code, failure.retryable, failure.facts.message], [code, retry, 'It broke'], type);
    assert.equal(failure.facts.vendorCode, type);
  }
});

test('what is no answer is a typed error and no crash', () => {
  const bodies = ['[]', 'null', '"text"', '{}', '{"content":{}}', '{"content":"Hi"}', '{"content":[null]}', '{"content":["Hi"]}',
    '{"content":[{"type":"text","text":5}]}', '{"content":[]}', 'nonsense']; // prettier-ignore
  for (const body of bodies) assert.equal(failureOf(() => whole(body)).code, 'ERR_BAD_RESPONSE', body);
  const odd = ['{"type":"content_block_start","index":-1,"content_block":{"type":"text","text":"a"}}', '{"type":"content_block_delta","index":99,"delta":{"type":"text_delta","text":"a"}}',
    '{"type":"content_block_delta","index":0,"delta":7}', '{"type":"message_start","message":3}', '{"type":"message_delta","delta":null,"usage":[]}']; // prettier-ignore
  for (const event of odd)
    assert.equal(failureOf(() => streamed(`data: ${event}\n\n`)).code, 'ERR_BAD_RESPONSE', event);
});
