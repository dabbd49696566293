import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Money } from '../../src/core/money.ts';
import { type CostParts, explainCost, formatCost, formatTurnCost, spokenCost } from '../../src/host/format-cost.ts';

const parts = (dollars: string, calls: number, unknownCalls = 0, estimatedCalls = 0): CostParts => ({
  money: Money.parse(dollars),
  calls,
  unknownCalls,
  estimatedCalls,
});

test('a cost is told as exactly as it is known', () => {
  const table: [CostParts, string][] = [
    [parts('0.0069', 1), '$0.0069'],
    [parts('0', 0), '$0.00'],
    [parts('0.0069', 2, 0, 1), '≈ $0.0069'],
    [parts('0.0069', 2, 1), '≥ $0.0069'],
    // At least so much, of which some is estimated: the bound is the stronger word.
    [parts('0.0069', 3, 1, 1), '≥ $0.0069'],
    [parts('0', 2, 2), 'unknown'],
    // Free, and known to be.
    [parts('0', 2), '$0.00'],
  ];
  for (const [cost, told] of table) assert.equal(formatCost(cost, 'en'), told);
  assert.equal(formatCost(parts('1234.5', 1), 'de'), '$1.234,50');
});

test('the tooltip says since when the price holds and what is missing', () => {
  assert.equal(explainCost(parts('1', 1), '2026-09-23'), 'Prices of 2026-09-23.');
  assert.equal(explainCost(parts('1', 1), undefined), '');
  assert.equal(
    explainCost(parts('1', 4, 1, 2), undefined),
    '2 requests are estimated, because the answer ended before its token counts came. One request is of unknown cost: the true sum is at least this.',
  );
});

test('a screen reader says an amount as a person would', () => {
  const table: [dollars: string, spoken: string][] = [
    ['0', '0 cents'],
    ['0.0423', '4.23 cents'],
    ['0.01', '1 cent'],
    ['0.000135', '0.0135 cents'],
    ['0.5', '50 cents'],
    ['1', '1 dollar'],
    ['1.27', '1.27 dollars'],
    ['1234.5', '1,234.5 dollars'],
    ['0.999999', '1 dollar'],
    ['1.001', '1 dollar'],
  ];
  for (const [dollars, spoken] of table) assert.equal(spokenCost(Money.parse(dollars), 'en'), spoken);
});

test('what was never reported is told with its bounds, what is still counted as such', () => {
  const parts = { money: Money.parse('0.0031'), calls: 1, unknownCalls: 0, estimatedCalls: 1 };
  const bounds = { least: Money.parse('0.002'), most: Money.parse('0.01') };
  assert.equal(formatTurnCost({ ...parts, ...bounds }, 'en'), '≈ $0.0031 ($0.0020–$0.01)');
  assert.equal(formatTurnCost(parts, 'en'), '≈ $0.0031');
  assert.equal(formatTurnCost({ ...parts, counting: Money.parse('0.001') }, 'en'), '≈ $0.0041, counting…');
});
