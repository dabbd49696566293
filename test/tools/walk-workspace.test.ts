import assert from 'node:assert/strict';
import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { confine } from '../../src/tools/confine-path.ts';
import { IgnoredPaths } from '../../src/tools/ignored-paths.ts';
import { walkWorkspace } from '../../src/tools/walk-workspace.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const posixOnly = { skip: process.platform === 'win32' ? 'needs symbolic links' : false };

test('a folder that is swapped for a link during the walk is not entered', posixOnly, async t => {
  const folder = await temporaryFolder(t, { 'ws/a/inside': 'x', 'ws/b/inside': 'x', 'outside/secret': 'x' });
  const roots = [{ name: 'ws', path: join(folder, 'ws') }];
  const start = await confine(roots, '');
  const ignored = await IgnoredPaths.below(start.realRoot);
  const seen: string[] = [];
  for await (const { segments } of walkWorkspace(
    roots,
    start,
    ignored,
    { recursive: true },
    new AbortController().signal,
  )) {
    const path = segments.join('/');
    seen.push(path);
    if (path === 'b') {
      await rename(join(folder, 'ws/b'), join(folder, 'moved'));
      await symlink(join(folder, 'outside'), join(folder, 'ws/b'));
    }
  }
  assert.deepEqual(seen, ['a', 'b', 'a/inside']);
});

test('an abort is noticed in the middle of a walk', async t => {
  const folder = await temporaryFolder(t, { 'a/x': '', 'b/x': '' });
  const roots = [{ name: 'ws', path: folder }];
  const start = await confine(roots, '');
  const controller = new AbortController();
  const reason = new Error('stopped');
  const walk = walkWorkspace(roots, start, await IgnoredPaths.below(folder), { recursive: true }, controller.signal);
  await walk.next();
  controller.abort(reason);
  await walk.next();
  await assert.rejects(walk.next(), error => error === reason);
});
