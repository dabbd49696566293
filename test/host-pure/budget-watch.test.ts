import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Turn } from '../../src/chat/conversation.ts';
import { Money } from '../../src/core/money.ts';
import type { Cap } from '../../src/cost/call-store.ts';
import { BudgetWatch } from '../../src/host/budget-watch.ts';
import { type BudgetOutlook, explainBudget } from '../../src/host/explain-budget.ts';
import { capsOf, type Spender } from '../../src/host/periods.ts';
import type { Budgets } from '../../src/host/settings.ts';
import { ask, type OpenChat, openChat } from '../chat/open-chat.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ScriptedProvider, tokens } from '../support/scripted-provider.ts';

const dollars = Money.parse;
const none: Budgets = {
  session: undefined,
  day: undefined,
  month: undefined,
  workspace: undefined,
  features: new Map(),
};
const noon = new Date(2026, 10, 28, 12).getTime();
const midnight = new Date(2026, 10, 29).getTime();
const december = new Date(2026, 11, 1).getTime();

interface RefusedChat extends OpenChat {
  /** What a person may change meanwhile; then the watch is to look. */
  readonly state: { budgets: Budgets; model: string; session: string };
  readonly watch: BudgetWatch;
  readonly provider: ScriptedProvider;
  readonly told: readonly { readonly turn: Turn; readonly outlook: BudgetOutlook | undefined }[];
  readonly reminded: readonly Turn[];
  last(): BudgetOutlook | undefined;
}

/** A chat in which gpt-4o has cost exactly a dollar, with the watch the extension has, and a question that a budget refused. */
async function refusedChat(t: TestContext, budgets: Partial<Budgets>): Promise<RefusedChat> {
  const clock = new FakeClock(noon);
  const state = { budgets: { ...none, ...budgets }, model: 'gpt-4o', session: 'session' };
  const spender = (feature: string): Spender => ({ session: state.session, workspace: 'workspace', feature });
  const caps = (feature: string): readonly Cap[] => capsOf(state.budgets, spender(feature), clock.now());
  const provider = new ScriptedProvider();
  const chat = await openChat(t, { provider, caps: () => caps('chat'), clock });
  const spent = { ...spender('chat'), conversation: 'c', turn: 't', provider: 'openai', model: 'gpt-4o' };
  chat.ledger.reserve({ ...spent, bound: dollars('9') }).settle(tokens(0, 100_000));
  const told: { turn: Turn; outlook: BudgetOutlook | undefined }[] = [];
  const reminded: Turn[] = [];
  const watch = new BudgetWatch({
    session: chat.session,
    ledger: chat.ledger,
    clock,
    caps,
    model: () => state.model,
    tell: (turn, _failure, outlook) => told.push({ turn, outlook }),
    remind: turn => reminded.push(turn),
  });
  t.after(() => watch.dispose());
  await chat.session.send(ask('May I?'));
  assert.equal(chat.turn(-1).ending?.failure?.code, 'ERR_BUDGET_EXCEEDED');
  assert.equal(provider.history.length, 0);
  return { ...chat, state, watch, provider, told, reminded, last: () => told.at(-1)?.outlook };
}

const blockedUntil = (outlook: BudgetOutlook | undefined): [setting?: string, until?: number] | undefined =>
  outlook?.state === 'blocked' ? [outlook.setting!, outlook.until!] : undefined;

const titleOf = (outlook: BudgetOutlook | undefined): string => (outlook?.state === 'blocked' ? outlook.title : '');

test('a question that a day’s budget refused can be asked from midnight on, to the millisecond, and nobody asks it by itself', async t => {
  const { last, clock, provider, session, turn } = await refusedChat(t, { day: dollars('1') });
  assert.deepEqual(blockedUntil(last()), ['budget.day', midnight]);
  await clock.advance(midnight - noon - 1);
  assert.deepEqual(blockedUntil(last()), ['budget.day', midnight]);
  await clock.advance(1);
  assert.deepEqual(last(), { state: 'room' });
  await clock.advance(86_400_000);
  assert.equal(provider.history.length, 0);
  provider.enqueueText('Yes.');
  await session.retry(turn(-1).id);
  assert.equal(turn(-1).question.text, 'May I?');
  assert.equal(turn(-1).ending?.status, 'done');
});

test('whoever wants to be told is told once, when there is room, and not for having raised the budget', async t => {
  const { last, clock, watch, state, reminded, turn, told } = await refusedChat(t, { day: dollars('1') });
  watch.remindOf('another turn');
  watch.remindOf(turn(-1).id);
  assert.deepEqual(last()?.state === 'blocked' && last(), { ...told.at(-2)!.outlook, reminded: true });
  await clock.advance(midnight - noon - 1);
  assert.deepEqual(reminded, []);
  await clock.advance(3 * 86_400_000);
  assert.deepEqual(reminded, [turn(-1)]);

  const other = await refusedChat(t, { day: dollars('1') });
  other.watch.remindOf(other.turn(-1).id);
  other.state.budgets = { ...none, day: dollars('5') };
  other.watch.look();
  assert.deepEqual(other.last(), { state: 'room' });
  await other.clock.advance(2 * 86_400_000);
  assert.deepEqual(other.reminded, []);
  assert.equal(state.budgets.day?.toString(), '1.000000');
});

test('of several budgets the one that starts anew last says until when; a session’s never does', async t => {
  const both = await refusedChat(t, { day: dollars('1'), workspace: dollars('1') });
  assert.deepEqual(blockedUntil(both.last()), ['budget.workspace', december]);
  await both.clock.advance(midnight - noon);
  assert.deepEqual(blockedUntil(both.last()), ['budget.workspace', december]);
  await both.clock.advance(december - midnight);
  assert.deepEqual(both.last(), { state: 'room' });

  const session = await refusedChat(t, { day: dollars('1'), session: dollars('1') });
  assert.deepEqual(blockedUntil(session.last()), ['budget.session', undefined]);
  session.watch.remindOf(session.turn(-1).id);
  await session.clock.advance(2 * 86_400_000);
  assert.deepEqual(blockedUntil(session.last()), ['budget.session', undefined]);
  assert.deepEqual(session.reminded, []);
  session.state.session = 'another';
  session.watch.look();
  assert.deepEqual(session.last(), { state: 'room' });
});

test('a call that cost less than it could have makes room', async t => {
  const { ledger, last, state, watch } = await refusedChat(t, { month: dollars('1') });
  const facts = { session: 's', conversation: 'c', turn: 'u', feature: 'explain', workspace: '', provider: 'openai' };
  const running = ledger.reserve({ ...facts, model: 'gpt-4o', bound: dollars('4') });
  state.budgets = { ...none, month: dollars('5') };
  watch.look();
  assert.match(titleOf(last()), /month budget of \$5\.00 is used up/);
  running.settle(tokens(0, 1000));
  assert.deepEqual(last(), { state: 'room' });
});

test('another model is another question: it can be asked, and what it could cost is known then', async t => {
  const { state, watch, last } = await refusedChat(t, { month: dollars('1') });
  state.model = 'gpt-4o-mini';
  watch.look();
  assert.deepEqual(last(), { state: 'other-model', model: 'gpt-4o-mini' });
  state.model = 'gpt-4o';
  watch.look();
  assert.deepEqual(blockedUntil(last()), ['budget.month', december]);
});

test('only the last question is watched: an earlier one’s card offers nothing that would do nothing', async t => {
  const { session, told, turn, clock, provider, state } = await refusedChat(t, { month: dollars('1') });
  const first = turn(-1);
  state.budgets = none;
  provider.enqueueText('Yes.');
  await session.send(ask('And this?'));
  assert.deepEqual(told.at(-1), { turn: first, outlook: undefined });
  const before = told.length;
  await clock.advance(december - noon);
  assert.equal(told.length, before);
  assert.equal(clock.pending, 0);
});

test('the card: three ways out, one of them time where time helps, one primary button in every state', () => {
  const failure = { code: 'ERR_BUDGET_EXCEEDED', message: 'The day budget of $1.00 is used up.', retryable: false } as const;
  const card = (outlook?: BudgetOutlook) => {
    const { title, hint, mended, actions } = explainBudget({ ...failure, budget: { setting: 'budget.day', until: midnight } }, 'en', outlook);
    assert.equal(actions.filter(({ primary }) => primary).length, 1);
    return { title, hint: hint?.replaceAll('\u202f', ' '), mended, labels: actions.map(({ label }) => label) };
  };
  const now = { state: 'blocked', title: 'The day budget of $1.00 has $0.01 left.', setting: 'budget.day', until: midnight } as const;
  assert.deepEqual(card({ ...now, reminded: false }), {
    title: now.title,
    hint: 'It starts anew on Nov 29, 2026, 12:00 AM. The question stays here.',
    mended: undefined,
    labels: ['Raise Budget', 'Switch to a Cheaper Model', 'Remind Me Then', 'Try Again'],
  });
  assert.match(card({ ...now, reminded: true }).hint!, /^You are told on Nov 29, 2026, 12:00 AM, .* Nothing is sent by itself\.$/);
  assert.ok(!card({ ...now, reminded: true }).labels.includes('Remind Me Then'));
  assert.ok(!card().labels.includes('Remind Me Then'), 'nobody watches');
  const { until: _never, ...session } = { ...now, setting: 'budget.session', reminded: false };
  const ofSession = explainBudget({ ...failure, budget: { setting: 'budget.session' } }, 'en', session);
  assert.equal(ofSession.hint, undefined);
  assert.ok(!ofSession.actions.some(({ id }) => id === 'remind-of-budget'));
  assert.match(ofSession.resolutions.join(' '), /reset the session/);
  const room = card({ state: 'room' });
  assert.deepEqual([room.mended, room.labels[0]], [true, 'Try Again']);
  const other = card({ state: 'other-model', model: 'gpt-4o-mini' });
  assert.deepEqual([other.title, other.hint, other.labels[0]], [failure.message, 'gpt-4o-mini would be asked now.', 'Try Again']);
}); // prettier-ignore
