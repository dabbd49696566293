import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { ChatViewState } from '../../src/protocol/chat-view-state.ts';
import { emptyState, facts, type Harness, startHarness, turn } from './chat-harness.ts';
import { chatTestIn } from './chat-test.ts';

let harness: Harness;
before(async () => {
  harness = await startHarness();
});
after(() => harness.close());

const chatTest = chatTestIn(() => harness);

const running: ChatViewState = { ...emptyState, turns: [turn('t1')] };
const finish = { type: 'turn-finished', turnId: 't1', status: 'done', facts } as const;
const thought = (text: string) => ({ type: 'thinking-appended', turnId: 't1', text }) as const;

chatTest('thinking is one folded line over the answer, which opens to its text', { state: running }, async chat => {
  const { page } = chat;
  const line = chat.part('thinking');
  await chat.event(thought('**Looking** at <img src=x onerror=alert(1)> and '));
  assert.equal(await line.innerText(), 'Thinking…');
  assert.equal(await chat.part('waiting').count(), 0);
  // Folded, nothing of it is drawn, so nothing of it can stutter.
  assert.equal(await chat.part('thinking-text').count(), 0);
  await line.locator('summary').click();
  await chat.part('thinking-text').getByText('Looking').waitFor();
  await chat.event(thought('[here](https://example.com)'));
  await chat.part('thinking-text').getByRole('link', { name: 'here' }).waitFor();
  assert.equal(await chat.part('thinking-text').locator('img').count(), 0);
  await chat.event({ type: 'thinking-finished', turnId: 't1', durationMs: 4200 });
  await chat.event({ type: 'text-appended', turnId: 't1', text: 'Done.' });
  await chat.event(finish);
  assert.equal(await line.locator('summary').innerText(), 'Thought for 4.2 s');
  assert.equal(await line.getAttribute('open'), '');
  assert.equal(await chat.part('answer').innerText(), 'Done.');
  const order = await page.locator('.answer > *').evaluateAll(parts => parts.map(part => part.className));
  assert.deepEqual(order, ['thinking', 'markdown']);
  await chat.part('copy-answer').click();
  assert.deepEqual((await chat.posted()).at(-1), { type: 'copy', text: 'Done.' });
});

chatTest(
  'a line of thinking keeps its height and what is around it, however long it thinks',
  { state: running },
  async chat => {
    await chat.event(thought('a '));
    const before = await chat.part('thinking').boundingBox();
    for (let at = 0; at < 50; at++) await chat.event(thought('word '.repeat(200)));
    await chat.event({ type: 'thinking-finished', turnId: 't1', durationMs: 61_000 });
    assert.deepEqual(await chat.part('thinking').boundingBox(), before);
  },
);

chatTest(
  'thinking that was broken off says so much, and a second stretch has a line of its own',
  { state: running },
  async chat => {
    const parts = [
      { type: 'thinking', text: 'one', durationMs: 900 },
      { type: 'text', text: 'Let me look.' },
      { type: 'thinking', text: 'two' },
    ] as const;
    await chat.send({ type: 'snapshot', state: { ...emptyState, turns: [turn('t1', { parts })] } });
    assert.deepEqual(await chat.part('thinking').allInnerTexts(), ['Thought for 0.9 s', 'Thinking…']);
    await chat.event(thought(' and on'));
    await chat.event({ type: 'turn-finished', turnId: 't1', status: 'stopped', facts });
    assert.deepEqual(await chat.part('thinking').allInnerTexts(), ['Thought for 0.9 s', 'Thought']);
    await chat.part('thinking').nth(1).locator('summary').click();
    await chat.part('thinking-text').getByText('two and on').waitFor();
    await chat.part('copy-answer').click();
    assert.deepEqual((await chat.posted()).at(-1), { type: 'copy', text: 'Let me look.' });
  },
);
