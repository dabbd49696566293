import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, VSIX } from '../host/folders.ts';
import { checkContents } from './check-contents.ts';
import { readZip, type ZipEntry } from './read-zip.ts';

export interface PackedExtension {
  /** Absolute path of the VSIX. */
  readonly file: string;
  readonly bytes: number;
  readonly entries: readonly ZipEntry[];
  /** Why it must not be shipped; empty when it may. */
  readonly problems: readonly string[];
}

/**
 * Builds the extension for shipping and packs it.
 * @throws Error with the build's or the packer's own words
 */
export async function packExtension(): Promise<PackedExtension> {
  await promisify(execFile)(process.execPath, [join(ROOT, 'esbuild.js'), '--minify'], { cwd: ROOT });
  // vsce reads every file below its folder before it ignores most of them: tens of thousands here, ten seconds. So it is
  // shown a folder with nothing else in it.
  const stage = await mkdtemp(join(tmpdir(), 'pennyloom-pack-'));
  try {
    for (const name of ['.vscodeignore', ...(await shipped())]) {
      // A missing README is for checkContents to report, along with everything else.
      await cp(join(ROOT, name), join(stage, name), { recursive: true }).catch(ignoreMissing);
    }
    await mkdir(dirname(VSIX), { recursive: true });
    // As a program of its own, because it reports to the terminal: what it says matters only when it fails.
    const vsce = join(ROOT, 'node_modules/@vscode/vsce/vsce');
    const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
    await promisify(execFile)(process.execPath, [vsce, 'package', ...options, '--out', VSIX], { cwd: stage });
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
  const archive = await readFile(VSIX);
  const entries = readZip(archive);
  const { main }: { main: string } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  return { file: VSIX, bytes: archive.length, entries, problems: checkContents(entries, main) };
}

/** The names at the top level that .vscodeignore lets through. */
async function shipped(): Promise<string[]> {
  const lines = (await readFile(join(ROOT, '.vscodeignore'), 'utf8')).split('\n');
  return lines.filter(line => line.startsWith('!')).map(line => line.slice(1).split('/')[0] ?? '');
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
    throw error;
  }
}
