// Runs inside the extension host and is given to it as `extensionTestsPath`: finds the bundled test files beside it, runs them
// under mocha, and writes down what happened. A rejected run() makes the host end with 1.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

/** Written to the file that PENNYLOOM_TEST_RESULTS names: a run that ended well without a test must not pass for a good one. */
export interface InHostResults {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly { readonly title: string; readonly error: string }[];
}

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', color: false, timeout: 20_000, reporter: 'min' });
  const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' }).filter(file =>
    file.endsWith('.test.cjs'),
  );
  for (const file of files.toSorted()) {
    mocha.addFile(join(__dirname, file));
  }
  const failures: { title: string; error: string }[] = [];
  const counts = { passed: 0, failed: 0, skipped: 0 };
  await new Promise<void>(done => {
    mocha
      .run(() => done())
      .on('pass', () => counts.passed++)
      .on('pending', () => counts.skipped++)
      .on('fail', (test, error: unknown) => {
        counts.failed++;
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        failures.push({ title: test.fullTitle(), error: text });
      });
  });
  const results: InHostResults = { ...counts, failures };
  const file = process.env['PENNYLOOM_TEST_RESULTS'];
  if (file) {
    writeFileSync(file, JSON.stringify(results));
  }
  if (counts.failed > 0 || counts.passed === 0) {
    const list = failures.map(({ title, error }) => `✗ ${title}\n${error}`).join('\n');
    throw new Error(`${counts.passed} passed, ${counts.failed} failed\n${list}`);
  }
}
