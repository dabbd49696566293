import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';

import type { Clock } from '../core/clock.ts';
import { readRipgrepLine } from './ripgrep-json.ts';
import type { FoundLine } from './ripgrep-json.ts';
import { ToolFailure } from './tool.ts';
import type { TextQuery } from './workspace.ts';

export interface RipgrepRun {
  readonly ripgrep: string;
  /** Real path of the folder that is searched; found paths are relative to it. */
  readonly folder: string;
  /** Whether `folder` is a git repository or part of one: then rules from above it count, up to the repository's top. */
  readonly inRepository: boolean;
  /** Segments below `folder` to search in; confined and existing. */
  readonly below: readonly string[];
  readonly query: Omit<TextQuery, 'path' | 'glob'>;
  /** Endings files must have, as a glob for their names: narrows what is read, nothing more. */
  readonly nameGlob?: string;
  /** Called as lines are found, in no particular order of files; `false` ends the search. */
  readonly onLine: (line: FoundLine) => boolean;
  readonly signal: AbortSignal;
  readonly timeLimitMs: number;
  readonly clock: Clock;
}

export interface RipgrepEnd {
  /** `false` when `onLine`, the time limit or a line beyond all measure left something out. */
  readonly complete: boolean;
}

/** Thrown where the program could not be started at all, so that another way may be tried. */
export class RipgrepMissing extends Error {
  override readonly name = 'RipgrepMissing';
}

/** A match in a longer line than this (minified bundles) is not worth the memory. In the JSON of ripgrep, thus about as many bytes. */
const MAX_JSON_LINE = 1 << 20;
const MAX_ERROR_TEXT = 4_096;

/**
 * Searches with ripgrep. It leaves out ignored and binary files and follows no links. Started without a shell, with no
 * settings of the person's own, and with the query where it cannot be taken for an option.
 * @throws ToolFailure for a pattern ripgrep does not take; `signal.reason` when aborted, after the process has ended.
 */
export async function runRipgrep(run: RipgrepRun): Promise<RipgrepEnd> {
  run.signal.throwIfAborted();
  const child = spawn(run.ripgrep, ripgrepArguments(run), {
    cwd: run.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    shell: false,
  });
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    child.kill('SIGKILL');
  };
  const timer = run.clock.after(run.timeLimitMs, stop);
  run.signal.addEventListener('abort', stop, { once: true });
  const errorText = collectText(child.stderr);
  try {
    const output = readOutput(child, run, stop, () => stopped);
    const code = await exitCode(child);
    run.signal.throwIfAborted();
    if (stopped) return { complete: false };
    // Code 2 with a summary: a few files could not be read, which is no reason to keep the rest back.
    if (code !== 0 && code !== 1 && !output.summary()) throw badPattern(errorText());
    return { complete: !output.skipped() };
  } finally {
    timer.dispose();
    run.signal.removeEventListener('abort', stop);
  }
}

function ripgrepArguments({ query, below, nameGlob, inRepository }: RipgrepRun): string[] {
  return [
    '--no-config',
    '--json',
    '--no-messages',
    '--crlf',
    '--no-follow',
    // Names that begin with a dot are ordinary here (.github); .git is not.
    '--hidden',
    '--iglob=!**/.git',
    // The rules of git alone, the same as IgnoredPaths reads. Without a repository a .gitignore in the home folder would count, too.
    '--no-require-git',
    '--no-ignore-dot',
    '--no-ignore-global',
    ...(inRepository ? [] : ['--no-ignore-parent']),
    '--path-separator=/',
    query.caseSensitive ? '--case-sensitive' : '--ignore-case',
    ...(query.isRegExp ? [] : ['--fixed-strings']),
    ...(nameGlob === undefined ? [] : [`--type-add=wanted:${nameGlob}`, '--type=wanted']),
    '-e',
    query.pattern,
    '--',
    ['.', ...below].join('/'),
  ];
}

function readOutput(
  child: ChildProcessByStdio<null, Readable, Readable>,
  run: RipgrepRun,
  stop: () => void,
  isStopped: () => boolean,
): { summary(): boolean; skipped(): boolean } {
  let rest: Buffer = Buffer.alloc(0);
  let overlong = false;
  let skipped = false;
  let summary = false;

  const takeLine = (line: Buffer): void => {
    const found = readRipgrepLine(line.toString('utf8'));
    if (found === 'summary') summary = true;
    else if (found !== undefined && !run.onLine(found)) stop();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0 && !isStopped(); end = chunk.indexOf(10, start)) {
      const line = chunk.subarray(start, end);
      if (!overlong) takeLine(rest.length > 0 ? Buffer.concat([rest, line]) : line);
      overlong = false;
      rest = Buffer.alloc(0);
      start = end + 1;
    }
    if (isStopped()) return;
    if (!overlong) rest = Buffer.concat([rest, chunk.subarray(start)]);
    if (rest.length > MAX_JSON_LINE) {
      overlong = skipped = true;
      rest = Buffer.alloc(0);
    }
  });
  return { summary: () => summary, skipped: () => skipped };
}

/** Waits for the end of the process and of its output. */
function exitCode(child: ChildProcessByStdio<null, Readable, Readable>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('close', code => resolve(code));
    child.once('error', () => reject(new RipgrepMissing('ripgrep could not be started')));
  });
}

function collectText(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    if (text.length < MAX_ERROR_TEXT) text += chunk;
  });
  return () => text.slice(0, MAX_ERROR_TEXT);
}

function badPattern(errorText: string): ToolFailure {
  const reason = errorText.replace(/^rg: /, '').trim();
  return new ToolFailure(
    reason === ''
      ? 'The search ended early. Try a simpler query.'
      : `The search was refused: ${reason}\nThe syntax is that of ripgrep: no look-around, no back-references, one line at a time.`,
  );
}
