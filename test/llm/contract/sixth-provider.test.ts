// The claim of CONTRIBUTING taken at its word: in a copy of this checkout a provider that there is not, with a wire like nobody's, is added
// by one folder, one line (and its import) and one fixture folder. Then types, house rules and the whole contract must hold there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brokenRules, readSources } from '../../support/house-rules.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

/** The one line, and what brings its folder in. */
function addLine(folder: string): void {
  const file = join(folder, 'src/llm/vendors.ts');
  const text = readFileSync(file, 'utf8');
  const added = text
    .replace("import { openai } from './openai/openai.ts';\n", "import { echo } from './echo/echo.ts';\n$&")
    .replace('  openai,\n', '$&  echo,\n');
  assert.equal(added.split('\n').length, text.split('\n').length + 2, 'vendors.ts has changed its form');
  writeFileSync(file, added);
}

test('a sixth provider is one folder, one line and one fixture folder', { timeout: 110_000 }, async t => {
  const folder = await temporaryFolder(t);
  for (const part of [
    'src',
    'test/support',
    'test/support-server',
    'test/llm/contract',
    'package.json',
    'tsconfig.json',
  ])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  cpSync(join(root, 'test/fixtures/sixth-provider'), folder, { recursive: true });
  addLine(folder);

  await t.test('the house keeps its rules', () => {
    const sources = readSources(pathToFileURL(join(folder, 'src/')));
    assert.ok(sources.has('llm/echo/echo.ts'));
    assert.deepEqual(brokenRules(sources), []);
  });

  await t.test('types fit', async () => {
    const files = ['src/llm/create-provider.ts', 'test/support/echo-server/contract.ts'];
    writeFileSync(
      join(folder, 'tsconfig.echo.json'),
      JSON.stringify({ extends: './tsconfig.json', include: [], files }),
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc, '-p', 'tsconfig.echo.json'], { cwd: folder }).catch(
      (error: { stdout: string }) => error,
    );
    assert.equal(stdout, '');
  });

  await t.test('it fulfils the whole contract, and nobody says it is missing', async () => {
    const pattern = ['--test-name-pattern', '^echo ', '--test-name-pattern', '^every vendor has a contract$'];
    const file = 'test/llm/contract/every-provider.test.ts';
    // Not a part of this run of tests.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const args = ['--test', '--test-reporter=tap', ...pattern, file];
    const { stdout } = await run(process.execPath, args, { cwd: folder, env, timeout: 60_000 }).catch(
      (error: { stdout: string }) => error,
    );
    const count = (what: string): number => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1]);
    assert.equal(count('fail'), 0, stdout);
    assert.ok(count('pass') >= 26, stdout);
    assert.match(stdout, /\| echo +\| ✓ ✓ +\| ✓ ✓ /);
  });
});
