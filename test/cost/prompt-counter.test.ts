import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PromptCounter } from '../../src/cost/prompt-counter.ts';
import type { TokenCounter } from '../../src/llm/tokenizer/token-counter.ts';

/** Counts letters, and keeps what it was asked. */
function letters(): TokenCounter & { readonly asked: (readonly [readonly string[], boolean])[] } {
  const asked: [readonly string[], boolean][] = [];
  return {
    asked,
    count: (texts, isDraft = false) => {
      asked.push([texts, isDraft]);
      return Promise.resolve(texts.map(({ length }) => length));
    },
  };
}

test('each text is counted once, however often it is sent; a draft by what changed, and the last one only', async () => {
  const counter = letters();
  const prompts = new PromptCounter(counter);
  assert.equal(prompts.count('Hello'), 2, 'the rule of thumb, until it is known');
  await prompts.learn(['Hello', 'World!', 'Hello', 'Dr'], 'Dr');
  assert.deepEqual(counter.asked.splice(0), [
    [['Hello', 'World!'], false],
    [['Dr'], true],
  ]);
  assert.deepEqual([prompts.count('Hello'), prompts.count('Dr')], [5, 2]);
  await prompts.learn(['Hello', 'World!', 'Draft'], 'Draft');
  assert.deepEqual(counter.asked.splice(0), [[['Draft'], true]]);
  assert.deepEqual([prompts.known('Draft'), prompts.known('Dr')], [5, undefined]);
  await prompts.learn(['Hello', 'Draft'], 'Draft');
  assert.deepEqual(counter.asked, []);
});

test('where counting is not to be had the rule of thumb stays, and the next time is asked again', async () => {
  let counts: number[] | undefined;
  const prompts = new PromptCounter({ count: () => Promise.resolve(counts) });
  await prompts.learn(['four'], 'six');
  assert.deepEqual([prompts.count('four'), prompts.known('four')], [1, undefined]);
  counts = [77];
  await prompts.learn(['four']);
  assert.equal(prompts.count('four'), 77);
});
