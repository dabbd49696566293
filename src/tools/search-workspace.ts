import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';

import type { Clock } from '../core/clock.ts';
import { refuseIgnored, refuseSecret } from './access-rules.ts';
import { confine, isInside, joinRoot, resolveRoot } from './confine-path.ts';
import type { Location, WorkspaceRoot } from './confine-path.ts';
import { compileGlob } from './glob.ts';
import type { Glob } from './glob.ts';
import { IgnoredPaths } from './ignored-paths.ts';
import type { FoundLine } from './ripgrep-json.ts';
import { RipgrepMissing, runRipgrep } from './ripgrep.ts';
import { searchWithoutRipgrep } from './search-without-ripgrep.ts';
import type { PlainSearch } from './search-without-ripgrep.ts';
import { isSecretPath } from './secret-files.ts';
import { ToolFailure } from './tool.ts';
import { compare } from './walk-workspace.ts';
import { isGitFolder, parseWorkspacePath } from './workspace-path.ts';
import type { TextMatch, TextQuery } from './workspace.ts';

export interface SearchMeans {
  readonly roots: readonly WorkspaceRoot[];
  /** `undefined` where there is none: then text is looked for, but no regular expressions. */
  readonly ripgrep: string | undefined;
  readonly timeLimitMs: number;
  readonly clock: Clock;
}

interface SearchResult {
  readonly matches: readonly TextMatch[];
  readonly truncated: boolean;
}

/** Searches one folder or file, or every root for ''; see `Workspace.searchText`. Sorted by path and line. */
export async function searchWorkspace(
  means: SearchMeans,
  query: TextQuery,
  limit: number,
  signal: AbortSignal,
): Promise<SearchResult> {
  if (!query.isRegExp && /[\r\n]/.test(query.pattern))
    throw new ToolFailure('Search for one line at a time, without line breaks.');
  const everything = parseWorkspacePath(query.path).length === 0;
  const starts: Location[] = [];
  if (everything && means.roots.length > 1) {
    for (const root of means.roots) {
      const realRoot = await resolveRoot(root).catch(() => undefined);
      if (realRoot !== undefined) starts.push({ root, realRoot, real: realRoot, segments: [] });
    }
  } else starts.push(await confine(means.roots, query.path));

  const wanted = compileWanted(query.glob);
  const matches: TextMatch[] = [];
  let truncated = false;
  for (const start of starts) {
    const result = await searchBelow(means, start, query, wanted, limit - matches.length, signal);
    for (const match of result.matches) matches.push(match);
    truncated ||= result.truncated;
    if (truncated) break;
  }
  return { matches, truncated };
}

async function searchBelow(
  means: SearchMeans,
  start: Location,
  query: TextQuery,
  wanted: Glob,
  limit: number,
  signal: AbortSignal,
): Promise<SearchResult> {
  const ignored = await IgnoredPaths.below(start.realRoot);
  await checkStart(start, ignored);
  const gate = new Gate(start, ignored, wanted);
  const lines: FoundLine[] = [];
  const onLine = (line: FoundLine): boolean => {
    if (gate.admits(line.path)) lines.push(line);
    // One more than asked for tells "exactly that many" from "there are more".
    return lines.length <= limit;
  };
  const search = { start, query, ignored, wanted: (path: string) => gate.counts(path), onLine, signal };
  const { complete } = await runEither(means, search);
  const truncated = lines.length > limit || !complete;
  const matches: TextMatch[] = [];
  for (const { path, line, text } of lines.slice(0, limit)) {
    if (await gate.isReadable(path))
      matches.push({ path: joinRoot(means.roots, start.root, path.split('/')), line, text });
  }
  matches.sort((a, b) => compare(a.path, b.path) || a.line - b.line);
  return { matches, truncated };
}

/**
 * What was found once more through the conditions of reading: ripgrep's idea of ignored may differ in corners, and a folder may have been
 * swapped for a link while it ran. Looking at the disk begins with a file's first line and goes on beside the search.
 */
class Gate {
  readonly #start: Location;
  readonly #ignored: IgnoredPaths;
  readonly #wanted: Glob;
  readonly #verdicts = new Map<string, Promise<boolean> | undefined>();

  constructor(start: Location, ignored: IgnoredPaths, wanted: Glob) {
    this.#start = start;
    this.#ignored = ignored;
    this.#wanted = wanted;
  }

  /** Whether a file is asked for and open to tools, by its path alone. */
  counts(path: string): boolean {
    const segments = path.split('/');
    return this.#wanted(segments) && !isSecretPath(path) && !segments.some(isGitFolder);
  }

  /** The same for a file in which something was found. */
  admits(path: string): boolean {
    if (!this.#verdicts.has(path)) {
      this.#verdicts.set(path, this.counts(path) ? this.#look(path.split('/')) : undefined);
    }
    return this.#verdicts.get(path) !== undefined;
  }

  async isReadable(path: string): Promise<boolean> {
    return (await this.#verdicts.get(path)) ?? false;
  }

  async #look(segments: readonly string[]): Promise<boolean> {
    const path = join(this.#start.realRoot, ...segments);
    // Neither search follows links, so a file's path is its real path, which leads to no other place and no other name.
    const unmoved = (await realpath(path).catch(() => undefined)) === path && isInside(this.#start.realRoot, path);
    return unmoved && !(await this.#ignored.ignores(segments, 'file'));
  }
}

async function runEither(
  { ripgrep, roots, timeLimitMs, clock }: SearchMeans,
  search: Omit<PlainSearch, 'query' | 'roots' | 'timeLimitMs' | 'clock'> & { readonly query: TextQuery },
): Promise<{ complete: boolean }> {
  const { start, query, ignored, onLine, signal } = search;
  if (ripgrep !== undefined) {
    const nameGlob = nameGlobOf(query.glob);
    try {
      return await runRipgrep({
        ripgrep,
        folder: start.realRoot,
        below: start.segments,
        inRepository: ignored.inRepository,
        query,
        ...(nameGlob === undefined ? {} : { nameGlob }),
        onLine,
        signal,
        timeLimitMs,
        clock,
      });
    } catch (error) {
      if (!(error instanceof RipgrepMissing)) throw error;
    }
  }
  return searchWithoutRipgrep({ ...search, roots, timeLimitMs, clock });
}

async function checkStart(start: Location, ignored: IgnoredPaths): Promise<void> {
  const stats = await lstat(start.real);
  if (!stats.isFile() && !stats.isDirectory()) {
    throw new ToolFailure('That is not a regular file (but a pipe, socket or device) and is not read.');
  }
  if (stats.isFile()) refuseSecret(start);
  await refuseIgnored(start, ignored, stats.isFile() ? 'file' : 'folder');
}

function compileWanted(glob: string | undefined): Glob {
  if (glob === undefined || glob === '') return () => true;
  const negated = glob.startsWith('!');
  try {
    const matches = compileGlob(negated ? glob.slice(1) : glob);
    return negated ? segments => !matches(segments) : matches;
  } catch (error) {
    throw new ToolFailure(`The glob is not usable: ${error instanceof Error ? error.message : ''}`);
  }
}

/**
 * The last part of a glob, where it limits the names of files by itself. ripgrep gets it as a file type rather than with --glob,
 * because there a match would bring back ignored files.
 */
function nameGlobOf(glob: string | undefined): string | undefined {
  const last = glob?.slice(glob.lastIndexOf('/') + 1) ?? '';
  // Only what every kind of glob reads alike; '{a/b,c}' cut at the '/' has a lonely brace.
  return /^[\w.*?-]*(\{[\w.*?,-]+\})?[\w.*?-]*$/.test(last) &&
    last !== '' &&
    !/^\**$/.test(last) &&
    !glob?.startsWith('!')
    ? last
    : undefined;
}
