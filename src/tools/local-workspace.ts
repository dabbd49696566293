import { lstat } from 'node:fs/promises';

import { systemClock } from '../core/clock.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { refuseIgnored, refuseSecret } from './access-rules.ts';
import { confine, joinRoot, openConfined, resolveRoot } from './confine-path.ts';
import type { WorkspaceRoot } from './confine-path.ts';
import { IgnoredPaths } from './ignored-paths.ts';
import { readAtMost } from './read-at-most.ts';
import { searchWorkspace } from './search-workspace.ts';
import { ToolFailure } from './tool.ts';
import { walkWorkspace } from './walk-workspace.ts';
import type { Workspace, WorkspaceEntry } from './workspace.ts';
import { parseWorkspacePath } from './workspace-path.ts';

export interface LocalWorkspaceOptions {
  /** The open folders; `path` absolute. Names that occur twice are told apart by a number. */
  readonly roots: readonly WorkspaceRoot[];
  /** Absolute path of a ripgrep, asked for at the first search; `undefined` where there is none. */
  readonly ripgrepPath: () => Promise<string | undefined>;
  readonly log: Log;
  readonly clock?: Clock;
  /** After which a search gives what it has found so far; 20 s unless told. */
  readonly searchTimeLimitMs?: number;
}

/**
 * The folders on the disk of the extension host. Secret-looking files are listed but neither read nor searched; what
 * git ignores is not listed, read or searched; see `isSecretPath` and `IgnoredPaths` for what these are.
 */
export function createLocalWorkspace(options: LocalWorkspaceOptions): Workspace {
  const { log, clock = systemClock, searchTimeLimitMs: timeLimitMs = 20_000 } = options;
  const roots = withDistinctNames(options.roots);
  let ripgrep: Promise<string | undefined> | undefined;
  const findRipgrep = (): Promise<string | undefined> => {
    ripgrep ??= options.ripgrepPath().then(path => {
      if (path === undefined) log.warn('ripgrep was not found: searching is slower and takes no regular expressions');
      return path;
    });
    return ripgrep;
  };

  return {
    roots: roots.map(({ name }) => name),

    async readFile(path, maxBytes, signal) {
      signal.throwIfAborted();
      const location = await confine(roots, path);
      refuseSecret(location);
      await refuseIgnored(location, await IgnoredPaths.below(location.realRoot), 'file');
      const handle = await openConfined(location);
      try {
        return await readAtMost(handle, maxBytes, signal);
      } finally {
        await handle.close();
      }
    },

    async listFiles(path, { recursive, limit }, signal) {
      signal.throwIfAborted();
      const allRoots = roots.length > 1 && parseWorkspacePath(path).length === 0;
      const entries: WorkspaceEntry[] = allRoots ? roots.map(({ name }) => ({ path: name, kind: 'folder' })) : [];
      // One more than asked for tells "exactly that many" from "there are more".
      const isFull = (): boolean => entries.length > limit;
      for (const start of allRoots ? await presentRoots(roots) : [path]) {
        if (isFull() || (allRoots && !recursive)) break;
        for await (const entry of listBelow(roots, start, recursive, signal)) {
          entries.push(entry);
          if (isFull()) break;
        }
      }
      return { entries: entries.slice(0, limit), truncated: entries.length > limit };
    },

    async searchText(query, limit, signal) {
      signal.throwIfAborted();
      return searchWorkspace({ roots, ripgrep: await findRipgrep(), timeLimitMs, clock }, query, limit, signal);
    },
  };
}

/** A folder may be gone, or on a disk that is not there at the moment: no reason to keep the others back. */
async function presentRoots(roots: readonly WorkspaceRoot[]): Promise<string[]> {
  const names = await Promise.all(roots.map(root => resolveRoot(root).then(() => root.name, () => undefined))); // prettier-ignore
  return names.filter(name => name !== undefined);
}

async function* listBelow(
  roots: readonly WorkspaceRoot[],
  path: string,
  recursive: boolean,
  signal: AbortSignal,
): AsyncGenerator<WorkspaceEntry> {
  const start = await confine(roots, path);
  if (!(await lstat(start.real)).isDirectory()) throw new ToolFailure('That is a file, not a folder: use read_file.');
  const ignored = await IgnoredPaths.below(start.realRoot);
  await refuseIgnored(start, ignored, 'folder');
  for await (const { segments, kind } of walkWorkspace(roots, start, ignored, { recursive }, signal)) {
    yield { path: joinRoot(roots, start.root, segments), kind };
  }
}

/** A folder's name comes from a person's settings: it may hold a '/', or occur twice. */
function withDistinctNames(roots: readonly WorkspaceRoot[]): WorkspaceRoot[] {
  const taken = new Set<string>();
  return roots.map(({ name, path }) => {
    const plain = name.replace(/[\p{Cc}/\\:\u2028\u2029]/gu, '-').replace(/^\.*$/, 'folder');
    let distinct = plain;
    for (let number = 2; taken.has(distinct); number++) distinct = `${plain}-${number}`;
    taken.add(distinct);
    return { name: distinct, path };
  });
}
