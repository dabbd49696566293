import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ours, scenarios, simulate } from '../support/limiter-simulation/simulate.ts';

// Exact, because time is simulated: unlike other figures of speed, these may fail a build. Another seed is another run of the same.
const seeds = [1, 2, 3, Number(process.env['PENNYLOOM_SEED'] ?? Math.floor(Math.random() * 2 ** 31))];

for (const scenario of scenarios)
  test(`1,500 requests in line, ${scenario.what}: at most ${scenario.goal} of the shortest time, ${scenario.most429s} refusals, none lost`, async t => {
    for (const seed of seeds) {
      const run = await simulate(scenario, ours, seed);
      t.diagnostic(`${scenario.name} seed ${seed}: ${run.ratio.toFixed(5)}, ${run.refused} refused`);
      assert.ok(run.ratio <= scenario.goal, `seed ${seed}: ${run.ratio}`);
      assert.ok(run.refused <= scenario.most429s, `seed ${seed}: ${run.refused} refused`);
      assert.equal(run.failed, 0, `seed ${seed}`);
    }
  });

test('a window that had begun before, and limits that nobody told: no refusal either', async () => {
  const window = scenarios.find(({ name }) => name === 'G')!;
  const run = await simulate({ ...window, known: {}, phaseMs: 17_300 }, ours, 1);
  assert.ok(run.ratio <= window.goal, String(run.ratio));
  assert.deepEqual([run.refused, run.failed], [0, 0]);
});
