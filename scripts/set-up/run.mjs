// @ts-check
import { spawn } from 'node:child_process';

/** A set-up step that cannot succeed here, told to the person in one sentence instead of a stack trace. */
export class SetUpError extends Error {
  /**
   * @param {string} message
   * @param {string} [output] all that the failed program said
   */
  constructor(message, output = '') {
    super(message);
    this.output = output;
  }
}

/**
 * Runs a program to its end. Output is kept back and only part of the error, so that a good run is quiet.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options] timeoutMs: default ten minutes
 * @returns {Promise<string>} stdout and stderr, in the order they came
 * @throws {SetUpError} when it exits with anything but 0, cannot be started, or takes too long
 */
export function run(program, args, { cwd, env = process.env, timeoutMs = 600_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', chunk => (output += chunk));
    child.stderr.on('data', chunk => (output += chunk));
    const command = [program, ...args].join(' ');
    const tail = () => output.trim().split('\n').slice(-25).join('\n');
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new SetUpError(`took more than ${timeoutMs / 1000} s: ${command}\n${tail()}`));
    }, timeoutMs);
    child.once('error', error => {
      clearTimeout(timer);
      reject(new SetUpError(`cannot start ${command}: ${error.message}`));
    });
    child.once('close', code => {
      clearTimeout(timer);
      if (code === 0) {
        resolve(output);
      } else {
        reject(new SetUpError(`exit code ${code}: ${command}\n${tail()}`, output));
      }
    });
  });
}

/**
 * npm, run by the given Node: the npm that started us if there is one, else the one next to the machine's Node.
 * @param {readonly string[]} args
 * @param {{ cwd: string, node?: string }} options node: the Node to run npm on; default the one running this
 */
export function npm(args, { cwd, node = process.execPath }) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--no-update-notifier'];
  // npm hands its own settings and the calling script's name down as npm_*: they are not meant for this folder.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle)_/.test(name)),
  );
  const script = process.env['npm_execpath'];
  if (script?.endsWith('.js') && /npm-cli/.test(script)) {
    return withRetries(() => run(node, [script, ...args, ...quiet], { cwd, env }));
  }
  return withRetries(() => run('npm', [...args, ...quiet], { cwd, env }));
}

/**
 * Networks hiccup: tries three times, waiting 2 s and 6 s in between. What npm refuses by itself (EUSAGE) it will refuse again.
 * @template T
 * @param {() => Promise<T>} attempt
 * @returns {Promise<T>}
 */
export async function withRetries(attempt) {
  for (const waitMs of [2000, 6000]) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof SetUpError && error.output.includes('code EUSAGE')) {
        throw error;
      }
      const reason = error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : String(error);
      console.error(`trying again in ${waitMs / 1000} s: ${reason}`);
      await new Promise(resolve => setTimeout(resolve, waitMs));
    }
  }
  return attempt();
}
