import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTick } from 'node:timers/promises';

import type { Clock } from '../core/clock.ts';
import { openConfined } from './confine-path.ts';
import type { Location, WorkspaceRoot } from './confine-path.ts';
import type { IgnoredPaths } from './ignored-paths.ts';
import { readAtMost } from './read-at-most.ts';
import { shortenAround } from './ripgrep-json.ts';
import type { FoundLine } from './ripgrep-json.ts';
import { ToolFailure } from './tool.ts';
import { walkWorkspace } from './walk-workspace.ts';
import type { TextQuery } from './workspace.ts';

export interface PlainSearch {
  readonly roots: readonly WorkspaceRoot[];
  readonly start: Location;
  readonly query: Omit<TextQuery, 'path' | 'glob'>;
  /** Which files to read at all. */
  readonly wanted: (path: string) => boolean;
  readonly ignored: IgnoredPaths;
  /** `false` ends the search. */
  readonly onLine: (line: FoundLine) => boolean;
  readonly signal: AbortSignal;
  readonly timeLimitMs: number;
  readonly clock: Clock;
}

/** Larger files are more often generated than written, and this much is searched within a few milliseconds. */
const MAX_FILE_BYTES = 1 << 20;

/**
 * The search for a machine without ripgrep: slower, and for plain text only, because a hostile regular expression would hang the
 * extension host. It honours .gitignore like the other, leaves out `node_modules` even where it is not ignored, files
 * over 1 MiB (the result is then not complete) and binary files, and lets other work go on between files.
 */
export async function searchWithoutRipgrep(search: PlainSearch): Promise<{ complete: boolean }> {
  const { query, onLine, signal, clock, timeLimitMs } = search;
  if (query.isRegExp) {
    throw new ToolFailure(
      'Regular expressions are not available here, since ripgrep was not found. Set isRegExp to false and search for plain text.',
    );
  }
  const deadline = clock.monotonic() + timeLimitMs;
  const expression = literalExpression(query);
  let complete = true;
  for await (const segments of filesBelow(search)) {
    signal.throwIfAborted();
    if (clock.monotonic() > deadline) return { complete: false };
    const path = segments.join('/');
    const { content, tooLarge } = await readContent({
      ...search.start,
      real: realPath(search.start, segments),
      segments,
    });
    complete &&= !tooLarge;
    for (const line of findLines(content, expression)) {
      if (!onLine({ path, ...line })) return { complete: false };
    }
    await nextTick();
  }
  return { complete };
}

async function* filesBelow(search: PlainSearch): AsyncGenerator<readonly string[]> {
  const { roots, start, ignored, signal, wanted } = search;
  if ((await lstat(start.real)).isFile()) {
    if (wanted(start.segments.join('/'))) yield start.segments;
    return;
  }
  for await (const entry of walkWorkspace(roots, start, ignored, { recursive: true, skip: isPackages }, signal)) {
    if (entry.kind === 'file' && !entry.link && wanted(entry.segments.join('/'))) yield entry.segments;
  }
}

function isPackages(name: string): boolean {
  return name === 'node_modules';
}

function realPath(start: Location, segments: readonly string[]): string {
  return join(start.realRoot, ...segments);
}

/** '' for what is binary or cannot be read: not worth stopping for. */
async function readContent(location: Location): Promise<{ content: string; tooLarge: boolean }> {
  try {
    const handle = await openConfined(location);
    try {
      const { bytes, size } = await readAtMost(handle, MAX_FILE_BYTES);
      if (size > MAX_FILE_BYTES) return { content: '', tooLarge: true };
      return { content: bytes.includes(0) ? '' : new TextDecoder().decode(bytes), tooLarge: false };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof ToolFailure) return { content: '', tooLarge: false };
    throw error;
  }
}

/** Without operators of any kind, so that it cannot backtrack. */
function literalExpression({ pattern, caseSensitive }: PlainSearch['query']): RegExp {
  return new RegExp(pattern.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`), caseSensitive ? 'gu' : 'giu');
}

function* findLines(content: string, expression: RegExp): Generator<{ line: number; text: string }> {
  let line = 1;
  let counted = 0;
  expression.lastIndex = 0;
  for (let match = expression.exec(content); match !== null; match = expression.exec(content)) {
    for (let at = content.indexOf('\n', counted); at >= 0 && at < match.index; at = content.indexOf('\n', counted)) {
      line++;
      counted = at + 1;
    }
    const end = content.indexOf('\n', match.index);
    const text = content.slice(counted, end < 0 ? undefined : end).replace(/\r$/, '');
    yield { line, text: shortenAround(text, match.index - counted) };
    if (end < 0) return;
    // A line counts once, however often it matches.
    expression.lastIndex = end + 1;
  }
}
