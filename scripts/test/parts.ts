import { globSync } from 'node:fs';
import { relative } from 'node:path';
import { ROOT } from '../host/folders.ts';
import { packExtension } from '../package/pack-extension.ts';
import { runInHost } from './in-host.ts';
import { runNodeTests } from './node-tests.ts';
import type { Outcome } from './outcome.ts';
import { runPackageScript } from './package-script.ts';

const ELSEWHERE = /^test\/(host|e2e|webview)\//;

/** Test files by glob, those whose path has one of the words in it when there are words. */
function testFiles(pattern: string, words: readonly string[]): string[] {
  const files = globSync(pattern, { cwd: ROOT }).map(file => file.replaceAll('\\', '/'));
  return files.filter(file => words.length === 0 || words.some(word => file.includes(word))).toSorted();
}

async function packed(): Promise<Outcome> {
  const { file, bytes, entries, problems } = await packExtension();
  const size = `${relative(ROOT, file)}: ${entries.length} files, ${(bytes / 1e6).toFixed(2)} MB`;
  const failed = problems.length > 0;
  const reports = failed ? [`${size}\n${problems.map(problem => `not fit to ship: ${problem}`).join('\n')}`] : [];
  return { passed: failed ? 0 : 1, failed: failed ? 1 : 0, skipped: 0, reports };
}

/** In the order in which `npm test` runs them: the quickest to fail first. */
export const PARTS = {
  types: () => runPackageScript('types'),
  lint: () => runPackageScript('lint'),
  unit: words => {
    const files = testFiles('test/**/*.test.ts', words).filter(file => !ELSEWHERE.test(file));
    return runNodeTests(files, { concurrency: 2, fileLimitMs: 120_000 });
  },
  // Pages of ours alone in a browser.
  browser: words =>
    runNodeTests(testFiles('test/webview/**/*.test.ts', words), { concurrency: 1, fileLimitMs: 300_000 }),
  package: packed,
  host: words => runInHost('newest', testFiles('test/host/**/*.test.ts', words)),
  // A window takes more than a gigabyte and both cores while it starts: one at a time.
  e2e: words => runNodeTests(testFiles('test/e2e/**/*.test.ts', words), { concurrency: 1, fileLimitMs: 900_000 }),
  oldest: words => runInHost('oldest', testFiles('test/host/**/*.test.ts', words)),
} as const satisfies Record<string, (words: readonly string[]) => Promise<Outcome>>;

export type PartName = keyof typeof PARTS;
