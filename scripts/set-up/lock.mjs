// @ts-check
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Runs `work` while holding a lock folder, so that two commands started at once (`npm test` beside `npm start`, or two
 * clones sharing one host folder) do not install over each other. A lock whose owner died is taken over.
 * @template T
 * @param {string} folder the lock's own folder; made and removed here
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, work) {
  await mkdir(dirname(folder), { recursive: true });
  for (let told = false; !(await take(folder));) {
    const owner = await ownerOf(folder);
    if (owner === undefined || !isAlive(owner)) {
      await rm(folder, { recursive: true, force: true });
      continue;
    }
    if (!told) {
      console.error(`another set-up (process ${owner}) is at work here; waiting for it`);
      told = true;
    }
    await new Promise(resolve => setTimeout(resolve, 500));
  }
  try {
    return await work();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder */
async function take(folder) {
  try {
    await mkdir(folder);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      return false;
    }
    throw error;
  }
  await writeFile(join(folder, 'pid'), String(process.pid));
  return true;
}

/**
 * The process holding the lock; undefined when none was written within two seconds (it died between the two steps).
 * @param {string} folder
 */
async function ownerOf(folder) {
  for (let tries = 0; tries < 20; tries++) {
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => ''));
    if (pid > 0) {
      return pid;
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return undefined;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
