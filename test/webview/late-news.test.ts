// What changes under an answer after it ended: its cost, once it is known, and what can be done about a refusal.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FactsView } from '../../src/protocol/chat-view-state.ts';
import { type Chat, emptyState, facts, type Harness, startHarness, turn } from './chat-harness.ts';
import { chatTestIn } from './chat-test.ts';
import { refusedQuestions } from './refused-questions.ts';

let harness: Harness;
before(async () => {
  harness = await startHarness();
});
after(() => harness.close());

const chatTest = chatTestIn(() => harness);

const counting: FactsView = { ...facts, cost: '≈ $0.0031, counting…', stopNote: 'stopped' };
const stopped = turn('t1', { parts: [{ type: 'text', text: 'Half of it' }], status: 'stopped', facts: counting });
const counted: FactsView = { ...counting, inputTokens: 1520, outputTokens: 411, cost: '$0.0072', costNote: 'Exact.' };
const factsChanged = { type: 'facts-changed', turnId: 't1', facts: counted } as const;

chatTest(
  'a stopped answer that was read on tells its exact cost once it is there, in the same place',
  { width: 600, state: { ...emptyState, turns: [stopped, turn('t2', { status: 'done', facts })] } },
  async chat => {
    const [line, other] = [chat.part('facts').first(), chat.part('facts').last()];
    assert.match(await line.innerText(), /≈ \$0\.0031, counting….*stopped/);
    const before = await line.boundingBox();
    await chat.event(factsChanged);
    assert.equal(await line.innerText(), 'gpt-5.4 · 1,520 → 411 · $0.0072 · 2.1 s · stopped');
    const place = await line.boundingBox();
    assert.deepEqual([place?.x, place?.y, place?.height], [before?.x, before?.y, before?.height], 'nothing jumps');
    assert.equal(await other.innerText(), 'gpt-5.4 · 1,520 → 384 · $0.0069 · 2.1 s');
    assert.equal(await chat.part('copy-answer').count(), 1);
  },
);

chatTest(
  'whoever had the facts open, and the focus on them, keeps both when they change',
  { state: { ...emptyState, turns: [stopped] } },
  async chat => {
    await chat.part('facts').press('Enter');
    await chat.event(factsChanged);
    assert.match(await chat.page.locator('.facts-list').innerText(), /\$0\.0072\. Exact\./);
    assert.equal(await chat.page.evaluate(() => document.activeElement?.getAttribute('data-testid')), 'facts');
    await chat.event({ ...factsChanged, facts: { ...counted, cost: '$0.0073' } });
    assert.match(await chat.page.locator('.facts-list').innerText(), /\$0\.0073\. Exact\./);
  },
);

chatTest(
  'costs that become known while somebody reads further up move nothing and call nobody',
  { height: 400, state: { ...emptyState, turns: [stopped, turn('t2', { status: 'done', facts, parts: [{ type: 'text', text: 'long\n\n'.repeat(60) }] })] } },
  async chat => {
    const log = chat.page.getByRole('log');
    await log.evaluate(scroller => (scroller.scrollTop = 400));
    // Turns that come near take their real height, and the browser keeps in place what is read meanwhile.
    await chat.page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
    const read = chat.page.locator('[data-turn-id=t2] p').nth(20);
    const before = await read.boundingBox();
    await chat.event(factsChanged);
    const moved = (await read.boundingBox())!.y - before!.y;
    assert.ok(Math.abs(moved) < 1, `${moved} pixels`);
    assert.equal(await chat.part('new-pill').isVisible(), false);
  },
); // prettier-ignore

chatTest('news of a turn that is not there, or was never drawn, break nothing', {}, async chat => {
  await chat.event(factsChanged);
  const turns = Array.from({ length: 40 }, (_, at) => ({ ...stopped, id: `t${at}` }));
  await chat.send({ type: 'snapshot', state: { ...emptyState, turns } });
  await chat.event(factsChanged);
  await chat.page.locator('[data-turn-id=t1]').scrollIntoViewIfNeeded();
  await chat.page.locator('[data-turn-id=t1] [data-testid=facts]').filter({ hasText: '$0.0072' }).waitFor();
});

const failureOf = (name: keyof typeof refusedQuestions) => refusedQuestions[name].turns[0]!.failure!;
const changeTo = (name: keyof typeof refusedQuestions) =>
  ({ type: 'failure-changed', turnId: 't1', failure: failureOf(name) }) as const;
const labels = (chat: Chat): Promise<string[]> => chat.part('failure').getByRole('button').allInnerTexts();

chatTest(
  'a budget that refuses offers to raise it, to wait and to ask a cheaper model; the button for waiting asks the host',
  { state: refusedQuestions.day },
  async chat => {
    assert.deepEqual(await labels(chat), ['Raise Budget', 'Switch to a Cheaper Model', 'Remind Me Then', 'Try Again']);
    await chat.page.getByText(/It starts anew on Nov 29, 2026/).waitFor();
    assert.equal(await chat.part('failure').locator('.button:not(.secondary)').count(), 1);
    await chat.page.getByRole('button', { name: 'Remind Me Then' }).press('Enter');
    const said = (await chat.posted()).filter(({ type }) => type === 'action');
    assert.deepEqual(said, [{ type: 'action', action: 'remind-of-budget', turnId: 't1' }]);
    await chat.event(changeTo('reminded'));
    await chat.page.getByText(/You are told on Nov 29, 2026/).waitFor();
    assert.equal(await chat.page.evaluate(() => document.activeElement?.textContent), 'Raise Budget', 'the focus stays in the card');
  },
); // prettier-ignore

chatTest(
  'once there is room the card says so where it stands, for screen readers too, and what was unfolded stays so',
  { state: refusedQuestions.day },
  async chat => {
    const card = chat.part('failure');
    await card.getByText('What you can do').click();
    await chat.event(changeTo('month'));
    await card.getByText('Raise "budget.month" in the settings.').waitFor();
    assert.equal(await chat.part('announcement').innerText(), '');
    await chat.event(changeTo('room'));
    assert.match(await card.innerText(), /^There is room in the budget for this question now\./);
    assert.equal((await labels(chat))[0], 'Try Again');
    assert.equal(await card.count(), 1);
    assert.equal(await chat.part('announcement').innerText(), failureOf('room').title);
    assert.equal(await chat.part('composer').evaluate(field => field === document.activeElement), false);
  },
);

test('no state of a refused question runs over at 240 pixels', async () => {
  for (const [name, state] of Object.entries(refusedQuestions)) {
    const chat = await harness.open({ width: 240, state });
    const over = await chat.page.evaluate(() => document.body.scrollWidth - document.body.clientWidth);
    assert.ok(over <= 0, name);
  }
});
