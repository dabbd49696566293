// @ts-check
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, SetUpError, withRetries } from './run.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const PACKAGES = ['chromium', 'fonts-dejavu-core'];

/** The browser's path: PENNYLOOM_CHROMIUM, or the first found on PATH. */
export function findChromium() {
  const named = process.env['PENNYLOOM_CHROMIUM'];
  if (named) {
    return named;
  }
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin'];
  return NAMES.flatMap(name => folders.map(folder => join(folder, name))).find(path => existsSync(path));
}

/**
 * Makes sure that there is a Chromium, installing Debian's when there is none.
 * @param {(line: string) => void} say
 * @returns {Promise<string>} its path
 * @throws {SetUpError} when there is neither a browser nor a way to install one
 */
export async function installChromium(say) {
  const present = findChromium();
  if (present) {
    return present;
  }
  const byHand = `Install Chromium (apt-get install ${PACKAGES.join(' ')}) or name one with PENNYLOOM_CHROMIUM=/path/to/chromium.`;
  if (!existsSync('/usr/bin/apt-get')) {
    throw new SetUpError(`No Chromium found, and no apt-get to install it with. ${byHand}`);
  }
  const asRoot = await wayToRoot();
  if (!asRoot) {
    throw new SetUpError(`No Chromium found, and installing it needs root or password-less sudo. ${byHand}`);
  }
  say('installing Chromium (apt-get)');
  /** @param {string[]} args */
  const apt = args => {
    const command = ['DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args];
    return asRoot === 'sudo'
      ? run('sudo', ['-n', 'env', ...command], { timeoutMs: 900_000 })
      : run('env', command, { timeoutMs: 900_000 });
  };
  await withRetries(async () => {
    await apt(['update']);
    // Another apt may hold the lock (a fresh machine updates itself): wait for it rather than fail.
    await apt(['-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '--no-install-recommends', ...PACKAGES]);
  });
  const installed = findChromium();
  if (!installed) {
    throw new SetUpError(`apt-get installed ${PACKAGES.join(' ')}, and still there is no Chromium. ${byHand}`);
  }
  return installed;
}

/** @returns {Promise<'root' | 'sudo' | undefined>} undefined when we may not become root */
async function wayToRoot() {
  if (process.getuid?.() === 0) {
    return 'root';
  }
  return run('sudo', ['-n', 'true'], { timeoutMs: 10_000 }).then(
    () => 'sudo',
    () => undefined,
  );
}
