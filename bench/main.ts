/**
 * `npm run bench`, or `npm run bench -- S1 S7` for some. Ratios to a floor measured in the same run; never fails, because the speed of
 * a shared machine must not stop a build. What each figure means and the goals are told beside the figures themselves.
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { s1 } from './s1-stream-cpu.ts';
import { s11 } from './s11-limiter.ts';
import { s12 } from './s12-token-count.ts';
import { s2 } from './s2-first-delta.ts';
import { s3 } from './s3-many-streams.ts';
import { s4 } from './s4-whole-stack.ts';
import { s9 } from './s9-ledger.ts';
import { s10 } from './s10-totals.ts';
import { s5 } from './s5-activation.ts';
import { s6 } from './s6-size.ts';
import { type Figure, format, type Line } from './support/figure.ts';

const figures: readonly Figure[] = [
  s1,
  s2,
  s3,
  s4,
  s5,
  s6,
  notYet('S7', 'streamed Markdown', 'its browser harness is not built'),
  notYet('S8', '1,000-message chat', 'long chats are not virtualised yet'),
  s9,
  s10,
  s11,
  s12,
  notYet('S13', 'workspace search', 'its 50k-file workspace is not built'),
  notYet('S14', '10,000 turns', 'its simulation is not built'),
];

function notYet(name: string, what: string, why: string): Figure {
  return { name, what, measure: () => Promise.resolve([{ name, result: { notMeasured: `${why} (${what})` } }]) };
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2).map(name => name.toUpperCase());
  const known = new Set(figures.map(({ name }) => name));
  for (const name of wanted) if (!known.has(name)) console.log(`${name}  not measured: there is no such figure`);
  const chosen = wanted.length === 0 ? figures : figures.filter(({ name }) => wanted.includes(name));
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}; ratios to the floor, less is better`,
  );
  const [load = 0] = loadavg();
  // Ratios stand a busy machine, but p50 and p99 of a few hundred microseconds stand it least.
  if (load > cpus().length / 2) console.log(`the machine is busy: load ${load.toFixed(1)}`);
  const lines: Line[] = [];
  for (const figure of chosen) {
    for (const line of await measured(figure)) {
      lines.push(line);
      console.log(format(line));
    }
  }
  writeResults(lines);
}

async function measured(figure: Figure): Promise<readonly Line[]> {
  try {
    return await figure.measure();
  } catch (error) {
    return [{ name: figure.name, result: { notMeasured: error instanceof Error ? error.message : String(error) } }];
  }
}

function writeResults(lines: readonly Line[]): void {
  const results = {
    date: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model,
    cpus: cpus().length,
    load: loadavg()[0],
    lines: lines.map(line => ({ name: line.name, text: format(line), ...line.result })),
  };
  writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
}

await main();
