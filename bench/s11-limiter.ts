import {
  endlessBackoff,
  ours,
  poolOfEight,
  requests,
  type Run,
  type Scenario,
  scenarios,
  sdkDefaults,
  simulate,
  type Strategy,
} from '../test/support/limiter-simulation/simulate.ts';
import type { Figure, Line } from './support/figure.ts';
import { median, short, spread } from './support/statistics.ts';

const seeds = [1, 2, 3, 4, 5, 6, 7];

const peers: readonly (readonly [string, Strategy])[] = [
  ["openai's default retries", sdkDefaults],
  ['endless back-off', endlessBackoff],
  ['pool of 8', poolOfEight],
];

/** How near to the shortest possible time a long line gets through a server's limits; simulated time, so exact. */
export const s11: Figure = {
  name: 'S11',
  what: 'rate limiter',
  async measure() {
    const lines: Line[] = [];
    for (const scenario of scenarios) lines.push(await line(scenario));
    return lines;
  },
};

async function line(scenario: Scenario): Promise<Line> {
  const runs = await Promise.all(seeds.map(seed => simulate(scenario, ours, seed)));
  const others = await Promise.all(
    peers.map(async ([name, strategy]) => `${name} ${told(await simulate(scenario, strategy, seeds[0]!))}`),
  );
  const ratios = runs.map(({ ratio }) => ratio);
  // Every run must hold, not the one in the middle.
  const refused = Math.max(...runs.map(run => run.refused));
  const failed = Math.max(...runs.map(run => run.failed));
  return {
    name: `S11${scenario.name}`,
    result: {
      value: median(ratios).toFixed(4),
      goal: `${scenario.goal}, ${scenario.most429s} refused, 0 lost`,
      met: Math.max(...ratios) <= scenario.goal && refused <= scenario.most429s && failed === 0,
      beside: `${scenario.what}; at most ${refused} refused, ${failed} lost; the bucket's own bound 1.00, ${others.join(', ')}; n=${seeds.length}, spread ${spread(ratios)}`,
      raw: { runs, seeds },
    },
  };
}

const told = ({ ratio, refused, failed }: Run): string =>
  failed > 0 ? `loses ${Math.round((failed / requests) * 100)} %` : `${short(ratio)} with ${refused} refused`;
