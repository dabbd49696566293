// @ts-check
// Puts in place whatever the other commands need and is missing: npm packages, a Node 24, a real VS Code (code-server), a
// browser. Runs on the machine's own Node (20 or later), before anything is installed: plain JavaScript, no dependencies.
// By hand: `node scripts/set-up.mjs [oldest]`.
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installChromium } from './set-up/chromium.mjs';
import { hostFolder, installHostRelease, nodeOf } from './set-up/host-release.mjs';
import { withLock } from './set-up/lock.mjs';
import { installPackages } from './set-up/packages.mjs';
import { SetUpError } from './set-up/run.mjs';

const ROOT = resolve(import.meta.dirname, '..');

/** @typedef {'host' | 'oldest' | 'browser'} Need beyond the npm packages and a Node 24 */

/**
 * Whether the real VS Code (a Linux build) can be installed here. Elsewhere only what needs no such host runs.
 */
export const hostRunsHere = process.platform === 'linux' && process.arch === 'x64';

export const ELSEWHERE =
  'The VS Code server and browser that these tests drive come as Linux x64 packages. On this machine use ' +
  '`npm run test:unit`, `npm run test:desktop` (downloads a desktop VS Code) and, with `code` on the PATH, `npm start`.';

/**
 * Installs what is missing of the npm packages and of `needs`. Quiet and quick (some 10 ms) when nothing is.
 * @param {readonly Need[]} needs
 * @returns {Promise<string>} the path of the Node 24 to go on with
 * @throws {SetUpError} with a sentence for the person
 */
export async function setUp(needs) {
  await withLock(join(ROOT, '.host-set-up.lock'), async () => {
    if (await installPackages(ROOT)) {
      say('npm packages installed');
    }
  });
  if (!hostRunsHere) {
    if (needs.length > 0) {
      throw new SetUpError(ELSEWHERE);
    }
    return ownNode();
  }
  await installHostRelease('newest', say);
  if (needs.includes('oldest')) {
    await installHostRelease('oldest', say);
  }
  if (needs.includes('browser')) {
    process.env['PENNYLOOM_CHROMIUM'] = await installChromium(say);
  }
  process.env['PENNYLOOM_HOST_DIR'] = hostFolder('newest');
  return nodeOf('newest');
}

/** @param {string} line */
function say(line) {
  console.log(`set-up: ${line}`);
}

function ownNode() {
  if (Number(process.versions.node.split('.')[0]) < 24) {
    throw new SetUpError(
      `Pennyloom's scripts run on Node 24 or later; this is ${process.version}. Install it and try again.`,
    );
  }
  return process.execPath;
}

/**
 * Sets up, then goes on in TypeScript: runs `entry` on Node 24 with this program's arguments, its terminal and its signals,
 * and ends as it ends.
 * @param {string} entry relative to scripts/
 * @param {readonly Need[]} needs
 * @param {readonly string[]} [args]
 */
export async function continueIn(entry, needs, args = process.argv.slice(2)) {
  try {
    const node = await setUp(needs);
    process.exitCode = await runToEnd(node, [join(import.meta.dirname, entry), ...args]);
  } catch (error) {
    console.error(error instanceof SetUpError ? error.message : error);
    process.exitCode = 1;
  }
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code; 128 + n when a signal ended it
 */
function runToEnd(program, args) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    // Ctrl-C reaches the child by the terminal; it cleans up and ends, and only then do we. A signal sent to us alone goes on.
    process.on('SIGINT', () => {});
    for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) {
      process.on(signal, () => child.kill(signal));
    }
    child.once('error', fail);
    child.once('exit', (code, signal) => done(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    const node = await setUp(process.argv.includes('oldest') ? ['host', 'oldest', 'browser'] : ['host', 'browser']);
    console.log(`ready: ${node}`);
  } catch (error) {
    console.error(error instanceof SetUpError ? error.message : error);
    process.exitCode = 1;
  }
}
