import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../host/folders.ts';
import { errorsPage } from './errors-page.ts';

await writeFile(join(ROOT, 'docs/errors.md'), errorsPage());
