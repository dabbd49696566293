import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { ledgerIn, type LedgerTotal } from '../../src/cost/ledger.ts';
import { budgetState, standingsOf } from '../../src/host/budget-standing.ts';
import { spokenLabel, statusText, tooltipText } from '../../src/host/cost-words.ts';
import { capsOf } from '../../src/host/periods.ts';
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
  workspace: 'shop',
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
  // Noon by the clock on the wall, wherever that is.
  const clock = new FakeClock(new Date(2026, 10, 22, 12).getTime());
  const ledger = ledgerIn(openDatabase(':memory:', schema), clock);
  const reserve = (model = 'gpt-4o', bound = '1', of: Partial<typeof facts> = {}) =>
    ledger.reserve({ ...facts, ...of, model, bound: Money.parse(bound) });
  /** Output of gpt-4o is $10 a million. */
  const spend = (usage: Usage | { readonly estimated: Usage }, model?: string): void => reserve(model).settle(usage);
  const total = (): LedgerTotal => ledger.total({ session: 's' });
  const totals = () => ({ session: total(), today: ledger.total({}), month: ledger.total({}) });
  /** Of a question asked in the chat of this window. */
  const standings = (budgets: Partial<Budgets>) =>
    standingsOf(capsOf({ ...noBudgets, ...budgets }, facts, clock.now()), filter => ledger.total(filter));
  return { reserve, spend, total, totals, standings };
}

test('the item has the session’s cost: cents at least, two to four digits below a dollar', () => {
  const { spend, total } = open();
  assert.equal(statusText(total(), 'en'), '$(credit-card) Pennyloom');
  assert.equal(spokenLabel(total(), [], 'en'), 'Pennyloom: nothing spent in this session');
  const says = (output: number): string => {
    spend(tokens(0, output));
    return statusText(total(), 'en').replace('$(credit-card) ', '');
  };
  assert.deepEqual([says(4230), says(122_770), says(1_143_000)], ['$0.0423', '$1.27', '$12.70']);
  assert.equal(spokenLabel(total(), [], 'en'), 'Pennyloom session cost: 12.7 dollars');
});

test('while an answer is written it ticks and says "about"; then it is exact again', () => {
  const { reserve, spend, total } = open();
  spend(tokens(0, 4230));
  const running = reserve();
  assert.equal(statusText(total(), 'en'), '$(loading~spin) ≈ $0.0423');
  running.observe(Money.parse('0.0008'));
  assert.equal(statusText(total(), 'en'), '$(loading~spin) ≈ $0.0431');
  assert.equal(spokenLabel(total(), [], 'en'), 'Pennyloom session cost: about 4.31 cents, answering');
  running.settle(tokens(0, 100));
  assert.equal(statusText(total(), 'en'), '$(credit-card) $0.0433');
  assert.equal(spokenLabel(total(), [], 'en'), 'Pennyloom session cost: 4.33 cents');
});

test('what is estimated, unknown in part, and unknown is said', () => {
  const { spend, total } = open();
  spend(tokens(10, 10), 'house-model');
  assert.equal(statusText(total(), 'en'), '$(credit-card) unknown');
  assert.equal(spokenLabel(total(), [], 'en'), 'Pennyloom session cost: unknown');
  spend(tokens(0, 4230));
  assert.equal(statusText(total(), 'en'), '$(credit-card) ≥ $0.0423');
  assert.equal(spokenLabel(total(), [], 'en'), 'Pennyloom session cost: at least 4.23 cents');
  const other = open();
  other.spend({ estimated: tokens(0, 4230) });
  assert.equal(statusText(other.total(), 'en'), '$(credit-card) ≈ $0.0423');
});

test('a budget is near from four fifths on and over when it is used up, running calls at their bound; the label says which', () => {
  const { reserve, spend, total, standings } = open();
  const state = (): string => budgetState(standings({ day: Money.parse('1'), month: Money.parse('100') }));
  const label = (): string => spokenLabel(total(), standings({ day: Money.parse('1'), month: Money.parse('100') }), 'en');
  spend(tokens(0, 79_999));
  assert.equal(state(), 'free');
  assert.equal(label(), 'Pennyloom session cost: 80 cents');
  spend(tokens(0, 1));
  assert.equal(state(), 'near');
  assert.equal(label(), 'Pennyloom session cost: 80 cents, day budget nearly used up');
  reserve('gpt-4o', '0.2').observe(Money.parse('0.1'));
  assert.equal(state(), 'over');
  assert.equal(label(), 'Pennyloom session cost: about 90 cents, answering, day budget used up');
}); // prettier-ignore

const one = Money.parse('1');
const kinds = {
  session: { session: one },
  day: { day: one },
  month: { month: one },
  workspace: { workspace: one },
  chat: { features: new Map([['chat', one]]) },
} satisfies { readonly [name: string]: Partial<Budgets> };
for (const [name, budget] of Object.entries(kinds))
  test(`a ${name} budget colours the item, and the tooltip says what is left of it, beside others with more room`, () => {
    const { spend, totals, standings } = open();
    const wide = Money.parse('1000');
    const all = standings({ session: wide, day: wide, month: wide, workspace: wide, features: new Map([['chat', wide], ['explain', one]]), ...budget });
    assert.deepEqual([budgetState(all), all.length], ['free', 5]);
    const now = () => standings({ session: wide, day: wide, month: wide, workspace: wide, ...budget });
    const says = (): string => tooltipText(totals(), now(), noLimits, 'en').replaceAll('&nbsp;', '').replaceAll('\u202f', ' ');
    spend(tokens(0, 85_000));
    assert.equal(budgetState(now()), 'near');
    const row = { session: 'Session', day: 'Today', month: 'This month', workspace: 'This workspace, this month', chat: 'Chat, this month' }[name]!;
    assert.ok(says().includes(`| ${row} | $0.85 | $0.15 left of $1.00 |`), says());
    assert.ok(says().includes(`At most $0.15 more, by the ${name} budget`), says());
    spend(tokens(0, 15_000));
    assert.equal(budgetState(now()), 'over');
    assert.ok(says().includes(`| ${row} | $1.00 | $0.00 left of $1.00 |`), says());
    const when = { session: 'in this session', day: 'until Nov 23, 2026, 12:00 AM' }[name] ?? 'until Dec 1, 2026, 12:00 AM';
    assert.ok(says().includes(`The ${name} budget is used up: nothing more is sent ${when}`), says());
  }); // prettier-ignore

test('what other workspaces and other features spent is no concern of this one’s budgets', () => {
  const { reserve, standings } = open();
  reserve('gpt-4o', '5', { workspace: 'elsewhere', feature: 'explain', session: 'other' }).settle(tokens(0, 500_000));
  const own = { session: one, workspace: one, features: new Map([['chat', one], ['explain', Money.zero]]) }; // prettier-ignore
  assert.equal(budgetState(standings(own)), 'free');
  assert.equal(budgetState(standings({ ...own, month: Money.parse('6') })), 'near');
});

test('the tooltip tells spans and what is left, models with their tokens, limits with a bar, the prices’ date, and links', () => {
  const { spend, totals, standings } = open();
  spend({ ...tokens(3000, 77), cachedInputTokens: 2048, reasoningTokens: 5 });
  spend(tokens(1, 1), 'evil|[x](command:rm)');
  const limits = {
    headroom: { requests: { limit: 500, remaining: 250 }, tokens: { limit: 30_000, remaining: 30_000 } },
    lines: [],
  };
  const text = tooltipText(totals(), standings({ day: Money.parse('5') }), limits, 'en');
  const plain = text.replaceAll('&nbsp;', '');
  assert.match(plain, /\| Session \| ≥ \$0\.0057 \| no budget set \|/);
  assert.match(plain, /\| Today \| ≥ \$0\.0057 \| \$\d\.\d\d left of \$5\.00 \|/);
  assert.match(plain, /\| This month \|/);
  assert.ok(!plain.includes('At most'), 'its row says it');
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
  assert.ok(!tooltipText(totals(), [], noLimits, 'en').includes('Rate limit'));
});
