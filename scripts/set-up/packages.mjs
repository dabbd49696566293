// @ts-check
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npm, SetUpError } from './run.mjs';

/**
 * Installs a folder's packages in the locked versions, when its node_modules is missing or is not what package-lock.json says.
 * @param {string} folder
 * @param {{ node?: string }} [options] node: the Node to run npm on
 * @returns {Promise<boolean>} whether anything was installed
 */
export async function installPackages(folder, { node } = {}) {
  if (await isInstalled(folder)) {
    return false;
  }
  const how = { cwd: folder, ...(node ? { node } : {}) };
  try {
    // No install scripts: nothing here needs one, and an optional dependency's would try to fetch a binary from elsewhere.
    await npm(['ci', '--ignore-scripts'], how);
  } catch (error) {
    // A lock file made where a registry did not have every platform's optional package is incomplete for `ci`. The other way
    // to the very same versions, which minds less; nothing is written back.
    if (!(error instanceof SetUpError && error.output.includes('code EUSAGE'))) {
      throw error;
    }
    await npm(['install', '--no-save', '--ignore-scripts'], how);
  }
  return true;
}

/**
 * npm leaves a copy of the lock file inside node_modules when, and only when, it has finished: that copy is the stamp.
 * @param {string} folder
 */
async function isInstalled(folder) {
  const wanted = await packagesOf(join(folder, 'package-lock.json'));
  const present = await packagesOf(join(folder, 'node_modules/.package-lock.json'));
  if (!wanted || !present) {
    return false;
  }
  return Object.entries(wanted).every(([path, entry]) => {
    const found = present[path];
    // Optional packages are those of other platforms, too: their absence says nothing.
    return path === '' || (found ? found.version === entry.version : entry.optional === true);
  });
}

/**
 * @param {string} file
 * @returns {Promise<Record<string, { version?: string, optional?: boolean }> | undefined>}
 */
async function packagesOf(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
