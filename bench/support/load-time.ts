import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const run = promisify(execFile);

export interface Loaded {
  /** CPU time, milliseconds. */
  readonly ms: number;
  /** Modules of Node's own that were loaded on the way. */
  readonly builtins: readonly string[];
  readonly files: readonly string[];
}

/** Requires bundles in a fresh process. */
export async function loadTime(files: readonly string[], options?: { activate: boolean }): Promise<Loaded> {
  const probe = join(import.meta.dirname, 'load-probe.cjs');
  const { stdout } = await run(process.execPath, [probe, ...files, ...(options?.activate ? ['--activate'] : [])]);
  return JSON.parse(stdout) as Loaded;
}

/** Extensions and libraries to load beside ours, bundled the same way; taken away with the folder. */
export class PeerBundles {
  #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<PeerBundles> {
    return new PeerBundles(await mkdtemp(join(tmpdir(), 'pennyloom-bench-')));
  }

  /** @returns undefined where a library is not installed. */
  async bundle(name: string, contents: string): Promise<string | undefined> {
    const outfile = join(this.#folder, `${name}.cjs`);
    try {
      await build({
        stdin: { contents, resolveDir: join(import.meta.dirname, '..') },
        bundle: true,
        platform: 'node',
        format: 'cjs',
        target: 'node22',
        minify: true,
        logLevel: 'silent',
        outfile,
      });
      return outfile;
    } catch {
      return undefined;
    }
  }

  async write(name: string, contents: string): Promise<string> {
    const file = join(this.#folder, name);
    await writeFile(file, contents);
    return file;
  }

  dispose(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}
