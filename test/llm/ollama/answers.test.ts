// Lines as Ollama writes them (docs/api.md, docs/capabilities/*.mdx and public issues, read 2026-11-28), one file for each kind of event.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { createProvider } from '../../../src/llm/create-provider.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';
import { randomPieces, type Replay, ReplayDispatcher, singleBytes } from '../../support/replay-dispatcher.ts';
import { collect, type Outcome, outcomeOf } from '../openai/chat/recorded-answers.ts';

const folder = new URL('../../fixtures/ollama-chat/', import.meta.url);
const fixture = (file: string): Buffer => readFileSync(new URL(file, folder));

const seed = Number(process.env['PENNYLOOM_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const greeting = 'Hello! How can I help?';
const ended = { reason: 'end_turn', usage: [26, 9, 35] } as const;
const calls = [
  ['call_p7o2gz50', 'get_weather', '{"city":"Zürich"}'],
  ['call_0scw2dos', 'get_time', '{"zone":"CET"}'],
] as const;
const called = { thinking: 'Two places.', calls, reason: 'tool_use', usage: [182, 44, 226] } as const;
const bad = (message: string) => ['ERR_BAD_RESPONSE', true, message] as const;

const recorded: { readonly [file: string]: Outcome } = {
  'text.ndjson': { text: greeting, ...ended },
  'text.json': { text: greeting, ...ended },
  'unicode.ndjson': { text: 'Grüße 👩‍👩‍👧‍👦 漢字\u2028"quoted" back\\slash\n\ttab\u0007 😀é', ...ended },
  'thinking.ndjson': { thinking: 'First add 2 and 2.', text: '4', reason: 'end_turn', usage: [26, 40, 66] },
  'tool-calls.ndjson': called,
  'tool-calls.json': called,
  // Servers before 0.12.10 give no ids: they are made of the moment of the answer, and differ from each other.
  'tool-calls-without-ids.ndjson': {
    calls: [
      ['call_20261128091500000731_0', 'get_weather', '{"city":"Bern"}'],
      ['call_20261128091500000731_1', 'get_weather', '{}'],
    ],
    reason: 'tool_use',
    usage: [182, 44, 226],
  },
  'length.ndjson': { text: 'Hello! How', reason: 'max_tokens', usage: [26, 3, 29] },
  // Not counted is unknown, not 0.
  'cached-prompt-not-counted.ndjson': { text: greeting, reason: 'end_turn' },
  'cached-prompt.ndjson': { text: greeting, reason: 'end_turn', usage: [1226, 9, 1235] },
  'error-mid-stream.ndjson': {
    text: 'Hello!',
    error: ['ERR_SERVICE_UNAVAILABLE', true, 'an error was encountered while running the model'],
  },
  'cut-after-text.ndjson': { text: 'Hello!', error: bad('cut off') },
  'not-json.ndjson': { text: 'Hello!', error: bad('not JSON') },
  'json-array.ndjson': { error: bad('not a JSON object') },
  'wrong-types.ndjson': { error: bad('not text') },
  'tool-call-without-name.ndjson': { error: bad('names no tool') },
  'load.json': { error: bad('loaded and said nothing') },
  'unload.json': { error: bad('unloaded and said nothing') },
};

const typeOf = (file: string): string =>
  file.endsWith('.json') ? 'application/json; charset=utf-8' : 'application/x-ndjson';

async function eventsOf(file: string, replay: Omit<Replay, 'headers'>): Promise<unknown[]> {
  const dispatcher = new ReplayDispatcher({ ...replay, headers: { 'content-type': typeOf(file) } });
  const provider = createProvider({ provider: 'ollama', model: 'qwen3:8b', retry: false, dispatcher });
  const seen = await collect(provider.stream({ messages: [{ role: 'user', content: 'Hello' }] }));
  return seen.map(event => {
    if (!('error' in event) || !(event.error instanceof LlmError)) return event;
    const { cause: _, ...facts } = event.error.facts;
    return { error: facts };
  });
}

test('every file is in the table', () => {
  assert.deepEqual(readdirSync(folder).toSorted(), Object.keys(recorded).toSorted());
});

describe('an answer', () => {
  for (const [file, { error: expectedError, ...expected }] of Object.entries(recorded))
    test(`${file} gives what it says`, async () => {
      const { error, ...outcome } = outcomeOf(await eventsOf(file, { chunks: [fixture(file)] }));
      assert.deepEqual(outcome, expected);
      assert.deepEqual(error?.slice(0, 2), expectedError?.slice(0, 2));
      if (expectedError) assert.ok(error![2].includes(expectedError[2]), error![2]);
    });

  for (const [at, file] of Object.keys(recorded).entries())
    test(`${file} is the same however it is split (seed ${seed})`, async () => {
      const bytes = fixture(file);
      const whole = await eventsOf(file, { chunks: [bytes] });
      assert.deepEqual(await eventsOf(file, { chunks: singleBytes(bytes), burst: true }), whole, 'byte by byte');
      for (let round = 0; round < 4; round++) {
        const chunks = randomPieces(bytes, seed + at * 100 + round);
        assert.deepEqual(await eventsOf(file, { chunks, burst: round % 2 === 0 }), whole, `round ${round}`);
      }
    });

  test('says how much of the prompt was cached, where the server tells', async () => {
    const events = await eventsOf('cached-prompt.ndjson', { chunks: [fixture('cached-prompt.ndjson')] });
    const usage = (events as { type: string; usage?: { cachedInputTokens?: number } }[]).find(
      ({ type }) => type === 'usage',
    )?.usage;
    assert.equal(usage?.cachedInputTokens, 1200);
    const plain = await eventsOf('text.ndjson', { chunks: [fixture('text.ndjson')] });
    assert.ok(!JSON.stringify(plain).includes('cachedInputTokens'));
  });
});
