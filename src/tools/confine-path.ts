import { constants } from 'node:fs';
import { lstat, open, readlink, realpath } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { sep } from 'node:path';

import { ToolFailure } from './tool.ts';
import { isGitFolder, parseWorkspacePath } from './workspace-path.ts';

/** A folder a person has open. */
export interface WorkspaceRoot {
  /** The first segment of its paths where there are several roots; unique, without '/'. */
  readonly name: string;
  /** Absolute, in the system's own notation. */
  readonly path: string;
}

/** Where a path of the workspace really leads, every symbolic link and spelling resolved. */
export interface Location {
  readonly root: WorkspaceRoot;
  /** The root's real path. */
  readonly realRoot: string;
  /** Absolute real path; `realRoot` or below it. */
  readonly real: string;
  /** Segments from `realRoot` to `real`. What is decided by name (secret, ignored) is decided by these, not by what was asked. */
  readonly segments: readonly string[];
}

const OUTSIDE =
  'That path leads out of the workspace through a symbolic link. Only files inside the workspace can be used.';
const CHANGED = 'The file was replaced while it was being opened. Try once more.';

/**
 * Finds what a path leads to and refuses what lies outside. A link from one place of the workspace to another is fine.
 * @throws ToolFailure also where nothing is there.
 */
export async function confine(roots: readonly WorkspaceRoot[], path: string): Promise<Location> {
  const { root, segments } = splitRoot(roots, parseWorkspacePath(path));
  const real = await resolveExisting([root.path, ...segments].join(sep));
  for (const candidate of [root, ...roots.filter(other => other !== root)]) {
    const realRoot = candidate === root ? await resolveRoot(root) : await resolveRoot(candidate).catch(() => undefined);
    if (realRoot === undefined || !isInside(realRoot, real)) continue;
    const location: Location = {
      root: candidate,
      realRoot,
      real,
      segments: real.slice(realRoot.length).split(sep).filter(Boolean),
    };
    // Once more on the real name: a link, a short name (GIT~1) or letter case may have hidden it from the check of the text.
    if (location.segments.some(isGitFolder)) throw new ToolFailure('The inside of .git is closed to tools.');
    return location;
  }
  throw new ToolFailure(OUTSIDE);
}

/** Which root a path speaks of: the only one, or the one its first segment names. */
export function splitRoot(
  roots: readonly WorkspaceRoot[],
  segments: readonly string[],
): { root: WorkspaceRoot; segments: readonly string[] } {
  const [only, ...others] = roots;
  if (only === undefined) throw new ToolFailure('No folder is open, so there are no files to look at.');
  if (others.length === 0) return { root: only, segments };
  const root = roots.find(({ name }) => name === segments[0]);
  if (root !== undefined) return { root, segments: segments.slice(1) };
  const names = roots.map(({ name }) => `'${name}'`).join(', ');
  throw new ToolFailure(`Several folders are open: begin the path with one of ${names}.`);
}

/** The path by which the model knows a place: the opposite of `splitRoot`. */
export function joinRoot(roots: readonly WorkspaceRoot[], root: WorkspaceRoot, segments: readonly string[]): string {
  return (roots.length > 1 ? [root.name, ...segments] : segments).join('/');
}

/**
 * Opens a file for reading so that what is read is what was checked, even if a folder on the way is swapped for a link in
 * between: the last name is not followed, nothing but a regular file is opened (a pipe would wait for ever, a device may act on being
 * opened), and afterwards the open file itself is asked where it lives.
 *
 * A hard link to a file elsewhere cannot be told from the file itself; whoever can make one can read the file anyway.
 * @returns a handle the caller closes.
 */
export async function openConfined(location: Location): Promise<FileHandle> {
  const before = await lstat(location.real).catch(rethrowReadably);
  if (before.isDirectory()) throw new ToolFailure('That is a folder: use list_files.');
  if (!before.isFile())
    throw new ToolFailure('That is not a regular file (but a pipe, socket or device) and is not read.');
  // Windows has neither flag; there the check after opening has to do.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants> & { O_RDONLY: number };
  const handle = await open(location.real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(rethrowReadably);
  try {
    if (!(await handle.stat()).isFile()) throw new ToolFailure(CHANGED);
    const livesThere = (await kernelSaysSo(handle, location.real)) ?? (await sameFile(handle, location));
    if (!livesThere) throw new ToolFailure(CHANGED);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Linux tells the real path of an open file; `undefined` elsewhere. */
async function kernelSaysSo(handle: FileHandle, real: string): Promise<boolean | undefined> {
  if (process.platform !== 'linux') return undefined;
  return readlink(`/proc/self/fd/${handle.fd}`).then(
    path => path === real,
    () => undefined,
  );
}

/**
 * For systems that don't tell: the path still leads, without links, to the very file that is open. Somebody who swaps folders
 * back and forth at exactly the right moments, twice, would get past this; a link that was made and stays does not.
 */
export async function sameFile(handle: FileHandle, { real }: Location): Promise<boolean> {
  const opened = await handle.stat({ bigint: true });
  if ((await realpath(real)) !== real) return false;
  const there = await lstat(real, { bigint: true });
  return there.dev === opened.dev && there.ino === opened.ino && (await realpath(real)) === real;
}

/** Both paths must come from `realpath`, which also settles letter case and short names: so the comparison can be exact. */
export function isInside(realRoot: string, real: string): boolean {
  return real === realRoot || real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep);
}

export async function resolveRoot(root: WorkspaceRoot): Promise<string> {
  return realpath(root.path).catch(() => {
    throw new ToolFailure('The workspace folder does not exist any more.');
  });
}

async function resolveExisting(path: string): Promise<string> {
  return realpath(path).catch(rethrowReadably);
}

/** The system's messages name absolute paths, which are nobody's business but the person's. */
export function rethrowReadably(error: unknown): never {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    throw new ToolFailure('There is no such file or folder. Look with list_files.');
  }
  if (code === 'EACCES' || code === 'EPERM') throw new ToolFailure('The system does not allow it to be read.');
  if (code === 'ELOOP') throw new ToolFailure('That is a symbolic link that leads nowhere. Look with list_files.');
  if (code === 'ENAMETOOLONG') throw new ToolFailure('The path is too long.');
  throw new ToolFailure(`The system could not read it (${code ?? 'unknown error'}).`);
}
