// @ts-check
// `npm run bench`, or `npm run bench -- S1 S7`: speed beside that of others, whose packages are fetched first. Never fails: the
// speed of a shared machine must not stop a build.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { continueIn, setUp } from './set-up.mjs';
import { installPackages } from './set-up/packages.mjs';

const folder = join(import.meta.dirname, '../bench');
try {
  if (existsSync(join(folder, 'package-lock.json'))) {
    // By the Node that will load them: an older npm picks older majors without a word.
    await installPackages(folder, { node: await setUp([]) });
  }
} catch (error) {
  console.error(`not all peers could be installed: ${error instanceof Error ? error.message : String(error)}`);
}
await continueIn('../bench/main.ts', []);
process.exitCode = 0;
