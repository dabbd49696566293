import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { silentLog } from '../../src/core/log.ts';
import { createLocalWorkspace } from '../../src/tools/local-workspace.ts';
import { ToolFailure } from '../../src/tools/tool.ts';
import type { Workspace } from '../../src/tools/workspace.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { signal } = new AbortController();
const posixOnly = { skip: process.platform === 'win32' ? 'needs symbolic links and pipes' : false };
const notRoot = { skip: process.getuid?.() ? false : 'nothing is closed to root, nor by modes on Windows' };

function workspaceAt(...paths: string[]): Workspace {
  const roots = paths.map(path => ({ name: path.split(/[\\/]/).at(-1) ?? '', path }));
  return createLocalWorkspace({ roots, ripgrepPath: async () => undefined, log: silentLog });
}

async function list(workspace: Workspace, path = '', recursive = false, limit = 100): Promise<string[]> {
  const { entries } = await workspace.listFiles(path, { recursive, limit }, signal);
  return entries.map(entry => entry.path + (entry.kind === 'folder' ? '/' : ''));
}

test('reading gives the bytes as they are, at most as many as asked for, and the whole size', async t => {
  const workspace = workspaceAt(await temporaryFolder(t, { 'a.bin': new Uint8Array([0, 255, 13, 10]), empty: '' }));
  const whole = await workspace.readFile('a.bin', 100, signal);
  assert.deepEqual([[...whole.bytes], whole.size], [[0, 255, 13, 10], 4]);
  const part = await workspace.readFile('a.bin', 2, signal);
  assert.deepEqual([[...part.bytes], part.size], [[0, 255], 4]);
  assert.deepEqual((await workspace.readFile('empty', 100, signal)).bytes.length, 0);
});

test('a file of several megabytes is read whole', async t => {
  const data = new Uint8Array(3 * 1024 * 1024 + 17).map((_, index) => index % 251);
  const workspace = workspaceAt(await temporaryFolder(t, { big: data }));
  const { bytes, size } = await workspace.readFile('big', 8 << 20, signal);
  assert.equal(size, data.length);
  assert.ok(Buffer.from(data).equals(bytes));
});

test('secret-looking and ignored files are not read, and say why', async t => {
  const folder = await temporaryFolder(t, {
    '.gitignore': 'build/\n*.log\n!keep.log',
    '.env': 'KEY=1',
    '.env.example': 'KEY=',
    'build/out.js': 'x',
    'a.log': 'x',
    'keep.log': 'kept',
    'sub/.gitignore': 'local.txt',
    'sub/local.txt': 'x',
  });
  const workspace = workspaceAt(folder);
  await assert.rejects(workspace.readFile('.env', 100, signal), /secrets.*person.*not possible yet/);
  for (const path of ['build/out.js', 'a.log', 'sub/local.txt']) {
    await assert.rejects(workspace.readFile(path, 100, signal), /ignored by git.*person.*not possible yet/, path);
  }
  for (const path of ['.env.example', 'keep.log', '.gitignore']) await workspace.readFile(path, 100, signal);
});

test('a link does not make a secret or ignored file readable under another name', posixOnly, async t => {
  const folder = await temporaryFolder(t, { '.gitignore': 'dist', '.env': 'KEY=1', 'dist/x.js': 'x' });
  await symlink('.env', join(folder, 'notes.txt'));
  await symlink('dist', join(folder, 'public'));
  await assert.rejects(workspaceAt(folder).readFile('notes.txt', 100, signal), /secrets/);
  await assert.rejects(workspaceAt(folder).readFile('public/x.js', 100, signal), /ignored/);
});

test('a folder inside a repository follows the rules of the whole repository', async t => {
  const folder = await temporaryFolder(t, {
    '.git/info/exclude': 'private.txt',
    '.gitignore': '/packages/app/dist/\nnode_modules',
    'packages/app/dist/a.js': 'x',
    'packages/app/node_modules/b.js': 'x',
    'packages/app/private.txt': 'x',
    'packages/app/src/c.ts': 'x',
  });
  const workspace = workspaceAt(join(folder, 'packages/app'));
  assert.deepEqual(await list(workspace, '', true), ['src/', 'src/c.ts']);
  await assert.rejects(workspace.readFile('dist/a.js', 100, signal), /ignored/);
});

test('rules above a folder that is in no repository do not count', async t => {
  const folder = await temporaryFolder(t, { '.gitignore': '*', 'project/a.txt': 'x' });
  assert.deepEqual(await list(workspaceAt(join(folder, 'project'))), ['a.txt']);
});

test('listing gives names in order, nearest first, without .git and what is ignored', async t => {
  const folder = await temporaryFolder(t, {
    '.git/config': 'x',
    '.gitignore': 'out/',
    'out/x': 'x',
    'b/deep/z.ts': 'x',
    'b/y.ts': 'x',
    'a.ts': 'x',
    '.env': 'x',
    'empty/': '',
  });
  const workspace = workspaceAt(folder);
  assert.deepEqual(await list(workspace), ['.env', '.gitignore', 'a.ts', 'b/', 'empty/']);
  assert.deepEqual(await list(workspace, 'b'), ['b/deep/', 'b/y.ts']);
  assert.deepEqual(await list(workspace, './', true), ['.env', '.gitignore', 'a.ts', 'b/', 'empty/', 'b/deep/', 'b/y.ts', 'b/deep/z.ts']); // prettier-ignore
  await assert.rejects(list(workspace, 'a.ts'), /use read_file/);
  await assert.rejects(list(workspace, 'out'), /ignored/);
  await assert.rejects(list(workspace, 'nowhere'), ToolFailure);
  await assert.rejects(list(workspace, '..'), ToolFailure);
});

test('a listing is marked truncated exactly when something is missing', async t => {
  const workspace = workspaceAt(await temporaryFolder(t, { a: '', b: '', c: '' }));
  const three = await workspace.listFiles('', { recursive: true, limit: 3 }, signal);
  assert.deepEqual([three.entries.length, three.truncated], [3, false]);
  const two = await workspace.listFiles('', { recursive: true, limit: 2 }, signal);
  assert.deepEqual([two.entries.map(({ path }) => path), two.truncated], [['a', 'b'], true]);
});

test(
  'listing shows links that stay inside, enters none, and leaves out what is neither file nor folder',
  posixOnly,
  async t => {
    const folder = await temporaryFolder(t, { 'src/a.ts': 'x', 'line\nbreak': 'x', 'back\\slash': 'x' });
    await symlink('..', join(folder, 'src/up'));
    await symlink('src/a.ts', join(folder, 'inner'));
    await symlink('/etc', join(folder, 'etc'));
    await symlink('nowhere', join(folder, 'broken'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    assert.deepEqual(await list(workspaceAt(folder), '', true), ['inner', 'src/', 'src/a.ts', 'src/up/']);
  },
);

test('a closed folder further down does not spoil the listing', notRoot, async t => {
  const folder = await temporaryFolder(t, { 'closed/x': 'x', 'open/y': 'x' });
  await chmod(join(folder, 'closed'), 0o000);
  try {
    assert.deepEqual(await list(workspaceAt(folder), '', true), ['closed/', 'open/', 'open/y']);
    await assert.rejects(list(workspaceAt(folder), 'closed'), ToolFailure);
  } finally {
    await chmod(join(folder, 'closed'), 0o700);
  }
});

test('several roots are told apart by name, even where the names are the same or hold a slash', async t => {
  const folder = await temporaryFolder(t, { 'x/lib/a': '1', 'y/lib/a': '2' });
  const roots = [
    { name: 'lib', path: join(folder, 'x/lib') },
    { name: 'lib', path: join(folder, 'y/lib') },
    { name: 'a/b', path: folder },
    { name: '..', path: folder },
  ];
  const workspace = createLocalWorkspace({ roots, ripgrepPath: async () => undefined, log: silentLog });
  assert.deepEqual(workspace.roots, ['lib', 'lib-2', 'a-b', 'folder']);
  assert.equal(Buffer.from((await workspace.readFile('lib-2/a', 10, signal)).bytes).toString(), '2');
  assert.deepEqual(await list(workspace), ['lib/', 'lib-2/', 'a-b/', 'folder/']);
  assert.deepEqual((await list(workspace, '', true)).slice(0, 6), [
    'lib/',
    'lib-2/',
    'a-b/',
    'folder/',
    'lib/a',
    'lib-2/a',
  ]);
  assert.deepEqual(await list(workspace, 'lib-2'), ['lib-2/a']);
});

test('a root that is gone spoils neither the listing nor the search of the others', async t => {
  const folder = await temporaryFolder(t, { 'here/a.txt': 'needle' });
  const workspace = workspaceAt(join(folder, 'gone'), join(folder, 'here'));
  assert.deepEqual(await list(workspace, '', true), ['gone/', 'here/', 'here/a.txt']);
  const query = { pattern: 'needle', isRegExp: false, caseSensitive: false, path: '' };
  assert.equal((await workspace.searchText(query, 10, signal)).matches[0]?.path, 'here/a.txt');
});

test('without a folder open every tool says so', async () => {
  const workspace = createLocalWorkspace({ roots: [], ripgrepPath: async () => undefined, log: silentLog });
  assert.deepEqual(workspace.roots, []);
  await assert.rejects(workspace.readFile('a', 1, signal), /No folder is open/);
  await assert.rejects(list(workspace), /No folder is open/);
  const query = { pattern: 'x', isRegExp: false, caseSensitive: false, path: '' };
  await assert.rejects(workspace.searchText(query, 1, signal), /No folder is open/);
});

test('what is aborted ends with the reason of the signal', async t => {
  const folder = await temporaryFolder(t, { a: 'x' });
  await mkdir(join(folder, 'b'));
  const workspace = workspaceAt(folder);
  const reason = new Error('stopped');
  const aborted = AbortSignal.abort(reason);
  const isReason = (error: unknown): boolean => error === reason;
  await assert.rejects(workspace.readFile('a', 1, aborted), isReason);
  await assert.rejects(workspace.listFiles('', { recursive: true, limit: 5 }, aborted), isReason);
  const query = { pattern: 'x', isRegExp: false, caseSensitive: false, path: '' };
  await assert.rejects(workspace.searchText(query, 1, aborted), isReason);
});
