import { lstat, readFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

import { IgnoreRules } from './ignore-rules.ts';

/** File systems that open `.ENV` for `.env`; git ignores without letter case there, too. */
const ignoreCase = process.platform === 'win32' || process.platform === 'darwin';
const MAX_IGNORE_FILE_BYTES = 1 << 20;

/**
 * Reads the ignore rules on the way from the top of the git repository down to places of the workspace. Made for one operation:
 * it remembers what it read and does not notice changes.
 *
 * Rules come from `.gitignore` and `.git/info/exclude`, in a folder without git as well. A person's global git settings are left
 * out: what is ignored shall not depend on whose machine asks.
 */
export class IgnoredPaths {
  /** Whether the root is a git repository or part of one. */
  readonly inRepository: boolean;
  readonly #top: string;
  readonly #above: readonly string[];
  readonly #known = new Map<string, Promise<IgnoreRules>>();
  readonly #folders = new Map<string, Promise<boolean>>();

  private constructor(top: string, above: readonly string[], inRepository: boolean) {
    this.inRepository = inRepository;
    this.#top = top;
    this.#above = above;
  }

  /** @param realRoot the root's real path; a repository it is a part of counts. */
  static async below(realRoot: string): Promise<IgnoredPaths> {
    const repository = await findRepository(realRoot);
    const top = repository ?? realRoot;
    return new IgnoredPaths(top, realRoot.slice(top.length).split(sep).filter(Boolean), repository !== undefined);
  }

  /** Whether the place or a folder on the way from the root to it is ignored. @param segments below the root. */
  async ignores(segments: readonly string[], kind: 'file' | 'folder'): Promise<boolean> {
    if (segments.length === 0) return false;
    return (await this.#ignoresFolder(segments.slice(0, -1))) || (await this.ignoresEntry(segments, kind));
  }

  #ignoresFolder(segments: readonly string[]): Promise<boolean> {
    const key = segments.join('/');
    let verdict = this.#folders.get(key);
    if (verdict === undefined) {
      verdict = this.ignores(segments, 'folder');
      this.#folders.set(key, verdict);
    }
    return verdict;
  }

  /** The same for a place whose folder is known not to be ignored. */
  async ignoresEntry(segments: readonly string[], kind: 'file' | 'folder'): Promise<boolean> {
    const whole = [...this.#above, ...segments];
    return (await this.#rulesIn(whole.slice(0, -1))).ignores(whole, kind);
  }

  /** The rules that hold for the entries of a folder. @param folder segments below the top. */
  #rulesIn(folder: readonly string[]): Promise<IgnoreRules> {
    const key = folder.join('/');
    let rules = this.#known.get(key);
    if (rules === undefined) {
      rules = this.#readRules(folder);
      this.#known.set(key, rules);
    }
    return rules;
  }

  async #readRules(folder: readonly string[]): Promise<IgnoreRules> {
    const inherited =
      folder.length > 0
        ? await this.#rulesIn(folder.slice(0, -1))
        : IgnoreRules.none.with(await readIgnoreFile(join(this.#top, '.git', 'info', 'exclude')), 0, { ignoreCase });
    const text = await readIgnoreFile(join(this.#top, ...folder, '.gitignore'));
    return inherited.with(text, folder.length, { ignoreCase });
  }
}

/** The nearest folder at or above `from` that holds a `.git`. */
async function findRepository(from: string): Promise<string | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = await lstat(join(folder, '.git')).catch(() => undefined);
    if (found !== undefined) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

async function readIgnoreFile(path: string): Promise<string> {
  try {
    const { size, isFile } = await lstat(path).then(stats => ({ size: stats.size, isFile: stats.isFile() }));
    // Like git, which does not follow a link here; and a pipe of that name would never end.
    return isFile && size <= MAX_IGNORE_FILE_BYTES ? await readFile(path, 'utf8') : '';
  } catch {
    return '';
  }
}
