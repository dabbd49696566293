// Shapes as recorded from api.mistral.ai (vercel/ai, packages/mistral/src/__fixtures__, 2026-01 to 2026-10), words our own; the ends
// "model_length" and "error" from the API's OpenAPI document.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { collectResponse } from '../../../src/llm/collect-response.ts';
import { createProvider } from '../../../src/llm/create-provider.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';
import type { StreamEvent } from '../../../src/llm/stream-event.ts';
import { randomPieces, type Replay, ReplayDispatcher, singleBytes } from '../../support/replay-dispatcher.ts';

const seed = Number(process.env['PENNYLOOM_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const folder = new URL('../../fixtures/mistral/', import.meta.url);
const weather = { id: 'gSIMJiOkT', name: 'get_weather', arguments: '{"city":"Bern"}' };
const text = 'Grüße, 👩‍👩‍👧‍👦 done.';
const thought = { content: 'It is 391.', thinking: '17 · 20 + 17 · 3' };

const expected: { readonly [file: string]: object } = {
  'text.sse': { content: text },
  'text.json': { content: text },
  'thinking.sse': { ...thought, items: [{ thinking: '17 · 20 + 17 · 3' }, { text: 10 }] },
  'thinking.json': { ...thought, items: [{ thinking: '17 · 20 + 17 · 3' }, { text: 10 }] },
  'interleaved.sse': {
    content: 'One. Two.',
    thinking: 'First.Then.',
    items: [{ thinking: 'First.', signature: 'c2VhbA==' }, { text: 5 }, { thinking: 'Then.' }, { text: 4 }],
  },
  'tool-call.sse': { toolCalls: [{ ...weather, arguments: '{"city": "Zürich"}' }], stopReason: 'tool_use' },
  'tool-calls.sse': {
    toolCalls: [weather, { id: 'aB3dE5gH7', name: 'get_time', arguments: '{"zone":"CET"}' }],
    stopReason: 'tool_use',
  },
  'tool-call-in-pieces.sse': {
    toolCalls: [{ ...weather, id: 'chatcmpl-tool-9f149c74c42f265b' }],
    stopReason: 'tool_use',
  },
  'model-length.sse': { content: 'It is', stopReason: 'max_tokens' },
};

async function eventsOf(file: string, replay: Pick<Replay, 'chunks' | 'burst'>): Promise<StreamEvent[]> {
  const headers = { 'content-type': file.endsWith('.sse') ? 'text/event-stream' : 'application/json' };
  const provider = createProvider({
    provider: 'mistral',
    model: 'mistral-medium-2604',
    apiKey: 'Qn7h6rEWlmjs5iL67Y4rtladP3P76C2t',
    retry: false,
    dispatcher: new ReplayDispatcher({ headers, ...replay }),
  });
  const events: StreamEvent[] = [];
  for await (const event of provider.stream({ messages: [{ role: 'user', content: 'Hi' }] })) events.push(event);
  return events;
}

test('every recorded answer is in the table', () => {
  assert.deepEqual(readdirSync(folder).toSorted(), [...Object.keys(expected), 'error-finish.sse'].toSorted());
});

for (const [file, wanted] of Object.entries(expected))
  test(`${file} gives what it says, however it is split (seed ${seed})`, async () => {
    const bytes = readFileSync(new URL(file, folder));
    const whole = await eventsOf(file, { chunks: [bytes] });
    const { metadata, usage, continuation, ...rest } = await collectResponse(
      (async function* () {
        yield* whole;
      })(),
    );
    const standard = { content: '', toolCalls: [], stopReason: 'end_turn' };
    assert.deepEqual({ ...rest, ...(continuation && { items: continuation.items }) }, { ...standard, ...wanted });
    assert.deepEqual([usage?.inputTokens, usage?.outputTokens, usage?.cachedInputTokens], [19, 9, 16]);
    assert.equal(metadata.serviceTier, 'standard');
    assert.deepEqual(await eventsOf(file, { chunks: singleBytes(bytes), burst: true }), whole, 'byte by byte');
    for (let round = 0; round < 5; round++)
      assert.deepEqual(
        await eventsOf(file, { chunks: randomPieces(bytes, seed + round), burst: round % 2 === 0 }),
        whole,
      );
  });

test('an answer that ends in "error" is counted and fails', async () => {
  const seen: StreamEvent[] = [];
  const chunks = [readFileSync(new URL('error-finish.sse', folder))];
  const provider = createProvider({
    provider: 'mistral',
    apiKey: 'Qn7h6rEWlmjs5iL67Y4rtladP3P76C2t',
    retry: false,
    dispatcher: new ReplayDispatcher({ chunks }),
  });
  await assert.rejects(
    async () => {
      for await (const event of provider.stream({ messages: [{ role: 'user', content: 'Hi' }] })) seen.push(event);
    },
    (error: unknown) => error instanceof LlmError && error.code === 'ERR_BAD_RESPONSE',
  );
  assert.deepEqual(
    seen.map(({ type }) => type),
    ['text-delta', 'usage'],
  );
});
