import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

export interface RipgrepSurroundings {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** The PATH variable. */
  readonly path: string | undefined;
}

/**
 * Finds a ripgrep that can be run: the one VS Code carries, whose place has moved with its versions (1.106 and 1.139 looked at,
 * 2026-11), else one on the PATH. Always an absolute path: a bare "rg" would let Windows run an rg.exe out of the workspace.
 * @param appRoot `vscode.env.appRoot`.
 */
export async function probeRipgrep(
  appRoot: string,
  { platform, arch, path }: RipgrepSurroundings = {
    platform: process.platform,
    arch: process.arch,
    path: process.env['PATH'],
  },
): Promise<string | undefined> {
  const name = platform === 'win32' ? 'rg.exe' : 'rg';
  const places = ['node_modules', 'node_modules.asar.unpacked'].flatMap(modules => [
    join(appRoot, modules, '@vscode', 'ripgrep-universal', 'bin', `${platform}-${arch}`, name),
    join(appRoot, modules, '@vscode', 'ripgrep', 'bin', name),
    join(appRoot, modules, 'vscode-ripgrep', 'bin', name),
  ]);
  const onPath = (path ?? '').split(delimiter).filter(folder => isAbsolute(folder));
  for (const place of [...places, ...onPath.map(folder => join(folder, name))]) {
    if (await canRun(place)) return place;
  }
  return undefined;
}

async function canRun(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
