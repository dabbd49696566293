import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { ROOT } from '../host/folders.ts';
import type { Outcome } from './outcome.ts';

/** Runs a script of package.json, as `npm run` would, as one test. */
export async function runPackageScript(name: string): Promise<Outcome> {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    await readFile(join(ROOT, 'package.json'), 'utf8'),
  );
  const command = scripts[name];
  if (!command) {
    throw new Error(`package.json has no script "${name}"`);
  }
  const path = [join(ROOT, 'node_modules/.bin'), dirname(process.execPath), process.env['PATH']].join(delimiter);
  const child = spawn(command, {
    cwd: ROOT,
    shell: true,
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  return child.exitCode === 0
    ? { passed: 1, failed: 0, skipped: 0, reports: [] }
    : { passed: 0, failed: 1, skipped: 0, reports: [`npm run ${name}\n${output.trim()}`] };
}
