// Builds, packs, looks at what is inside, and says how big it is. Ends with 1 when something is in there that should not be.
import { relative } from 'node:path';
import { ROOT } from '../host/folders.ts';
import { packExtension } from './pack-extension.ts';

const { file, bytes, entries, problems } = await packExtension();
for (const entry of entries.toSorted((a, b) => b.packed - a.packed)) {
  console.log(`${String(entry.packed).padStart(9)}  ${entry.name}`);
}
console.log(`${relative(ROOT, file)}: ${entries.length} files, ${(bytes / 1e6).toFixed(2)} MB`);
for (const problem of problems) {
  console.error(`not fit to ship: ${problem}`);
}
process.exitCode = problems.length > 0 ? 1 : 0;
