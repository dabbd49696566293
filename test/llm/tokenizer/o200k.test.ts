import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { DraftCounter } from '../../../src/llm/tokenizer/draft-counter.ts';
import { O200kCounter } from '../../../src/llm/tokenizer/o200k.ts';

const counter = new O200kCounter();
const judge = (text: string): number => countTokens(text, { disallowedSpecial: new Set<string>() });

/** What code and prose are made of, and what trips tokenizers up. */
const pieces = fc.constantFrom(
  'a',
  'the',
  ' the',
  "don't",
  "I'LL",
  '\n',
  '\n\n',
  '\r\n',
  '\t',
  '  ',
  ' ',
  '/',
  '//',
  '/**\n',
  ' */',
  '{',
  '});',
  '=>',
  '===',
  '0',
  '1234',
  'é',
  'ß',
  '中文',
  '日本語',
  'Ελλ',
  '🙂',
  '👩‍💻',
  '\u200b',
  '\u202e',
  '\ud800',
  '<|endoftext|>',
  'ﬁ',
  'ǅ',
  'a\u0301',
  '\u00a0',
  '\u2028',
);
const text = fc.oneof(
  fc.array(pieces, { maxLength: 60 }).map(parts => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.array(fc.constantFrom('a', 'b', 'ab', 'é'), { minLength: 30, maxLength: 300 }).map(parts => parts.join('')),
);

test('the count is gpt-tokenizer’s, whatever the text', () => {
  fc.assert(
    fc.property(text, sample => assert.equal(counter.count(sample), judge(sample))),
    { numRuns: 2000 },
  );
});

test('the count is gpt-tokenizer’s for this project’s own files', () => {
  for (const path of [
    'README.md',
    'package.json',
    'src/llm/http/server-sent-events.ts',
    'media/chat.css',
    'docs/price-sources.md',
  ]) {
    const sample = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
    assert.equal(counter.count(sample), judge(sample), path);
  }
});

test('runs without a boundary are counted exactly too, by a queue instead of scans', () => {
  for (const run of [
    'a'.repeat(2000),
    'ab'.repeat(700),
    '='.repeat(1500),
    'é'.repeat(500),
    '中'.repeat(400),
    '0'.repeat(999),
    'AAAB'.repeat(300),
  ])
    assert.equal(counter.count(run), judge(run), run.slice(0, 10));
  assert.equal(counter.count('a'.repeat(20_000)), 2500);
});

test('a draft counted while it is written has the count of the whole, at every keystroke', () => {
  const edit = fc.record({ at: fc.nat(), remove: fc.nat(40), insert: text });
  fc.assert(
    fc.property(
      fc.array(pieces, { minLength: 100, maxLength: 900 }),
      fc.array(edit, { maxLength: 12 }),
      (start, edits) => {
        const draft = new DraftCounter(sample => counter.count(sample));
        let now = start.join('');
        assert.equal(draft.count(now), counter.count(now));
        for (const { at, remove, insert } of edits) {
          const place = now.length === 0 ? 0 : at % now.length;
          now = now.slice(0, place) + insert + now.slice(place + remove);
          assert.equal(draft.count(now), counter.count(now));
        }
      },
    ),
    { numRuns: 200 },
  );
});
