import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { randomPieces, singleBytes } from '../../../support/replay-dispatcher.ts';
import { contentTypeOf, eventsOf, fixture, outcomeOf, recordedAnswers } from './recorded-answers.ts';

// PENNYLOOM_TEST_SEED=… repeats a run; without it every run tries other splits.
const seed = Number(process.env['PENNYLOOM_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const cases = recordedAnswers.map(answer => ({ ...answer, bytes: fixture(answer.file) }));

test('every recorded answer is in the table', () => {
  const files = readdirSync(new URL('../../../fixtures/openai-chat/', import.meta.url));
  const listed = new Set([...recordedAnswers.map(({ file }) => file), 'gateway-502.html']);
  assert.deepEqual(
    files.filter(file => !listed.has(file)),
    [],
  );
  assert.ok(files.length > 40);
});

for (const { file, bytes, ...expected } of cases) {
  test(`${file} gives what it says`, async () => {
    const headers = { 'content-type': contentTypeOf(file), 'x-request-id': 'req_1' };
    const { error, ...outcome } = outcomeOf(await eventsOf({ headers, chunks: [bytes] }));
    const { error: expectedError, ...rest } = expected;
    assert.deepEqual(outcome, rest);
    assert.deepEqual(error?.slice(0, 2), expectedError?.slice(0, 2));
    if (expectedError) assert.ok(error![2].includes(expectedError[2]), error![2]);
  });
}

test(`the same bytes give the same events however they are split (seed ${seed})`, async t => {
  for (const [at, { file, bytes }] of cases.entries()) {
    await t.test(file, async () => {
      const headers = { 'content-type': contentTypeOf(file) };
      const whole = await eventsOf({ headers, chunks: [bytes] });
      assert.deepEqual(await eventsOf({ headers, chunks: singleBytes(bytes), burst: true }), whole, 'byte by byte');
      for (let round = 0; round < 5; round++) {
        const chunks = randomPieces(bytes, seed + at * 100 + round);
        const burst = round % 2 === 0;
        assert.deepEqual(await eventsOf({ headers, chunks, burst }), whole, `seed ${seed + at * 100 + round}`);
      }
    });
  }
});

const disguises: readonly (readonly [string, (text: string) => string])[] = [
  ['CRLF line ends', text => text.replaceAll('\n', '\r\n')],
  ['CR line ends', text => text.replaceAll('\n', '\r')],
  ['all three line ends mixed', text => mixedEnds(text)],
  ['a byte-order mark', text => `\uFEFF${text}`],
  ['no final newline', text => text.replace(/\n+$/, '')],
  ['one final newline', text => text.replace(/\n+$/, '\n')],
  ['comments between', text => text.replaceAll('\n\n', '\n\n: still here\n\n')],
  ['an event type and an id', text => text.replaceAll('data: ', 'event: chunk\nid: 7\ndata: ')],
  ['no space after the colon', text => text.replaceAll('data: ', 'data:')],
  ['blank lines before', text => `\n\n\n${text}`],
  ['a 200 KB comment line', text => `: ${'k'.repeat(200 * 1024)}\n${text}`],
];

/** A CR before an LF would be one line end, so the pairs are chosen. */
function mixedEnds(text: string): string {
  const pairs = ['\n\n', '\r\n\n', '\r\r\n', '\n\r', '\r\r', '\r\n\r\n', '\n\r\n'];
  let turn = 0;
  return text.replaceAll('\n\n', () => pairs[turn++ % pairs.length]!);
}

test(`the way a stream is written down does not matter (seed ${seed})`, async t => {
  for (const file of ['text.sse', 'unicode.sse', 'tool-calls-interleaved.sse', 'error-mid-stream.sse']) {
    const original = fixture(file).toString();
    const plain = await eventsOf({ chunks: [Buffer.from(original)] });
    for (const [name, disguise] of disguises) {
      await t.test(`${file}: ${name}`, async () => {
        const bytes = Buffer.from(disguise(original));
        assert.notDeepEqual(bytes.toString(), original);
        assert.deepEqual(await eventsOf({ chunks: [bytes] }), plain, 'whole');
        assert.deepEqual(await eventsOf({ chunks: randomPieces(bytes, seed) }), plain, `seed ${seed}`);
        if (bytes.length < 50_000)
          assert.deepEqual(await eventsOf({ chunks: singleBytes(bytes), burst: true }), plain, 'byte by byte');
      });
    }
  }
});

test('a stream that says it is text/plain or nothing at all is still read as a stream', async () => {
  const bytes = fixture('text.sse');
  const plain = await eventsOf({ chunks: [bytes] });
  for (const headers of [
    { 'content-type': 'text/plain; charset=utf-8' },
    {},
    { 'content-type': 'application/octet-stream' },
  ])
    for (const text of [
      bytes,
      Buffer.concat([Buffer.from('\uFEFF'), bytes]),
      Buffer.concat([Buffer.from(': hi\n\n'), bytes]),
    ])
      assert.deepEqual(await eventsOf({ headers, chunks: [text] }), plain);
});

test('a whole answer with a byte-order mark is read', async () => {
  const bytes = fixture('text.json');
  const headers = { 'content-type': 'application/json' };
  const marked = Buffer.concat([Buffer.from('\uFEFF'), bytes]);
  assert.deepEqual(await eventsOf({ headers, chunks: [marked] }), await eventsOf({ headers, chunks: [bytes] }));
});

test('one chunk may hold a 200 KB line', async () => {
  const text = 'long word '.repeat(20_000);
  const line = JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { content: text }, finish_reason: null }] });
  const bytes = Buffer.from(`data: ${line}\n\ndata: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n`);
  for (const chunks of [[bytes], randomPieces(bytes, seed)])
    assert.deepEqual(outcomeOf(await eventsOf({ chunks, burst: true })), { text, reason: 'end_turn' });
});

test('10 MB of garbage without a line end is dropped without harm, in linear time', async () => {
  const garbage = Buffer.alloc(10 * 1024 * 1024, 'x');
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < garbage.length; at += 4096) chunks.push(garbage.subarray(at, at + 4096));
  chunks.push(Buffer.from('\n\n'), fixture('text.sse'));
  const started = performance.now();
  const outcome = outcomeOf(await eventsOf({ chunks, burst: true }));
  assert.equal(outcome.text, 'Hello! How can I assist you today?');
  assert.ok(performance.now() - started < 5000);
});

test('a line that never ends is given up at 32 million characters, not at the end of memory', async () => {
  const piece = Buffer.alloc(1024 * 1024, 'x');
  const chunks = [Buffer.from('data: '), ...Array.from({ length: 33 }, () => piece)];
  const [error] = (await eventsOf({ chunks })) as { error: { code: string; retryable: boolean } }[];
  assert.equal(error?.error.code, 'ERR_BAD_RESPONSE');
});

test('a web page with status 200 says so and asks whether the endpoint is right', async () => {
  const headers = { 'content-type': 'text/html' };
  const [event] = (await eventsOf({ headers, chunks: [fixture('sign-in.html')] })) as { error: { message: string } }[];
  assert.equal(event!.error.message, 'api.openai.com answered with a web page instead of JSON. Is the endpoint right?');
});

test('an empty body with status 200 is an answer that is none', async () => {
  for (const headers of [{ 'content-type': 'application/json' }, { 'content-type': 'text/event-stream' }, {}]) {
    const events = await eventsOf({ headers, chunks: [] });
    const { error } = outcomeOf(events);
    assert.equal(error?.[0], 'ERR_BAD_RESPONSE');
    assert.equal(events.length, 1);
  }
});

test('tool calls come in index order, a hundred times of a hundred', async () => {
  for (let run = 0; run < 100; run++) {
    const order = [0, 1, 2, 3, 4].sort((a, b) => Math.sin(run * 7 + a * 13) - Math.sin(run * 7 + b * 13));
    const chunks = order.map(index =>
      Buffer.from(
        `data: ${JSON.stringify({ id: 'x', choices: [{ delta: { tool_calls: [{ index, id: `c${index}`, function: { name: `t${index}`, arguments: '{}' } }] } }] })}\n\n`,
      ),
    );
    chunks.push(Buffer.from('data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}\n\n'));
    const { calls } = outcomeOf(await eventsOf({ chunks, burst: true }));
    assert.deepEqual(
      calls?.map(([id]) => id),
      ['c0', 'c1', 'c2', 'c3', 'c4'],
    );
  }
});

test('ids made for calls without one fit what OpenAI takes back (40 characters)', async () => {
  for (const { file } of recordedAnswers.filter(({ calls }) => calls)) {
    const headers = { 'content-type': contentTypeOf(file) };
    const { calls } = outcomeOf(await eventsOf({ headers, chunks: [fixture(file)] }));
    for (const [id] of calls!) assert.match(id, /^[\w-]{1,40}$/);
  }
});

test('metadata names the model, the answer, the request and the tier', async () => {
  const events = await eventsOf({
    headers: { 'content-type': 'text/event-stream', 'x-request-id': 'req_42' },
    chunks: [fixture('text.sse')],
  });
  assert.deepEqual(events.at(-1), {
    type: 'finish',
    reason: 'end_turn',
    metadata: {
      model: 'gpt-4o-2024-08-06',
      requestId: 'req_42',
      responseId: 'chatcmpl-CfQ2sWk0xJ8mT4bYd1nZr7uLpEoVa',
      serviceTier: 'default',
    },
  });
});

test('usage keeps cached and reasoning counts and the raw object; none reported is no usage, never zeros', async () => {
  const events = (await eventsOf({ chunks: [fixture('reasoning.sse')] })) as {
    type: string;
    usage: Record<string, unknown>;
  }[];
  const { usage } = events.find(({ type }) => type === 'usage')!;
  assert.equal(usage['cachedInputTokens'], 8);
  assert.equal(usage['reasoningTokens'], 32);
  assert.equal((usage['raw'] as { total_tokens: number }).total_tokens, 54);
  const without = (await eventsOf({ chunks: [fixture('no-usage.sse')] })) as { type: string }[];
  assert.ok(!without.some(({ type }) => type === 'usage'));
});

test('a whole answer larger than 32 MB is cut there and is no JSON any more', async () => {
  const piece = Buffer.alloc(1024 * 1024, ' ');
  const headers = { 'content-type': 'application/json' };
  const chunks = [Buffer.from('{"choices":'), ...Array.from({ length: 40 }, () => piece)];
  assert.deepEqual(outcomeOf(await eventsOf({ headers, chunks })).error?.slice(0, 1), ['ERR_BAD_RESPONSE']);
});

test('a call without a name or arguments that are no object is kept as it came, for the tool layer to refuse', async () => {
  const sent = [
    { index: 0, id: 'a' },
    { index: 1, id: 'b', function: { name: 't', arguments: 7 } },
    null,
    'x',
    { index: 1, function: { arguments: '[1' } },
  ];
  const chunk = (delta: unknown, finish: string | null): Buffer =>
    Buffer.from(`data: ${JSON.stringify({ choices: [{ delta, finish_reason: finish }] })}\n\n`);
  const { calls } = outcomeOf(await eventsOf({ chunks: [chunk({ tool_calls: sent }, null), chunk({}, 'tool_calls')] }));
  assert.deepEqual(calls, [
    ['a', '', ''],
    ['b', 't', '[1'],
  ]);
});
