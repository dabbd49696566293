import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Money } from '../../src/core/money.ts';
import { forecast } from '../../src/cost/forecast.ts';

const month = { from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 11, 1) };
const on = (day: number): string | undefined =>
  forecast(Money.parse('1.5'), month, Date.UTC(2026, 10, day))?.toString();

test('a month goes on as it has gone so far, and in its first tenth nobody knows', () => {
  assert.equal(on(1), undefined);
  assert.equal(on(3), undefined);
  assert.equal(on(4), '15.000000');
  assert.equal(on(16), '3.000000');
  assert.equal(on(31), '1.500000');
  assert.equal(forecast(Money.zero, month, month.to)?.toString(), '0.000000');
});
