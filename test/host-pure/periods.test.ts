import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Money } from '../../src/core/money.ts';
import type { Cap } from '../../src/cost/call-store.ts';
import { capsOf, everyCap, periodsAt } from '../../src/host/periods.ts';
import type { Budgets } from '../../src/host/settings.ts';

const program = `
  import { periodsAt } from ${JSON.stringify(new URL('../../src/host/periods.ts', import.meta.url).href)};
  const moments = JSON.parse(process.argv[1]);
  const told = moments.map(moment => {
    const { today, month } = periodsAt(Date.parse(moment), 's');
    return [today.since, month.since].map(since => new Date(since).toISOString());
  });
  console.log(JSON.stringify(told));`;

/** [start of day, start of month] in UTC for each moment, by a clock on a wall in `zone`: a process reads TZ once, at its start. */
function periodsIn(zone: string, moments: readonly string[]): [day: string, month: string][] {
  const args = ['--input-type=module', '--eval', program, JSON.stringify(moments)];
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const output = execFileSync(process.execPath, args, { cwd, env: { ...process.env, TZ: zone }, encoding: 'utf8' });
  return JSON.parse(output) as [string, string][];
}

test('today begins at midnight and the month on its first, by the clock on the wall', () => {
  assert.deepEqual(
    periodsIn('Asia/Tokyo', ['2026-11-30T14:59:59.999Z', '2026-11-30T15:00:00.000Z', '2026-12-31T15:00:00.000Z']),
    [
      ['2026-11-29T15:00:00.000Z', '2026-10-31T15:00:00.000Z'],
      ['2026-11-30T15:00:00.000Z', '2026-11-30T15:00:00.000Z'],
      ['2026-12-31T15:00:00.000Z', '2026-12-31T15:00:00.000Z'],
    ],
  );
  assert.deepEqual(periodsIn('UTC', ['2028-02-29T23:59:59.000Z']), [
    ['2028-02-29T00:00:00.000Z', '2028-02-01T00:00:00.000Z'],
  ]);
});

test('days of 23 and 25 hours begin at their own midnight', () => {
  // Berlin: spring forward on 29 March 2026, back on 25 October 2026.
  assert.deepEqual(
    periodsIn('Europe/Berlin', [
      '2026-03-29T20:00:00.000Z',
      '2026-03-31T21:59:59.000Z',
      '2026-10-25T22:30:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]),
    [
      ['2026-03-28T23:00:00.000Z', '2026-02-28T23:00:00.000Z'],
      ['2026-03-30T22:00:00.000Z', '2026-02-28T23:00:00.000Z'],
      ['2026-10-24T22:00:00.000Z', '2026-09-30T22:00:00.000Z'],
      ['2026-10-25T23:00:00.000Z', '2026-09-30T22:00:00.000Z'],
    ],
  );
});

test('a day without midnight begins with its first moment, and one with two midnights at the first', () => {
  // Beirut skipped 0:00 on 31 March 2024; Havana had 0:00 twice on 3 November 2024.
  assert.deepEqual(periodsIn('Asia/Beirut', ['2024-03-31T10:00:00.000Z'])[0]?.[0], '2024-03-30T22:00:00.000Z');
  assert.deepEqual(periodsIn('America/Havana', ['2024-11-03T12:00:00.000Z'])[0]?.[0], '2024-11-03T04:00:00.000Z');
});

test('only the budgets that are set are limits, each over its own span, and each says when it starts anew', () => {
  const now = new Date(2026, 10, 22, 15).getTime();
  const spender = { session: 'session-1', workspace: 'shop', feature: 'explain' };
  const { today, month } = periodsAt(now, spender.session);
  const none = { session: undefined, day: undefined, month: undefined, workspace: undefined, features: new Map() };
  const capsWith = (budgets: Partial<Budgets>): Cap[] => capsOf({ ...none, ...budgets }, spender, now);
  const limit = Money.parse('5');
  const [nextDay, nextMonth] = [new Date(2026, 10, 23).getTime(), new Date(2026, 11, 1).getTime()];
  assert.deepEqual(capsWith({}), []);
  assert.deepEqual(capsWith({ session: limit, month: Money.zero }), [
    { name: 'session', limit, filter: { session: 'session-1' }, setting: 'budget.session' },
    // Nothing may be spent at all: a budget like any other.
    { name: 'month', limit: Money.zero, filter: month, setting: 'budget.month', until: nextMonth },
  ]);
  assert.deepEqual(capsWith({ day: limit }), [
    { name: 'day', limit, filter: today, setting: 'budget.day', until: nextDay },
  ]);
  assert.deepEqual(
    capsWith({ workspace: limit, features: new Map([['explain', Money.zero], ['chat', limit]]) }), // prettier-ignore
    [
      { name: 'workspace', limit, filter: { ...month, workspace: 'shop' }, setting: 'budget.workspace', until: nextMonth },
      { name: 'explain', limit: Money.zero, filter: { ...month, feature: 'explain' }, setting: 'budget.features', until: nextMonth },
    ], // prettier-ignore
  );
  const every = everyCap({ ...none, day: limit, features: new Map([['explain', Money.zero], ['chat', limit]]) }, spender, now); // prettier-ignore
  assert.deepEqual(
    every.map(({ name }) => name),
    ['day', 'explain', 'chat'],
  );
});
