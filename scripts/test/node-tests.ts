import { join, relative } from 'node:path';
import { run } from 'node:test';
import { inspect } from 'node:util';
import { ROOT } from '../host/folders.ts';
import type { Outcome } from './outcome.ts';

export interface NodeTestOptions {
  /** Files at a time, each in a process of its own. */
  readonly concurrency: number;
  /** A file that takes longer has failed. */
  readonly fileLimitMs: number;
}

interface FileLog {
  failures: string[];
  output: string;
}

/** Runs test files (paths relative to the checkout) under node:test: silent about what passes, complete about what fails. */
export async function runNodeTests(files: readonly string[], options: NodeTestOptions): Promise<Outcome> {
  if (files.length === 0) {
    return { passed: 0, failed: 0, skipped: 0, reports: [] };
  }
  const logs = new Map<string, FileLog>();
  const logOf = (file: string | undefined): FileLog => {
    const name = relative(ROOT, file ?? 'unknown file');
    const log = logs.get(name) ?? { failures: [], output: '' };
    logs.set(name, log);
    return log;
  };
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const stream = run({
    files: files.map(file => join(ROOT, file)),
    concurrency: options.concurrency,
    timeout: options.fileLimitMs,
  });
  for await (const { type, data } of stream) {
    switch (type) {
      case 'test:fail': {
        const { error } = data.details;
        // A suite that failed because of a test in it has nothing of its own to say.
        if (!('failureType' in error && error.failureType === 'subtestsFailed')) {
          logOf(data.file).failures.push(`✗ ${data.name}\n${describe(error)}`);
        }
        break;
      }
      case 'test:stdout':
      case 'test:stderr':
        logOf(data.file).output += data.message;
        break;
      case 'test:diagnostic':
        // Every file's closing statistics come as diagnostics, too.
        if (data.file && !/^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/.test(data.message)) {
          logOf(data.file).output += `${data.message}\n`;
        }
        break;
      case 'test:summary':
        if (data.file === undefined) {
          counts.passed = data.counts.passed;
          counts.failed = data.counts.tests - data.counts.passed - data.counts.skipped - data.counts.todo;
          counts.skipped = data.counts.skipped + data.counts.todo;
        }
        break;
      default:
    }
  }
  const failed = [...logs].filter(([, log]) => log.failures.length > 0);
  // A failure that is in no count (a file that ended badly after its last test) is a failure all the same.
  const failures = failed.reduce((sum, [, log]) => sum + log.failures.length, 0);
  return {
    ...counts,
    failed: Math.max(counts.failed, failures),
    reports: failed.map(([file, log]) => report(file, log)),
  };
}

function describe(error: Error): string {
  const text = inspect(error.cause instanceof Error ? error.cause : error, { depth: 6, maxStringLength: 4000 });
  const ours = text.split('\n').filter(line => !/^\s+at .*node:internal/.test(line));
  return ours.slice(0, 60).join('\n').replaceAll(/^/gm, '    ');
}

function report(file: string, { failures, output }: FileLog): string {
  const said = output.trim().split('\n').slice(-40).join('\n').trim();
  return [file, ...failures, ...(said ? [`  its output ended with:\n${said.replaceAll(/^/gm, '    ')}`] : [])].join(
    '\n',
  );
}
