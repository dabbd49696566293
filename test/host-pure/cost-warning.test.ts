import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { ledgerIn } from '../../src/cost/ledger.ts';
import { CostWarning } from '../../src/host/cost-warning.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { tokens } from '../support/scripted-provider.ts';

const facts = { conversation: 'c', turn: 't', feature: 'chat', workspace: '', provider: 'openai', model: 'gpt-4o' };

function watch(limit: string | undefined) {
  const ledger = ledgerIn(openDatabase(':memory:', schema), new FakeClock());
  const state = { session: 'one', limit };
  const told: string[] = [];
  const warning = new CostWarning({
    ledger,
    sessionId: () => state.session,
    warnAt: () => (state.limit === undefined ? undefined : Money.parse(state.limit)),
    warn: text => told.push(text),
    locale: 'en',
  });
  /** Output of gpt-4o is $10 a million: 50,000 tokens are $0.50. */
  const spend = (outputTokens: number): void =>
    ledger.reserve({ ...facts, session: state.session, bound: Money.parse('9') }).settle(tokens(0, outputTokens));
  return { state, told, spend, warning, ledger };
}

test('a session that passes the amount is told so once, and not at exactly the amount', () => {
  const { told, spend } = watch('0.5');
  spend(49_999);
  spend(1);
  assert.deepEqual(told, []);
  spend(1);
  spend(100_000);
  assert.deepEqual(told, [
    'This session has cost $0.50, more than the $0.50 you set in pennyloom.warnAt.'.replace('cost $0.50', 'cost $0.50'),
  ]);
});

test('another session, and another amount, are told of again', () => {
  const { state, told, spend } = watch('0.5');
  spend(60_000);
  state.session = 'two';
  spend(60_000);
  state.limit = '1';
  spend(1);
  assert.equal(told.length, 2);
  spend(60_000);
  assert.equal(told.length, 3);
  state.limit = '0.5';
  spend(1);
  assert.equal(told.length, 3);
});

test('what is reserved is not spent; without an amount nobody is warned', () => {
  const { state, told, spend, ledger } = watch('0.5');
  ledger.reserve({ ...facts, session: 'one', bound: Money.parse('9') }).observe(Money.parse('8'));
  assert.deepEqual(told, []);
  state.limit = undefined;
  spend(1_000_000);
  assert.deepEqual(told, []);
});

test('a sum with estimates in it is told as one', () => {
  const { told, ledger } = watch('0.5');
  ledger.reserve({ ...facts, session: 'one', bound: Money.parse('9') }).settle({ estimated: tokens(0, 70_000) });
  assert.match(told[0]!, /^This session has cost about \$0\.70,/);
});
