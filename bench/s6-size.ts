import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Figure, Line, Result } from './support/figure.ts';
import { loadTime, PeerBundles } from './support/load-time.ts';
import { interleave, ofRounds, peers, ratios } from './support/rounds.ts';
import { median, short } from './support/statistics.ts';

const root = resolve(import.meta.dirname, '..');
const rounds = 15;
const loadGoal = 0.6;
const mainGoalKiB = 60;
/** Megabytes of 10⁶ bytes; the larger one is for when the tokenizer's ranks are inside. */
const vsixGoalMb = { without: 1, withRanks: 2.5 };
const ranksFile = /o200k|ranks|tokenizer/;

/** S6: what the first request has to load. S6b: main bundle. S6c: VSIX. */
export const s6: Figure = {
  name: 'S6',
  what: 'size and first-request load',
  async measure() {
    return [{ name: 'S6', result: await firstRequest() }, mainBundle(), vsix()];
  },
};

type Name = 'ours' | 'undici' | 'undici/agent' | 'openai';

async function firstRequest(): Promise<Result> {
  const engine = join(root, 'dist/engine.cjs');
  if (!existsSync(engine)) return { notMeasured: 'no dist/engine.cjs: run `npm run build`' };
  const bundles = await PeerBundles.create();
  try {
    const undici = await bundles.bundle('undici', "module.exports = require('undici')");
    const agent = await bundles.bundle('agent', "module.exports = require('undici/lib/dispatcher/agent.js')");
    const openai = await bundles.bundle('openai', "module.exports = require('openai')");
    const files = new Map<Name, (string | undefined)[]>([
      ['undici', [undici]],
      ['ours', [engine]],
      ['undici/agent', [agent]],
      ['openai', [openai]],
    ]);
    const table = await interleave([...files.keys()], rounds, async name => {
      const known = files.get(name)!.filter(file => file !== undefined);
      return known.length === files.get(name)!.length ? (await loadTime(known)).ms : undefined;
    });
    const why = table.absent.get('undici') ?? table.absent.get('ours');
    if (why !== undefined) return { notMeasured: why };
    const own = ratios(table, 'ours', 'undici');
    const value = median(own);
    return {
      value: short(value),
      goal: short(loadGoal),
      met: value <= loadGoal,
      beside:
        `require('undici') = ${peers(table, ['undici/agent', 'openai'], 'undici')}; ${ofRounds(own)}; ` +
        `floor ${short(median(table.values.get('undici')!))} ms`,
      raw: { value, cpuMs: Object.fromEntries(table.values) },
    };
  } finally {
    await bundles.dispose();
  }
}

function mainBundle(): Line {
  const { main } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { main: string };
  const file = resolve(root, main);
  if (!existsSync(file)) return { name: 'S6b', result: { notMeasured: `no ${main}: run \`npm run build\`` } };
  const kib = statSync(file).size / 1024;
  return size('S6b', kib, mainGoalKiB, 'KiB', `${main}; Cline's main bundle is 20 MB`);
}

function vsix(): Line {
  const file = join(root, 'out/pennyloom.vsix');
  if (!existsSync(file))
    return { name: 'S6c', result: { notMeasured: 'no out/pennyloom.vsix: run `npm run package`' } };
  // A ZIP names its files in clear.
  const hasRanks = ranksFile.test(readFileSync(file, 'latin1'));
  const goal = hasRanks ? vsixGoalMb.withRanks : vsixGoalMb.without;
  const what = `VSIX ${hasRanks ? 'with' : "without the tokenizer's"} ranks; Cline's is 7.28 MB`;
  return size('S6c', statSync(file).size / 1e6, goal, 'MB', what);
}

function size(name: string, value: number, goal: number, unit: string, beside: string): Line {
  return {
    name,
    result: {
      value: `${short(value)} ${unit}`,
      goal: `${short(goal)} ${unit}`,
      met: value <= goal,
      beside,
      raw: { value },
    },
  };
}
