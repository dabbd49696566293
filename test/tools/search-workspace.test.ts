import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { silentLog } from '../../src/core/log.ts';
import { createLocalWorkspace } from '../../src/tools/local-workspace.ts';
import { ToolFailure } from '../../src/tools/tool.ts';
import type { TextMatch, TextQuery, Workspace } from '../../src/tools/workspace.ts';
import { realRipgrep, withoutRipgrep } from '../support/real-ripgrep.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { signal } = new AbortController();

function workspaceAt(ripgrep: string | undefined, ...folders: string[]): Workspace {
  const roots = folders.map((path, index) => ({ name: `root${index + 1}`, path }));
  return createLocalWorkspace({ roots, ripgrepPath: async () => ripgrep, log: silentLog });
}

async function search(workspace: Workspace, query: Partial<TextQuery>, limit = 100): Promise<readonly TextMatch[]> {
  const whole = { pattern: 'needle', isRegExp: false, caseSensitive: false, path: '', ...query };
  return (await workspace.searchText(whole, limit, signal)).matches;
}

const where = (matches: readonly TextMatch[]): string[] => matches.map(({ path, line }) => `${path}:${line}`);

// What a person may rely on whichever of the two does the work.
for (const [name, ripgrep, skip] of [
  ['with ripgrep', realRipgrep, withoutRipgrep],
  ['without ripgrep', undefined, false],
] as const) {
  describe(name, { skip }, () => {
    test('lines are found with path, number and text, in order', async t => {
      const folder = await temporaryFolder(t, {
        'b.txt': 'nothing\nA needle and a needle\r\nNEEDLE',
        'a/x.txt': 'needle\n',
        '.github/ci.yml': 'needle: 1',
      });
      assert.deepEqual(await search(workspaceAt(ripgrep, folder), {}), [
        { path: '.github/ci.yml', line: 1, text: 'needle: 1' },
        { path: 'a/x.txt', line: 1, text: 'needle' },
        { path: 'b.txt', line: 2, text: 'A needle and a needle' },
        { path: 'b.txt', line: 3, text: 'NEEDLE' },
      ]);
    });

    test('letter case matters when asked', async t => {
      const workspace = workspaceAt(ripgrep, await temporaryFolder(t, { a: 'needle\nNeedle' }));
      assert.deepEqual(where(await search(workspace, { pattern: 'Needle', caseSensitive: true })), ['a:2']);
    });

    test('plain text is plain, also where it looks like an option or an expression', async t => {
      const folder = await temporaryFolder(t, { a: '--files\n-e\n.*+?^$()[]{}|\\/\n--pre=/bin/sh' });
      const workspace = workspaceAt(ripgrep, folder);
      assert.deepEqual(where(await search(workspace, { pattern: '--files' })), ['a:1']);
      assert.deepEqual(where(await search(workspace, { pattern: '-e' })), ['a:2']);
      assert.deepEqual(where(await search(workspace, { pattern: '.*+?^$()[]{}|\\/' })), ['a:3']);
      assert.deepEqual(where(await search(workspace, { pattern: '--pre=/bin/sh' })), ['a:4']);
    });

    test('ignored, secret-looking and binary files and .git are left out, also when the glob names them', async t => {
      const folder = await temporaryFolder(t, {
        '.git/config': 'needle',
        '.gitignore': '*.log\nout/\n',
        'a.log': 'needle',
        'out/b.txt': 'needle',
        '.env': 'needle',
        'sub/.ENV.local': 'needle',
        'binary.dat': 'needle\0needle',
        'late.dat': `needle\n${'x'.repeat(100)}\0`,
        'seen.txt': 'needle',
      });
      const workspace = workspaceAt(ripgrep, folder);
      assert.deepEqual(where(await search(workspace, {})), ['seen.txt:1']);
      for (const glob of ['*', '**', '*.log', 'out/**', '.env', '**/.env*', '.git/**', '*.dat']) {
        const expected = glob === '*' || glob === '**' ? ['seen.txt:1'] : [];
        assert.deepEqual(where(await search(workspace, { glob })), expected, glob);
      }
    });

    test('a glob limits the files, and with "!" it excludes', async t => {
      const folder = await temporaryFolder(t, {
        'a.ts': 'needle',
        'src/b.ts': 'needle',
        'src/c.js': 'needle',
        'x.md': 'needle',
      });
      const workspace = workspaceAt(ripgrep, folder);
      const found = async (glob: string): Promise<string[]> => where(await search(workspace, { glob }));
      assert.deepEqual(await found('*.ts'), ['a.ts:1', 'src/b.ts:1']);
      assert.deepEqual(await found('src/**'), ['src/b.ts:1', 'src/c.js:1']);
      assert.deepEqual(await found('src/*.{ts,js}'), ['src/b.ts:1', 'src/c.js:1']);
      assert.deepEqual(await found('{src/*.js,x.md}'), ['src/c.js:1', 'x.md:1']);
      assert.deepEqual(await found('!src/**'), ['a.ts:1', 'x.md:1']);
      assert.deepEqual(await found(''), ['a.ts:1', 'src/b.ts:1', 'src/c.js:1', 'x.md:1']);
      assert.deepEqual(await found('--pre=touch'), []);
      assert.deepEqual(await found('include:all'), []);
      await assert.rejects(found('{a,b}'.repeat(20)), ToolFailure);
    });

    test('a path limits the search to a folder or a file', async t => {
      const folder = await temporaryFolder(t, {
        '.gitignore': 'hidden\n/src/skip',
        'a.ts': 'needle',
        'src/b.ts': 'needle',
        'src/deep/c.ts': 'needle',
        'src/hidden/d.ts': 'needle',
        'src/skip/e.ts': 'needle',
        'src2/f.ts': 'needle',
        '-e/g.ts': 'needle',
        '.env': 'needle',
      });
      const workspace = workspaceAt(ripgrep, folder);
      assert.deepEqual(where(await search(workspace, { path: 'src' })), ['src/b.ts:1', 'src/deep/c.ts:1']);
      assert.deepEqual(where(await search(workspace, { path: './src/b.ts' })), ['src/b.ts:1']);
      assert.deepEqual(where(await search(workspace, { path: '-e' })), ['-e/g.ts:1']);
      assert.deepEqual(where(await search(workspace, { path: 'src', glob: 'src/deep/**' })), ['src/deep/c.ts:1']);
      assert.deepEqual(where(await search(workspace, { path: 'a.ts', glob: '*.md' })), []);
      for (const path of ['..', '/etc', 'nowhere', '.env', 'src/hidden', '.git']) {
        await assert.rejects(search(workspace, { path }), ToolFailure, path);
      }
    });

    test(
      'links are not followed out of the workspace, nor pipes waited for',
      { skip: process.platform === 'win32' ? 'needs links' : false },
      async t => {
        const folder = await temporaryFolder(t, { 'ws/a': 'needle', 'outside/b': 'needle' });
        await symlink(join(folder, 'outside'), join(folder, 'ws/link'));
        await symlink(join(folder, 'outside/b'), join(folder, 'ws/file-link'));
        execFileSync('mkfifo', [join(folder, 'ws/pipe')]);
        const workspace = workspaceAt(ripgrep, join(folder, 'ws'));
        assert.deepEqual(where(await search(workspace, {})), ['a:1']);
        for (const path of ['link', 'file-link', 'pipe'])
          await assert.rejects(search(workspace, { path }), ToolFailure, path);
      },
    );

    test('the limit is kept and marked, exactly', async t => {
      const workspace = workspaceAt(
        ripgrep,
        await temporaryFolder(t, { a: 'needle\n'.repeat(5), b: 'needle\n'.repeat(5) }),
      );
      const run = (limit: number) =>
        workspace.searchText({ pattern: 'needle', isRegExp: false, caseSensitive: false, path: '' }, limit, signal);
      const short = await run(9);
      assert.deepEqual([short.matches.length, short.truncated], [9, true]);
      const exact = await run(10);
      assert.deepEqual([exact.matches.length, exact.truncated], [10, false]);
    });

    test('long lines are shortened around the match', async t => {
      const line = `${'ä'.repeat(5_000)}needle${'z'.repeat(5_000)}`;
      const [match] = await search(workspaceAt(ripgrep, await temporaryFolder(t, { a: line })), {});
      assert.ok(match !== undefined && match.text.length <= 302);
      assert.match(match.text, /^…ä{80}needlez+…$/);
    });

    test('several roots are searched, their names in front', async t => {
      const folder = await temporaryFolder(t, { 'x/a': 'needle', 'y/a': 'needle' });
      const workspace = workspaceAt(ripgrep, join(folder, 'x'), join(folder, 'y'));
      assert.deepEqual(where(await search(workspace, {})), ['root1/a:1', 'root2/a:1']);
      assert.deepEqual(where(await search(workspace, { path: 'root2' })), ['root2/a:1']);
      const { truncated } = await workspace.searchText(
        { pattern: 'needle', isRegExp: false, caseSensitive: false, path: '' },
        1,
        signal,
      );
      assert.equal(truncated, true);
    });

    test('text over several lines is refused with a reason', async t => {
      const workspace = workspaceAt(ripgrep, await temporaryFolder(t, { a: 'x' }));
      await assert.rejects(search(workspace, { pattern: 'a\nb' }), /one line/);
    });

    test('rules above a folder that is in no repository do not count', async t => {
      const folder = await temporaryFolder(t, { '.gitignore': '*', 'project/a': 'needle' });
      assert.deepEqual(where(await search(workspaceAt(ripgrep, join(folder, 'project')), {})), ['a:1']);
    });

    test('rules above a folder inside a repository count', async t => {
      const folder = await temporaryFolder(t, {
        '.git/HEAD': '',
        '.gitignore': 'dist',
        'app/a': 'needle',
        'app/dist/b': 'needle',
      });
      assert.deepEqual(where(await search(workspaceAt(ripgrep, join(folder, 'app')), {})), ['a:1']);
    });
  });
}

test('a regular expression is searched for', { skip: withoutRipgrep }, async t => {
  const workspace = workspaceAt(realRipgrep, await temporaryFolder(t, { a: 'const x = 1\r\nlet y\r\n' }));
  assert.deepEqual(where(await search(workspace, { pattern: String.raw`^(const|var) \w+ = \d$`, isRegExp: true })), [
    'a:1',
  ]);
});

test('a bad regular expression is reported with what is wrong with it', { skip: withoutRipgrep }, async t => {
  const folder = await temporaryFolder(t, { a: 'x' });
  const failure = await search(workspaceAt(realRipgrep, folder), { pattern: '(', isRegExp: true }).catch(
    (error: unknown) => error,
  );
  assert.ok(failure instanceof ToolFailure);
  assert.match(failure.message, /unclosed group/);
  assert.ok(!failure.message.includes(folder));
});

test('without ripgrep a regular expression is refused rather than run', async t => {
  const workspace = workspaceAt(undefined, await temporaryFolder(t, { a: 'a'.repeat(40) }));
  await assert.rejects(search(workspace, { pattern: '(a+)+b', isRegExp: true }), /ripgrep was not found/);
});

test('without ripgrep files over 1 MiB are left out, and the result says it is not everything', async t => {
  const workspace = workspaceAt(
    undefined,
    await temporaryFolder(t, { a: 'needle', big: `needle\n${'x'.repeat(1 << 20)}` }),
  );
  const result = await workspace.searchText(
    { pattern: 'needle', isRegExp: false, caseSensitive: false, path: '' },
    10,
    signal,
  );
  assert.deepEqual([where(result.matches), result.truncated], [['a:1'], true]);
});

test('a ripgrep that cannot be started is replaced by the plain search', async t => {
  const folder = await temporaryFolder(t, { a: 'needle' });
  assert.deepEqual(where(await search(workspaceAt(join(folder, 'no-such-program'), folder), {})), ['a:1']);
});

test(
  'what ripgrep reports goes through the same gate as what is read',
  { skip: process.platform === 'win32' ? 'needs links' : false },
  async t => {
    const folder = await temporaryFolder(t, {
      'outside/b': 'x',
      'ws/.gitignore': 'out',
      'ws/out/c': 'x',
      'ws/.env': 'x',
      'ws/.git/config': 'x',
      'ws/a': 'x',
    });
    await symlink('.env', join(folder, 'ws/alias'));
    await symlink('../outside', join(folder, 'ws/link'));
    const paths = ['./alias', './link/b', '../outside/b', './out/c', './.env', './.git/config', './gone', './a'];
    const messages = paths.map(text =>
      JSON.stringify({ type: 'match', data: { path: { text }, lines: { text: 'needle' }, line_number: 1 } }),
    );
    const program = join(folder, 'rg');
    await writeFile(program, `#!${process.execPath}\nconsole.log(${JSON.stringify(messages.join('\n'))})`);
    await chmod(program, 0o700);
    assert.deepEqual(where(await search(workspaceAt(program, join(folder, 'ws')), {})), ['a:1']);
  },
);
