import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { barsOf, monthAround, spanOf } from '../../src/host/cost-spans.ts';

const now = new Date(2026, 10, 28, 15, 30).getTime();

test('the days of a range end with today, and follow each other without a gap', () => {
  for (const [range, count] of [['7-days', 7], ['30-days', 30], ['90-days', 90], ['month', 28]] as const) {
    const bars = barsOf(range, now, undefined);
    assert.equal(bars.length, count, range);
    assert.equal(bars.at(-1)!.to, new Date(2026, 10, 29).getTime());
    for (const [at, bar] of bars.entries()) if (at > 0) assert.equal(bar.from, bars[at - 1]!.to);
  }
  assert.deepEqual(spanOf(barsOf('month', now, undefined)), { from: new Date(2026, 10, 1).getTime(), to: new Date(2026, 10, 29).getTime() });
}); // prettier-ignore

test('all time is days while they can be told apart, then months, and never nothing', () => {
  assert.equal(barsOf('all', now, undefined).length, 7);
  assert.equal(barsOf('all', now, now + 1e9).length, 7);
  assert.equal(barsOf('all', now, new Date(2026, 10, 1, 23).getTime()).length, 28);
  assert.equal(barsOf('all', now, new Date(2026, 7, 29).getTime()).length, 92);
  const months = barsOf('all', now, new Date(2025, 10, 30).getTime());
  assert.equal(months.length, 13);
  assert.deepEqual(
    [months[0], months.at(-1)],
    [{ from: new Date(2025, 10, 1).getTime(), to: new Date(2025, 11, 1).getTime() }, monthAround(now)],
  );
});

test('days of 23 and 25 hours are days', () => {
  const program = `
    import { barsOf } from ${JSON.stringify(new URL('../../src/host/cost-spans.ts', import.meta.url).href)};
    const hours = now => barsOf('7-days', now, undefined).map(({ from, to }) => (to - from) / 3600000);
    console.log(JSON.stringify([hours(Date.UTC(2026, 2, 31)), hours(Date.UTC(2026, 9, 27))]));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { ...process.env, TZ: 'Europe/Berlin' },
    encoding: 'utf8',
  });
  assert.deepEqual(JSON.parse(output), [
    [24, 24, 24, 24, 23, 24, 24],
    [24, 24, 24, 24, 25, 24, 24],
  ]);
});
