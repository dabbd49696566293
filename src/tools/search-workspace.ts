import { lstat } from 'node:fs/promises';

import type { Clock } from '../core/clock.ts';
import { refuseIgnored, refuseSecret } from './access-rules.ts';
import { confine, joinRoot, resolveRoot } from './confine-path.ts';
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
import { parseWorkspacePath } from './workspace-path.ts';
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
  const allowed = rememberLast(path => wanted(path.split('/')) && !isSecretPath(path));
  const lines: FoundLine[] = [];
  const onLine = (line: FoundLine): boolean => {
    if (allowed(line.path)) lines.push(line);
    // One more than asked for tells "exactly that many" from "there are more".
    return lines.length <= limit;
  };
  const { complete } = await runEither(means, { start, query, ignored, wanted: allowed, onLine, signal });
  const truncated = lines.length > limit || !complete;
  const readable = await keepReadable(means.roots, start, lines.slice(0, limit), ignored);
  readable.sort((a, b) => compare(a.path, b.path) || a.line - b.line);
  return { matches: readable, truncated };
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

/**
 * What was found once more through the gate that reading goes through: ripgrep's idea of ignored may differ in corners, and a
 * folder may have been swapped for a link while it ran.
 */
async function keepReadable(
  roots: readonly WorkspaceRoot[],
  start: Location,
  lines: readonly FoundLine[],
  ignored: IgnoredPaths,
): Promise<TextMatch[]> {
  const verdicts = new Map<string, boolean>();
  const kept: TextMatch[] = [];
  for (const { path: found, line, text } of lines) {
    const path = joinRoot(roots, start.root, found.split('/'));
    let readable = verdicts.get(found);
    if (readable === undefined) {
      readable = await isReadable(roots, path, start, found, ignored);
      verdicts.set(found, readable);
    }
    if (readable) kept.push({ path, line, text });
  }
  return kept;
}

async function isReadable(
  roots: readonly WorkspaceRoot[],
  path: string,
  start: Location,
  found: string,
  ignored: IgnoredPaths,
): Promise<boolean> {
  try {
    const location = await confine(roots, path);
    const unmoved = location.realRoot === start.realRoot && location.segments.join('/') === found;
    return unmoved && !(await ignored.ignores(location.segments, 'file'));
  } catch (error) {
    if (error instanceof ToolFailure) return false;
    throw error;
  }
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

/** The lines of one file come in a row. */
function rememberLast(test: (path: string) => boolean): (path: string) => boolean {
  let last: string | undefined;
  let verdict = false;
  return path => {
    if (path !== last) {
      last = path;
      verdict = test(path);
    }
    return verdict;
  };
}
