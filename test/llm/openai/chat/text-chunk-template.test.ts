import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ServerSentEvents } from '../../../../src/llm/http/server-sent-events.ts';
import { LlmError } from '../../../../src/llm/llm-error.ts';
import { ChatAnswer } from '../../../../src/llm/openai/chat/from-wire.ts';
import { TextChunkTemplate } from '../../../../src/llm/openai/chat/text-chunk-template.ts';
import type { StreamEvent } from '../../../../src/llm/stream-event.ts';

/** Words as models write them and as nobody would: quotes, escapes, line ends, emoji in halves, other keys' names. */
const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('"', '\\', 'u', 'n', '\n', '\r', '\u2028', '}', 'é', '😀', ' ', '\u0000'),
    maxLength: 20,
  }),
  fc.constantFrom(
    '',
    '"content":"x"',
    '"delta":{"content":"',
    '","refusal":"no',
    '\ud83d',
    '\ude00',
    '[DONE]',
    '\n\n',
    '\\"',
  ),
);

/** JSON in one of the ways hosts write it: plain, everything outside ASCII escaped, or escaped here and there. */
const spelling = fc.constantFrom('plain', 'ascii', 'mixed');

function spell(value: unknown, how: string): string {
  let turn = 0;
  const escaped = (char: string): string =>
    Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
  const json = JSON.stringify(value);
  if (how === 'plain') return json;
  return json.replace(/[^\x20-\x7e]/gu, char => (how === 'ascii' || turn++ % 2 === 0 ? escaped(char) : char));
}

const shape = fc.record({
  id: fc.string({ unit: 'grapheme', maxLength: 30 }),
  model: fc.string({ unit: 'grapheme', maxLength: 20 }),
  obfuscated: fc.boolean(),
  contentFirst: fc.boolean(),
  usage: fc.boolean(),
  spaced: fc.boolean(),
});
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

function chunk(of: Shape, content: string, noise: string, how: string): string {
  const delta = of.contentFirst ? { content, role: 'assistant' } : { role: 'assistant', content };
  const json = spell(
    {
      id: of.id,
      model: of.model,
      choices: [{ index: 0, delta, finish_reason: null }],
      ...(of.usage && { usage: null }),
      ...(of.obfuscated && { obfuscation: noise }),
    },
    how,
  );
  return of.spaced ? json.replaceAll('","', '", "') : json;
}

const asBytes = (text: string): string => Buffer.from(text).toString('latin1');

/** What the template makes of an event: the text, and how many bytes it took; undefined where it did not recognise it. */
function taken(learned: string, event: string): { text: string; length: number } | undefined {
  const texts: string[] = [];
  const template = new TextChunkTemplate(text => texts.push(text));
  template.learn(learned, contentOf(learned));
  const length = template.take(event, 0);
  assert.ok(texts.length <= (length === -1 ? 0 : 1));
  return length === -1 ? undefined : { text: texts[0] ?? '', length };
}

function contentOf(chunkText: string): string {
  return (JSON.parse(chunkText) as { choices: [{ delta: { content: string } }] }).choices[0].delta.content;
}

/** All that a chunk says but for its word and its noise. */
function restOf(chunkText: string): unknown {
  const parsed = JSON.parse(chunkText) as { choices: { delta: { content: unknown } }[]; obfuscation?: unknown };
  parsed.choices[0]!.delta.content = '';
  if (parsed.obfuscation !== undefined) parsed.obfuscation = '';
  return parsed;
}

test('the next chunk of the same kind is recognised and means what JSON.parse says', () => {
  let recognised = 0;
  fc.assert(
    fc.property(shape, word, word, spelling, fc.string({ maxLength: 12 }), (of, first, next, how, noise) => {
      const learned = chunk(of, first, 'abc', how);
      const event = chunk(of, next, noise, how);
      const result = taken(learned, asBytes(`data: ${event}\n\ndata: [DONE]\n\n`));
      if (!result) return;
      recognised++;
      assert.equal(result.text, contentOf(event));
      assert.equal(result.length, Buffer.byteLength(`data: ${event}\n\n`));
      assert.deepEqual(restOf(event), restOf(learned));
    }),
    { numRuns: 3000 },
  );
  assert.ok(recognised > 2000, `only ${recognised} of 3000 were recognised`);
});

test('a chunk that has come often is compared in another way, with the same outcome', () => {
  fc.assert(
    fc.property(shape, word, spelling, fc.nat(), fc.constantFrom('"', '\\', '}', 'a'), (of, next, how, where, char) => {
      const learned = chunk(of, 'word', 'abc', how);
      const event = asBytes(`data: ${chunk(of, next, 'xyz', how)}\n\n`);
      const at = where % event.length;
      const changed = event.slice(0, at) + char + event.slice(at + 1);
      const texts: string[] = [];
      const template = new TextChunkTemplate(text => texts.push(text));
      template.learn(learned, 'word');
      const same = asBytes(`data: ${learned}\n\n`);
      for (let n = 0; n < 500; n++) assert.equal(template.take(same, 0), same.length);
      for (const bytes of [event, changed]) {
        texts.length = 0;
        const length = template.take(bytes, 0);
        assert.deepEqual(length === -1 ? undefined : { text: texts[0] ?? '', length }, taken(learned, bytes));
      }
    }),
    { numRuns: 200 },
  );
});

test('a chunk changed anywhere is never taken for another', () => {
  let recognised = 0;
  fc.assert(
    fc.property(
      shape,
      word,
      word,
      spelling,
      fc.nat(),
      fc.constantFrom('replace', 'insert', 'delete', 'repeat'),
      fc.constantFrom('"', '\\', '}', '{', ',', ':', ' ', 'a', '\n', '\r', '\u0001', '\u00e9', '0'),
      (of, first, next, how, where, change, char) => {
        const learned = chunk(of, first, 'abc', how);
        const original = asBytes(chunk(of, next, 'xyz', how));
        const at = where % original.length;
        const [before, rest] = [original.slice(0, at), original.slice(at)];
        const mutated =
          change === 'replace'
            ? before + char + rest.slice(1)
            : change === 'insert'
              ? before + char + rest
              : change === 'delete'
                ? before + rest.slice(1)
                : before + rest.slice(0, 12) + rest;
        const result = taken(learned, `data: ${mutated}\n\n`);
        if (!result) return;
        recognised++;
        assert.equal(result.length, `data: ${mutated}\n\n`.length);
        const meant = Buffer.from(mutated, 'latin1').toString('utf8');
        assert.equal(result.text, contentOf(meant));
        assert.deepEqual(restOf(meant), restOf(learned));
      },
    ),
    { numRuns: 5000 },
  );
  // Changes inside the word itself are still the same kind of chunk.
  assert.ok(recognised > 100);
});

test('keys that come twice, under another spelling or elsewhere are not learned wrongly', () => {
  const word2 = 'other';
  const same = '{"choices":[{"delta":{"content":"a"}}]}';
  assert.deepEqual(taken(same, `data: ${same.replace('"a"', `"${word2}"`)}\n\n`)?.text, word2);
  for (const tricky of [
    '{"choices":[{"delta":{"content":"a","\\u0063ontent":"a"}}]}',
    '{"choices":[{"delta":{"content":"a"},"delta":{"content":"a"}}]}',
    '{"choices":[{"delta":{"content":"a"}}],"choices":[{"delta":{"content":"a"}}]}',
    '{"x":{"delta":{"content":"a"}},"choices":[{"delta":{"content":"a"}}]}',
    '{"x":[{"obfuscation":"a","content":"a"}],"choices":[{"delta":{"content":"a"}}]}',
    '{"choices":[{"delta":{"content":"a"},"x":{"obfuscation":"a"}}],"obfuscation":"a"}',
  ]) {
    const at = tricky.indexOf('"content":"a"') + '"content":"'.length;
    const event = `${tricky.slice(0, at)}${word2}${tricky.slice(at + 1)}`;
    const result = taken(tricky, `data: ${event}\n\n`);
    if (result) assert.equal(result.text, contentOf(event), tricky);
  }
});

const answerContext = {
  vendor: 'OpenAI',
  model: 'gpt-4o',
  failure: (body: string) => new LlmError({ code: 'ERR_SERVICE_UNAVAILABLE', message: body, retryable: true }),
};

/** What a stream gives with the shortcut, or with every chunk parsed in full. */
function eventsOf(bytes: Buffer, cuts: readonly number[], quick: boolean): unknown[] {
  const out: StreamEvent[] = [];
  const answer = new ChatAnswer(answerContext);
  const shortcut = quick ? answer.shortcut(out, 1) : undefined;
  const events = new ServerSentEvents(data => answer.pushChunk(data, out), undefined, shortcut);
  try {
    let from = 0;
    for (const cut of [...cuts.map(place => place % bytes.length).sort((a, b) => a - b), bytes.length]) {
      events.push(bytes.subarray(from, cut));
      from = cut;
    }
    events.end();
    answer.end(out);
  } catch (error) {
    return [...out, error instanceof LlmError ? error.message : error];
  }
  return out;
}

test('a whole stream gives the same events with the shortcut and without', () => {
  const piece = fc.oneof(
    {
      weight: 8,
      arbitrary: word.map(content => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
    },
    fc.constantFrom(
      { choices: [] },
      { choices: [{ index: 0, delta: { content: null } }] },
      { choices: [{ index: 0, delta: { refusal: 'No.' } }] },
      { choices: [{ index: 0, delta: { content: 'x', tool_calls: [{ index: 0, function: { name: 'a' } }] } }] },
      { choices: [{ index: 0, delta: { content: 'y' }, finish_reason: 'length' }] },
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      { choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } },
      { choices: [{ index: 0, delta: { content: 'z' } }], usage: { prompt_tokens: 3, completion_tokens: 9 } },
      { choices: [{ index: 0, delta: { content: 5 } }] },
      { error: { message: 'gone' } },
      { model: 'another', choices: [{ index: 0, delta: { content: 'w' }, finish_reason: null }] },
    ),
  );
  const lineEnd = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r');
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }),
      spelling,
      lineEnd,
      fc.array(fc.nat(), { maxLength: 5 }),
      (pieces, how, end, cuts) => {
        const bytes = Buffer.from(
          [...pieces.map(one => `data: ${spell(one, how)}`), 'data: [DONE]'].map(line => line + end + end).join(''),
        );
        assert.deepEqual(eventsOf(bytes, cuts, true), eventsOf(bytes, cuts, false));
      },
    ),
    { numRuns: 2000 },
  );
});
