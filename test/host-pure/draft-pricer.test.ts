import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { PromptCounter } from '../../src/cost/prompt-counter.ts';
import { type DraftPrice, DraftPricer } from '../../src/host/draft-pricer.ts';
import type { TokenCounter } from '../../src/llm/tokenizer/token-counter.ts';
import { ScriptedProvider, tokens } from '../support/scripted-provider.ts';
import { ask, type OpenChat, openChat } from '../chat/open-chat.ts';
import { settled } from '../support/fake-clock.ts';

const settings = { provider: 'openai', model: 'gpt-4o', maxTokens: 1000 } as const;

async function open(test: TestContext, counter: TokenCounter): Promise<{ chat: OpenChat; pricer: DraftPricer }> {
  const provider = new ScriptedProvider().enqueueText('A. '.repeat(50), tokens(2000, 100));
  const chat = await openChat(test, { provider });
  const { session, clock } = chat;
  const pricer = new DraftPricer({
    session,
    counter: new PromptCounter(counter),
    clock,
    settings: () => settings,
    learned: () => undefined,
    roots: () => [],
    toolsFor: () => undefined,
    locale: 'en',
  });
  return { chat, pricer };
}

const draft = (text: string): { text: string; images: [] } => ({ text, images: [] });
/** One token for each letter: dearer than any rule of thumb. */
const letters: TokenCounter = { count: texts => Promise.resolve(texts.map(({ length }) => length)) };
const dollars = (price: DraftPrice | undefined): number => Number(/\d[\d.]*/.exec(price!.likely!)![0]);

test('a count that is there at once is told once', async t => {
  const { pricer } = await open(t, letters);
  const told: DraftPrice[] = [];
  await pricer.price(draft('x'.repeat(1000)), price => told.push(price));
  assert.equal(told.length, 1);
  assert.match(told[0]!.likely!, /^≈ \$0\.\d+$/);
  assert.match(told[0]!.most!, /^≤ \$0\.\d+$/);
});

test('while the worker loads the rule of thumb is told, and then the exact count', async t => {
  let answer: (counts: readonly number[]) => void = () => {};
  const slow: TokenCounter = { count: texts => new Promise(resolve => (answer = () => resolve(texts.map(({ length }) => length)))) }; // prettier-ignore
  const { chat, pricer } = await open(t, { count: (texts, isDraft) => (isDraft ? slow.count(texts) : letters.count(texts)) }); // prettier-ignore
  const told: DraftPrice[] = [];
  const done = pricer.price(draft('x'.repeat(40_000)), price => told.push(price));
  await chat.clock.advance(79);
  assert.equal(told.length, 0);
  await chat.clock.advance(1);
  assert.equal(told.length, 1);
  answer([]);
  await done;
  assert.equal(told.length, 2);
  assert.ok(dollars(told[1]) > 3 * dollars(told[0]), JSON.stringify(told));
  assert.equal(chat.clock.pending, 0);
});

test('a draft that is gone by the time it is counted is not told any more', async t => {
  const waiting: (() => void)[] = [];
  const { pricer } = await open(t, {
    count: texts => new Promise(resolve => waiting.push(() => resolve(texts.map(({ length }) => length)))),
  });
  const told: string[] = [];
  const all = Promise.all([
    pricer.price(draft('first'), () => told.push('first')),
    pricer.price(draft('second'), () => told.push('second')),
  ]);
  await settled();
  for (const go of waiting) go();
  await all;
  assert.deepEqual(told, ['second']);
});

test('what was sent a moment ago is priced as read from the cache, and no longer when that has been emptied', async t => {
  const { chat, pricer } = await open(t, letters);
  const price = async (): Promise<number> => {
    const told: DraftPrice[] = [];
    await pricer.price(draft('And now?'), one => told.push(one));
    return dollars(told.at(-1));
  };
  await chat.session.send(ask('x'.repeat(40_000)));
  const kept = await price();
  await chat.clock.advance(5 * 60_000 + 1);
  const emptied = await price();
  assert.ok(kept < emptied * 0.6, `${kept} ${emptied}`);
});

test('the next answer is taken to be as long as the last', async t => {
  const { chat, pricer } = await open(t, letters);
  const told: DraftPrice[] = [];
  await pricer.price(draft('Hello'), price => told.push(price));
  await chat.session.send(ask('Hello'));
  await pricer.price(draft('Hello'), price => told.push(price));
  // 300 tokens of output before, 100 after, at $10 a million.
  assert.ok(dollars(told[1]) < dollars(told[0]) - 0.001, JSON.stringify(told));
});
