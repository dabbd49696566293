import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Money } from '../../src/core/money.ts';
import type { CallRecord, GroupSum } from '../../src/cost/call-archive.ts';
import { describeChart, describeGroups, describeOther, nameIn } from '../../src/host/describe-costs.ts';
import { costOfRequest, describeFacts } from '../../src/host/describe-request.ts';
import { tokens } from '../support/scripted-provider.ts';

const dollars = Money.parse;
const day = 86_400_000;

function sum(key: string, money: string, over: Partial<GroupSum> = {}): GroupSum {
  const counts = { inputTokens: 10, cachedTokens: 0, outputTokens: 1, reasoningTokens: 0 };
  return { key, calls: 1, money: dollars(money), unknownCalls: 0, estimatedCalls: 0, ...counts, ...over };
}

const call: CallRecord = {
  id: 'call-1', session: 's', conversation: 'c', turn: 't', feature: 'chat', workspace: '', provider: 'openai', model: 'gpt-4o',
  started: Date.UTC(2026, 10, 20), settled: Date.UTC(2026, 10, 20) + 2100, bound: dollars('0.05'), state: 'reported',
  cost: dollars('0.002975'), least: undefined, usage: { ...tokens(42, 287), cachedInputTokens: 12 }, rawUsage: '{"prompt_tokens":42}',
  priceSource: 'a list', priceDate: '2026-09-23', tier: 'flex', flags: ['long-context', 'of a later version'],
}; // prettier-ignore

test('a request’s cost is told as honestly as it is known', () => {
  const told = (over: Partial<CallRecord>): string[] => Object.values(costOfRequest({ ...call, ...over }, 'en'));
  const unknown = { cost: undefined };
  assert.deepEqual(told({}), ['$0.0030', '$0.002975']);
  assert.deepEqual(told({ state: 'estimated' }), ['≈ $0.0030', '≈ $0.002975']);
  assert.deepEqual(told({ ...unknown, state: 'reserved' }), ['≤ $0.05', 'at most $0.050000']);
  assert.deepEqual(told({ state: 'estimated', least: dollars('0.002') }), [
    '≈ $0.0030',
    '≈ $0.002975 (between $0.002000 and $0.050000)',
  ]);
  assert.deepEqual(told({ ...unknown, state: 'lost' }), ['≤ $0.05', 'at most $0.050000']);
  assert.deepEqual(told({ ...unknown, state: 'lost', least: dollars('0.002') }), [
    '$0.0020–$0.05',
    'between $0.002000 and $0.050000',
  ]);
  assert.deepEqual(told({ ...unknown, state: 'lost', bound: undefined }), ['unknown', 'unknown']);
  assert.deepEqual(told({ ...unknown, state: 'unknown-price' }), ['unknown', 'unknown']);
  assert.deepEqual(told({ ...unknown, state: 'rejected' }), ['$0.00', '$0']);
});

test('the facts of a request: counts or that they were not reported, price with source and date, tier, bound, flags in words', () => {
  const { facts, usage } = describeFacts(call, () => 'The Loop', 'en');
  const fact = Object.fromEntries(facts.map(({ name, value }) => [name, value]));
  assert.equal(fact['Cost'], '$0.002975');
  assert.equal(fact['Bound before sending'], '≤ $0.050000');
  assert.equal(fact['of which cached'], '12');
  assert.equal(fact['of which reasoning'], 'not reported');
  assert.equal(fact['Price from'], 'a list, data of 2026-09-23');
  assert.equal(fact['Service tier'], 'flex');
  assert.equal(fact['Rates that day, by today’s list'], '$2.5 in, $1.25 cached, $10 out per 1M tokens');
  assert.equal(fact['Worth a second look'], 'The rates for long requests applied to all of it. of a later version');
  assert.equal(fact['Took'], '2.1 s');
  assert.equal(fact['Conversation'], 'The Loop');
  assert.equal(usage, '{\n  "prompt_tokens": 42\n}');
});

test('the highest bar fills the chart, its parts make up its height, and what is too much for the colours is drawn together', () => {
  const bars = [{ from: 0, to: day }, { from: day, to: 2 * day }, { from: 2 * day, to: 3 * day }];
  const many = Array.from({ length: 9 }, (_, at) => sum(`openai/m${at}`, `0.0${9 - at}`));
  const chart = describeChart(bars, [many, [sum('openai/m8', '0.09')], []], nameIn('model', () => undefined), 'en');
  assert.deepEqual(chart.series, ['m8', 'm0', 'm1', 'm2', 'm3', '4 others']);
  const heights = chart.bars.map(({ parts }) => parts.map(({ height }) => height));
  assert.deepEqual(heights[0]!.map(height => Math.round(height * 450)), [10, 90, 80, 70, 60, 140]);
  assert.deepEqual(heights[1], [0.2, 0, 0, 0, 0, 0]);
  assert.deepEqual(chart.bars.map(({ cost }) => cost.text), ['$0.45', '$0.09', '$0.00']);
  assert.deepEqual(chart.axis, [{ at: 0.2222, label: '$0.10' }, { at: 0.4444, label: '$0.20' }]);
}); // prettier-ignore

test('groups have names, shares of what is known, and "at least" where not all is known', () => {
  const sums = [[sum('openai/a/b', '0.75', { unknownCalls: 1, calls: 3 }), sum('openai/c', '0.25')], [sum('openai/d', '0', { unknownCalls: 1 })]];
  const groups = describeGroups(sums, nameIn('model', () => undefined), 'en', 3);
  assert.deepEqual(
    groups.map(({ label, detail, cost, share }) => [label, detail, cost.text, cost.exact, share]),
    [
      ['a/b', 'OpenAI', '≥ $0.75', '$0.750000, and 1 of unknown cost', 0.75],
      ['c', 'OpenAI', '$0.25', '$0.250000', 0.25],
      ['d', 'OpenAI', 'unknown', 'unknown', undefined],
    ],
  );
  assert.equal(nameIn('workspace', () => undefined)('').label, 'no folder');
  assert.equal(nameIn('conversation', () => 'The Loop')('c').label, 'The Loop');
}); // prettier-ignore

test('another model’s cost is an estimate, with its difference to what was paid', () => {
  const other = { provider: 'openai', model: 'x', money: dollars('0.25'), flags: ['long-context'] as const, priceSource: 'l', priceDate: '2026-09-23' };
  const shown = describeOther(other, dollars('1'), 'en');
  assert.deepEqual([shown.cost.text, shown.difference], ['≈ $0.25', '-75%']);
  assert.match(shown.note, /^Prices of 2026-09-23\. The rates for long requests/);
  assert.equal(describeOther(other, Money.zero, 'en').difference, undefined);
}); // prettier-ignore
