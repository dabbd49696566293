// The parts of `npm test` in their order, and the sum at the end. Runs on Node 24, after set-up.
import { relative } from 'node:path';
import { OUT, ROOT } from '../host/folders.ts';
import type { Outcome } from './outcome.ts';
import { PARTS, type PartName } from './parts.ts';

process.chdir(ROOT);
const words = process.argv.slice(2);
const isPart = (word: string): word is PartName => word in PARTS;
const chosen = words.filter(isPart);
// The page objects run against what was packed, and so does the in-host suite: those parts bring the packing with them.
const needed = chosen.length === 0 ? Object.keys(PARTS).filter(isPart) : withPacking(chosen);
const paths = words.filter(word => !isPart(word));

function withPacking(parts: readonly PartName[]): PartName[] {
  const wanted = new Set(parts);
  if (parts.some(part => part === 'host' || part === 'e2e' || part === 'oldest')) {
    wanted.add('package');
  }
  return Object.keys(PARTS)
    .filter(isPart)
    .filter(part => wanted.has(part));
}

/** A part that ran nothing has proved nothing, and one that broke down has failed. */
async function runPart(name: PartName): Promise<Outcome> {
  try {
    const outcome = await PARTS[name](paths);
    const ran = outcome.passed + outcome.failed;
    return ran > 0 ? outcome : { ...outcome, failed: 1, reports: ['no test ran'] };
  } catch (error) {
    const report = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { passed: 0, failed: 1, skipped: 0, reports: [report] };
  }
}

const sum = { passed: 0, failed: 0, skipped: 0 };
for (const name of needed) {
  const start = performance.now();
  const outcome = await runPart(name);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  sum.passed += outcome.passed;
  sum.failed += outcome.failed;
  sum.skipped += outcome.skipped;
  for (const report of outcome.reports) {
    console.log(`\n${report}\n`);
  }
  const counts = `${outcome.passed} passed${outcome.failed ? `, ${outcome.failed} FAILED` : ''}`;
  const skipped = outcome.skipped ? `, ${outcome.skipped} skipped` : '';
  console.log(`${name.padEnd(8)} ${`${seconds} s`.padStart(8)}  ${counts}${skipped}`);
  if (name === 'package' && outcome.failed > 0) {
    console.log('what is left would test an extension that was not packed');
    break;
  }
}
if (sum.failed > 0) {
  console.log(
    `screenshots and logs of failures, where there are any: ${relative(ROOT, OUT)}/screenshots, ${relative(ROOT, OUT)}/logs`,
  );
}
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped ? `, ${sum.skipped} skipped` : ''}`);
process.exit(sum.failed > 0 ? 1 : 0);
