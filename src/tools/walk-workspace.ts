import { opendir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { isInside, rethrowReadably } from './confine-path.ts';
import type { Location, WorkspaceRoot } from './confine-path.ts';
import type { IgnoredPaths } from './ignored-paths.ts';
import { isGitFolder, isUsableName } from './workspace-path.ts';

export interface FoundEntry {
  /** Below the root's real path. */
  readonly segments: readonly string[];
  readonly kind: 'file' | 'folder';
  /** A symbolic link; `kind` is what it leads to. */
  readonly link: boolean;
}

/** More names than this in one folder are not read: they would be held in memory to be sorted. */
const MAX_NAMES = 20_000;

/**
 * Yields what is below a folder, nearest first and by name within a folder, so that whoever stops early has seen the
 * shape of it. Leaves out `.git`, ignored entries, what is neither file nor folder, names the model could not ask for, and links
 * that lead out of the workspace; other links are yielded as what they lead to, but not entered, since they may lead in a circle.
 */
export async function* walkWorkspace(
  roots: readonly WorkspaceRoot[],
  start: Location,
  ignored: IgnoredPaths,
  options: { readonly recursive: boolean; readonly skip?: (name: string) => boolean },
  signal: AbortSignal,
): AsyncGenerator<FoundEntry> {
  const open: (readonly string[])[] = [start.segments];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    for (const entry of await readEntries(roots, start, next, ignored, signal)) {
      if (options.skip?.(entry.segments.at(-1) ?? '')) continue;
      yield entry;
      if (options.recursive && entry.kind === 'folder' && !entry.link) open.push(entry.segments);
    }
  }
}

async function readEntries(
  roots: readonly WorkspaceRoot[],
  start: Location,
  folder: readonly string[],
  ignored: IgnoredPaths,
  signal: AbortSignal,
): Promise<FoundEntry[]> {
  signal.throwIfAborted();
  const path = join(start.realRoot, ...folder);
  const isStart = folder === start.segments;
  const entries: FoundEntry[] = [];
  try {
    // A folder may have become a link since its parent was read.
    if ((await realpath(path)) !== path) return [];
    let names = 0;
    for await (const entry of await opendir(path)) {
      if (++names > MAX_NAMES) break;
      if (names % 256 === 0) signal.throwIfAborted();
      if (isGitFolder(entry.name) || !isUsableName(entry.name)) continue;
      const link = entry.isSymbolicLink();
      const segments = [...folder, entry.name];
      const kind = link ? await kindBehindLink(roots, join(path, entry.name)) : kindOf(entry);
      if (kind === undefined || (await ignored.ignoresEntry(segments, kind))) continue;
      entries.push({ segments, kind, link });
    }
  } catch (error) {
    signal.throwIfAborted();
    // The folder asked for must be told of; one further down that is closed or just vanished is passed over.
    if (isStart) rethrowReadably(error);
  }
  return entries.sort((a, b) => compare(a.segments.at(-1) ?? '', b.segments.at(-1) ?? ''));
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): 'file' | 'folder' | undefined {
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'folder' : undefined;
}

async function kindBehindLink(roots: readonly WorkspaceRoot[], path: string): Promise<'file' | 'folder' | undefined> {
  try {
    const real = await realpath(path);
    const realRoots = await Promise.all(roots.map(root => realpath(root.path).catch(() => undefined)));
    if (!realRoots.some(root => root !== undefined && isInside(root, real))) return undefined;
    return kindOf(await stat(real));
  } catch {
    return undefined;
  }
}

/** By code unit: the same everywhere, and fast. */
export function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
