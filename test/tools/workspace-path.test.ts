import assert from 'node:assert/strict';
import { posix, win32 } from 'node:path';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { ToolFailure } from '../../src/tools/tool.ts';
import { parseWorkspacePath } from '../../src/tools/workspace-path.ts';

test('plain paths are split, with needless slashes and dots gone', () => {
  assert.deepEqual(parseWorkspacePath(''), []);
  assert.deepEqual(parseWorkspacePath('.'), []);
  assert.deepEqual(parseWorkspacePath('./src//main.ts'), ['src', 'main.ts']);
  assert.deepEqual(parseWorkspacePath('src/'), ['src']);
  assert.deepEqual(parseWorkspacePath('a..b/...'), ['a..b', '...']);
});

test('paths that leave the workspace are refused on every system', () => {
  const paths = [
    '..', '../x', 'a/../../x', 'a/../b', '/etc/passwd', '//server/share/x', 'C:/x', 'c:x', 'C:\\x',
    '\\\\server\\share\\x', '\\\\?\\C:\\x', '..\\x', 'a\\..\\b', 'a\0b', 'a\nb', 'a\u2028b',
  ]; // prettier-ignore
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    for (const path of paths)
      assert.throws(() => parseWorkspacePath(path, platform), ToolFailure, JSON.stringify(path));
  }
});

test('.git is closed in every spelling, its neighbours are not', () => {
  for (const path of ['.git', '.git/config', 'sub/.GIT/HEAD', './.Git/x']) {
    assert.throws(() => parseWorkspacePath(path), ToolFailure, path);
  }
  assert.deepEqual(parseWorkspacePath('.github/x'), ['.github', 'x']);
  assert.deepEqual(parseWorkspacePath('.gitignore'), ['.gitignore']);
});

test('names that Windows reads as something else are refused there, and are names elsewhere', () => {
  const names = ['CON', 'nul', 'nul.txt', 'a/COM1', 'lpt9.log', 'aux .c', 'CONIN$', 'COM¹', 'a.txt:stream', 'a::$DATA', 'a.', 'a ', 'a /b', '.git.', '.git ', 'a?', '"a"']; // prettier-ignore
  for (const name of names) assert.throws(() => parseWorkspacePath(name, 'win32'), ToolFailure, name);
  assert.deepEqual(parseWorkspacePath('aux.c', 'linux'), ['aux.c']);
  assert.deepEqual(parseWorkspacePath('10:00.log', 'linux'), ['10:00.log']);
  assert.deepEqual(parseWorkspacePath('console.ts', 'win32'), ['console.ts']);
});

test('no soup of path parts ever resolves to a place outside', () => {
  const part = fc.constantFrom(
    '..', '.', '...', '', '/', '//', '\\', 'C:', 'c:\\', '\\\\?\\', '\\\\srv\\s', '~', '%2e%2e', '\0', ' ', '. .', '.. ', '..\u200b',
    '..;', '‥', '．．', 'a', 'B', '.git', '.GIT', 'CON', 'x:y', ':', '$HOME', '\u202e', 'file://', '／',
  ); // prettier-ignore
  const soup = fc
    .array(fc.oneof(part, fc.string({ maxLength: 4 })), { maxLength: 8 })
    .chain(parts => fc.constantFrom('/', '', '\\').map(separator => parts.join(separator)));
  fc.assert(
    fc.property(soup, fc.constantFrom('linux' as const, 'win32' as const), (path, platform) => {
      const system = platform === 'win32' ? win32 : posix;
      const root = platform === 'win32' ? 'D:\\ws' : '/ws';
      let segments: string[];
      try {
        segments = parseWorkspacePath(path, platform);
      } catch (error) {
        assert.ok(error instanceof ToolFailure);
        return;
      }
      const target = system.resolve(root, segments.join(system.sep));
      assert.equal(target, [root, ...segments].join(system.sep), 'the system reads the path as we do');
      assert.ok(!segments.some(segment => segment.toLowerCase() === '.git'));
    }),
    { numRuns: 5_000 },
  );
});
