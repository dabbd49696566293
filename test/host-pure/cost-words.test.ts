import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { ledgerIn, type LedgerTotal } from '../../src/cost/ledger.ts';
import { budgetState, spokenLabel, statusText, tooltipText } from '../../src/host/cost-words.ts';
import type { Budgets } from '../../src/host/settings.ts';
import type { Usage } from '../../src/llm/usage.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { tokens } from '../support/scripted-provider.ts';

const facts = {
  session: 's',
  conversation: 'c',
  turn: 't',
  feature: 'chat',
  workspace: '',
  provider: 'openai',
  model: 'gpt-4o',
};
const noBudgets: Budgets = {
  session: undefined,
  day: undefined,
  month: undefined,
  workspace: undefined,
  features: new Map(),
};
const noLimits = { headroom: undefined, lines: [] };

function open() {
  const ledger = ledgerIn(openDatabase(':memory:', schema), new FakeClock());
  const reserve = (model = 'gpt-4o', bound = '1') => ledger.reserve({ ...facts, model, bound: Money.parse(bound) });
  /** Output of gpt-4o is $10 a million. */
  const spend = (usage: Usage | { readonly estimated: Usage }, model?: string): void => reserve(model).settle(usage);
  const total = (): LedgerTotal => ledger.total({ session: 's' });
  return { reserve, spend, total };
}

test('the item has the session’s cost: cents at least, two to four digits below a dollar', () => {
  const { spend, total } = open();
  assert.equal(statusText(total(), 'en'), '$(credit-card) Pennyloom');
  assert.equal(spokenLabel(total(), 'en'), 'Pennyloom: nothing spent in this session');
  const says = (output: number): string => {
    spend(tokens(0, output));
    return statusText(total(), 'en').replace('$(credit-card) ', '');
  };
  assert.deepEqual([says(4230), says(122_770), says(1_143_000)], ['$0.0423', '$1.27', '$12.70']);
  assert.equal(spokenLabel(total(), 'en'), 'Pennyloom session cost: 12.7 dollars');
});

test('while an answer is written it ticks and says "about"; then it is exact again', () => {
  const { reserve, spend, total } = open();
  spend(tokens(0, 4230));
  const running = reserve();
  assert.equal(statusText(total(), 'en'), '$(loading~spin) ≈ $0.0423');
  running.observe(Money.parse('0.0008'));
  assert.equal(statusText(total(), 'en'), '$(loading~spin) ≈ $0.0431');
  assert.equal(spokenLabel(total(), 'en'), 'Pennyloom session cost: about 4.31 cents, answering');
  running.settle(tokens(0, 100));
  assert.equal(statusText(total(), 'en'), '$(credit-card) $0.0433');
  assert.equal(spokenLabel(total(), 'en'), 'Pennyloom session cost: 4.33 cents');
});

test('what is estimated, unknown in part, and unknown is said', () => {
  const { spend, total } = open();
  spend(tokens(10, 10), 'house-model');
  assert.equal(statusText(total(), 'en'), '$(credit-card) unknown');
  assert.equal(spokenLabel(total(), 'en'), 'Pennyloom session cost: unknown');
  spend(tokens(0, 4230));
  assert.equal(statusText(total(), 'en'), '$(credit-card) ≥ $0.0423');
  assert.equal(spokenLabel(total(), 'en'), 'Pennyloom session cost: at least 4.23 cents');
  const other = open();
  other.spend({ estimated: tokens(0, 4230) });
  assert.equal(statusText(other.total(), 'en'), '$(credit-card) ≈ $0.0423');
});

test('a budget is near from four fifths on and over when it is used up, running calls at their bound', () => {
  const { reserve, spend, total } = open();
  const state = (): string => {
    const totals = { session: total(), today: total(), month: total() };
    return budgetState(totals, { ...noBudgets, day: Money.parse('1') });
  };
  spend(tokens(0, 79_999));
  assert.equal(state(), 'free');
  spend(tokens(0, 1));
  assert.equal(state(), 'near');
  reserve('gpt-4o', '0.2');
  assert.equal(state(), 'over');
});

test('the tooltip tells spans and what is left, models with their tokens, limits with a bar, the prices’ date, and links', () => {
  const { spend, total } = open();
  spend({ ...tokens(3000, 77), cachedInputTokens: 2048, reasoningTokens: 5 });
  spend(tokens(1, 1), 'evil|[x](command:rm)');
  const totals = { session: total(), today: total(), month: total() };
  const limits = {
    headroom: { requests: { limit: 500, remaining: 250 }, tokens: { limit: 30_000, remaining: 30_000 } },
    lines: [],
  };
  const text = tooltipText(totals, { ...noBudgets, day: Money.parse('5') }, limits, 'en');
  const plain = text.replaceAll('&nbsp;', '');
  assert.match(plain, /\| Session \| ≥ \$0\.0057 \| no budget set \|/);
  assert.match(plain, /\| Today \| ≥ \$0\.0057 \| \$\d\.\d\d left of \$5\.00 \|/);
  assert.match(plain, /\| This month \|/);
  assert.match(plain, /\| gpt\\-4o \| 3,000 \| 2,048 \| 77 \| 5 \| \$0\.0057 \|/);
  assert.match(plain, /1 of 2 requests have no known price/);
  assert.match(plain, /250 of 500 requests left ▰▰▰▰▰▱▱▱▱▱/);
  assert.match(plain, /30,000 of 30,000 tokens left ▰{10}/);
  assert.match(plain, /Prices of 20\d\d-\d\d-\d\d/);
  const links = [...text.matchAll(/(?<!\\)\[([^\]]+)(?<!\\)\]\(command:([^)]+)\)/g)].map(([, name, command]) => [
    name,
    command,
  ]);
  assert.deepEqual(links, [
    ['Cost View', 'pennyloom.showCosts'],
    ['Settings', 'pennyloom.openSettings'],
    ['Reset Session', 'pennyloom.resetSessionCost'],
  ]);
  assert.ok(!tooltipText(totals, noBudgets, noLimits, 'en').includes('Rate limit'));
});
