// @ts-check
// Runs a program on behalf of another one and takes it down, with everything it started, when that other one is gone, however
// it went: finished, Ctrl-C, killed by a time limit. The lifeline is stdin, which the system closes for us in every case.
// Usage: node guard.mjs FOLDER-TO-REMOVE-AT-THE-END-OR-"-" PROGRAM ARGS…   Any line on stdin means: leave the folder.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

let [folder = '-', program = '', ...args] = process.argv.slice(2);
// Its own process group: a server's forks, watchers and extension hosts all stay in it, and one signal reaches them all.
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
const gone = new Promise(resolve => {
  child.once('exit', resolve);
  child.once('error', error => {
    console.error(`cannot start ${program}: ${error.message}`);
    process.exitCode = 127;
    resolve(undefined);
  });
});

/** @param {NodeJS.Signals} signal */
function signalGroup(signal) {
  try {
    if (child.pid) {
      process.kill(-child.pid, signal);
    }
  } catch {
    // nobody is left in the group
  }
}

async function end() {
  signalGroup('SIGTERM');
  // A server saves its state on SIGTERM; what is still there after two seconds never will.
  await Promise.race([gone, new Promise(resolve => setTimeout(resolve, 2000))]);
  signalGroup('SIGKILL');
  await gone;
  if (folder !== '-') {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
  process.exit();
}

process.stdin.on('data', () => (folder = '-'));
process.stdin.once('close', () => void end());
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => void end());
}
void gone.then(code => {
  process.exitCode ??= typeof code === 'number' ? code : 1;
  return end();
});
