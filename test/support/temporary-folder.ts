import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';

/** A folder of its own for one test, gone afterwards. Its real path, as some systems reach their temporary folder by a link. */
export async function temporaryFolder(
  test: Pick<TestContext, 'after'>,
  files: { readonly [path: string]: string | Uint8Array } = {},
): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'pennyloom-test-')));
  test.after(() => rm(folder, { recursive: true, force: true }));
  await writeFiles(folder, files);
  return folder;
}

/** Writes files below a folder, making the folders they need; a path that ends in '/' makes an empty folder. */
export async function writeFiles(
  folder: string,
  files: { readonly [path: string]: string | Uint8Array },
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    await mkdir(path.endsWith('/') ? target : dirname(target), { recursive: true });
    if (!path.endsWith('/')) await writeFile(target, content);
  }
}
