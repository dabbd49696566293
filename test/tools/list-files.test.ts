import assert from 'node:assert/strict';
import { test } from 'node:test';

import { listFiles } from '../../src/tools/list-files.ts';
import { ToolFailure } from '../../src/tools/tool.ts';
import { createInMemoryWorkspace } from '../support/in-memory-workspace.ts';

const { signal } = new AbortController();

test('folders end in a slash, and secret-looking files are marked', async () => {
  const workspace = createInMemoryWorkspace({ '.env': 'x', 'a.ts': 'x', 'src/b.ts': 'x' });
  assert.deepEqual(await listFiles.run({}, { workspace, signal }), {
    text: '.env [looks secret, cannot be read]\na.ts\nsrc/',
    truncated: false,
  });
  assert.equal((await listFiles.run({ path: 'src', recursive: true }, { workspace, signal })).text, 'src/b.ts');
});

test('at most 500 entries come at once, and the result says so', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 501 }, (_, index) => [`f${String(index).padStart(4, '0')}`, '']),
  );
  const { text, truncated } = await listFiles.run({}, { workspace: createInMemoryWorkspace(files), signal });
  assert.equal(text.split('\n').length, 501);
  assert.match(text, /f0499\n\[Not everything:/);
  assert.equal(truncated, true);
});

test('very long paths are held to 64 KiB', async () => {
  const files = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`${'x'.repeat(250)}/${index}`, '']));
  const { text, truncated } = await listFiles.run(
    { recursive: true },
    { workspace: createInMemoryWorkspace(files), signal },
  );
  assert.ok(Buffer.byteLength(text) < 65 * 1024 && truncated);
});

test('an empty workspace is said to be empty, a wrong folder is a failure', async () => {
  const workspace = createInMemoryWorkspace({});
  assert.match((await listFiles.run({}, { workspace, signal })).text, /^Nothing is there/);
  await assert.rejects(listFiles.run({ path: '../x' }, { workspace, signal }), ToolFailure);
});

test('a summary names the folder', () => {
  assert.equal(listFiles.summarize({}), 'List the workspace');
  assert.equal(listFiles.summarize({ path: 'src', recursive: true }), 'List everything in src');
});
