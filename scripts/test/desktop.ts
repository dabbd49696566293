import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import type { InHostResults } from '../../test/host/index.ts';
import { OUT, ROOT, SAMPLE_WORKSPACE } from '../host/folders.ts';
import { packExtension } from '../package/pack-extension.ts';
import { bundleInHostTests, IN_HOST_SUITE } from './bundle-in-host.ts';
import { unpackExtension } from './unpack-extension.ts';

const [version = 'stable'] = process.argv.slice(2);
const root = await mkdtemp(join(tmpdir(), 'pennyloom-desktop-'));
const results = join(root, 'results.json');
let problem: unknown;
try {
  await packExtension();
  await unpackExtension(join(root, 'pennyloom'));
  await bundleInHostTests(globSync('test/host/**/*.test.ts', { cwd: ROOT }));
  await cp(SAMPLE_WORKSPACE, join(root, 'workspace'), { recursive: true });
  const own = ['--user-data-dir', join(root, 'user'), '--extensions-dir', join(root, 'extensions')];
  await runTests({
    version,
    cachePath: join(OUT, 'desktop'),
    extensionDevelopmentPath: join(root, 'pennyloom'),
    extensionTestsPath: IN_HOST_SUITE,
    launchArgs: [join(root, 'workspace'), ...own, '--disable-workspace-trust', '--disable-updates', '--skip-welcome'],
    extensionTestsEnv: { PENNYLOOM_TEST_RESULTS: results, PENNYLOOM_NODE: process.execPath },
  });
} catch (error) {
  problem = error;
}
const found: InHostResults | undefined = await readFile(results, 'utf8').then(JSON.parse, () => undefined);
await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
for (const { title, error } of found?.failures ?? []) {
  console.error(`✗ ${title}\n${error}`);
}
if (!found) {
  console.error('no test ran in a desktop VS Code:', problem);
}
const { passed, failed, skipped } = found ?? { passed: 0, failed: 1, skipped: 0 };
const good = problem === undefined && failed === 0 && passed > 0;
console.log(`${passed} passed, ${good ? 0 : Math.max(failed, 1)} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exitCode = good ? 0 : 1;
