import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VSIX } from '../host/folders.ts';
import { readZip } from '../package/read-zip.ts';

/**
 * Puts the packed extension into a folder, as an installation would. The dist of the checkout may be another build, and be
 * built again meanwhile.
 */
export async function unpackExtension(folder: string): Promise<void> {
  for (const entry of readZip(await readFile(VSIX))) {
    if (entry.name.startsWith('extension/')) {
      const path = join(folder, entry.name.slice('extension/'.length));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, entry.content());
    }
  }
}
