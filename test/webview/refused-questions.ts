import type { FailureRecord } from '../../src/chat/failure-record.ts';
import { Money } from '../../src/core/money.ts';
import { tooLittleLeft } from '../../src/cost/over-budget.ts';
import type { BudgetOutlook } from '../../src/host/explain-budget.ts';
import { explainFailure } from '../../src/host/explain-failure.ts';
import { capsOf } from '../../src/host/periods.ts';
import type { ChatViewState } from '../../src/protocol/chat-view-state.ts';
import { emptyState, turn } from './chat-harness.ts';

const now = new Date(2026, 10, 28, 17).getTime();
const limit = Money.parse('2.5');
const budgets = {
  session: limit,
  day: limit,
  month: limit,
  workspace: limit,
  features: new Map([['chat', limit]]),
};
const caps = capsOf(budgets, { session: 's', workspace: 'shop', feature: 'chat' }, now);

/** A question that a budget refused, in the host's own words. */
function refused(outlook: BudgetOutlook): ChatViewState {
  const failure: FailureRecord = {
    code: 'ERR_BUDGET_EXCEEDED',
    message: outlook.state === 'blocked' ? outlook.title : tooLittleLeft(caps[1]!, Money.zero),
    retryable: false,
    notSent: true,
    budget: { needs: '0.131' },
  };
  const shown = explainFailure(failure, 'en', outlook);
  const question = { text: 'Why does this loop never end?', images: [], contexts: [] };
  return { ...emptyState, turns: [turn('t1', { question, status: 'failed', failure: shown })] };
}

const blocked = (name: string, left: string, reminded = false): ChatViewState => {
  const cap = caps.find(one => one.name === name)!;
  const { setting, until } = cap;
  const title = tooLittleLeft(cap, Money.parse(left));
  return refused({
    state: 'blocked',
    title,
    ...(setting && { setting }),
    ...(until !== undefined && { until }),
    reminded,
  });
};

/** Every state that a refused question can be in. */
export const refusedQuestions = {
  session: blocked('session', '0.0421'),
  day: blocked('day', '0.0421'),
  month: blocked('month', '0'),
  workspace: blocked('workspace', '0.0421'),
  chat: blocked('chat', '0'),
  reminded: blocked('day', '0', true),
  room: refused({ state: 'room' }),
  'other-model': refused({ state: 'other-model', model: 'gpt-5.4-nano' }),
} satisfies { readonly [name: string]: ChatViewState };
