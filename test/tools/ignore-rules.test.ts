import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { IgnoreRules } from '../../src/tools/ignore-rules.ts';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';

const rules = (text: string): IgnoreRules => IgnoreRules.none.with(text, 0, { ignoreCase: false });

/** As a walker asks: every folder on the way, then the file. */
function ignoresFile(ignore: IgnoreRules, path: string): boolean {
  const segments = path.split('/');
  return segments.some((_, index) =>
    ignore.ignores(segments.slice(0, index + 1), index + 1 === segments.length ? 'file' : 'folder'),
  );
}

test('comments, blank lines, escapes and spaces at the end are read as git reads them', () => {
  const ignore = rules('# no\n\n\\#yes\n\\!bang\ntrailing   \nkept\\ \n\r\ncrlf\r\n');
  assert.equal(ignoresFile(ignore, '# no'), false);
  assert.equal(ignoresFile(ignore, '#yes'), true);
  assert.equal(ignoresFile(ignore, '!bang'), true);
  assert.equal(ignoresFile(ignore, 'trailing'), true);
  assert.equal(ignoresFile(ignore, 'kept '), true);
  assert.equal(ignoresFile(ignore, 'crlf'), true);
});

test('a pattern with a slash at its end is for folders only', () => {
  assert.equal(ignoresFile(rules('out/'), 'out'), false);
  assert.equal(ignoresFile(rules('out/'), 'a/out/b'), true);
});

test('later lines and nearer files win', () => {
  const ignore = rules('*.log\n!keep.log').with('keep.log\n!a.log', 1, { ignoreCase: false });
  assert.equal(ignoresFile(ignore, 'keep.log'), false);
  assert.equal(ignoresFile(ignore, 'b.log'), true);
});

test('the rules of a folder below count from there', () => {
  const ignore = IgnoreRules.none.with('/x', 1, { ignoreCase: false });
  assert.equal(ignore.ignores(['sub', 'x'], 'file'), true);
  assert.equal(ignore.ignores(['sub', 'deep', 'x'], 'file'), false);
});

test('a lone slash, a byte order mark and nothing at all ignore nothing wrongly', () => {
  assert.equal(ignoresFile(rules('/\n//\n!\n'), 'a'), false);
  assert.equal(ignoresFile(rules('\uFEFFa'), 'a'), true);
});

function gitIsThere(): boolean {
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test('git itself agrees, on random rules and paths', { skip: gitIsThere() ? false : 'there is no git' }, async t => {
  const folder = await temporaryFolder(t);
  execFileSync('git', ['init', '-q', folder]);
  const name = fc.constantFrom('a', 'b', 'ab', 'a.log', 'b.ts', 'x y', '[a]');
  const part = fc.constantFrom(
    'a',
    'b',
    'ab',
    '*',
    '*.log',
    '?',
    '**',
    'a*',
    '[ab]',
    '[!a]',
    'x y',
    String.raw`\*`,
    String.raw`\[a]`,
  );
  const line = fc
    .tuple(
      fc.constantFrom('', '!'),
      fc.constantFrom('', '/'),
      fc.array(part, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', '/'),
    )
    .map(([bang, slash, parts, end]) => bang + slash + parts.join('/') + end);
  // 'a' itself is a folder here.
  const path = fc
    .array(name, { minLength: 1, maxLength: 4 })
    .map(parts => parts.join('/'))
    .filter(one => one !== 'a');

  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 5 }),
      fc.array(line, { maxLength: 2 }),
      fc.array(path, { minLength: 1, maxLength: 12 }),
      async (top, inner, paths) => {
        await writeFiles(folder, { '.gitignore': top.join('\n'), 'a/.gitignore': inner.join('\n') });
        const ours = paths.map(one => {
          const base = rules(top.join('\n'));
          const segments = one.split('/');
          return segments.some((_, index) => {
            const deep = segments[0] === 'a' && index > 0;
            const ignore = deep ? base.with(inner.join('\n'), 1, { ignoreCase: false }) : base;
            return ignore.ignores(segments.slice(0, index + 1), index + 1 === segments.length ? 'file' : 'folder');
          });
        });
        assert.deepEqual(ours, gitVerdicts(folder, paths));
      },
    ),
    { numRuns: 150 },
  );
});

/** `git check-ignore` says which pattern decided, if any; one with '!' decided that the path stays. */
function gitVerdicts(folder: string, paths: readonly string[]): boolean[] {
  let output: string;
  try {
    output = execFileSync(
      'git',
      ['-C', folder, '-c', 'core.excludesFile=', 'check-ignore', '-z', '--stdin', '--no-index', '-v', '-n'],
      {
        input: paths.join('\0'),
        encoding: 'utf8',
      },
    );
  } catch (error) {
    // It exits with 1 when nothing is ignored, and tells all the same.
    output = (error as { stdout: string }).stdout;
  }
  const fields = output.split('\0');
  return paths.map((_, index) => {
    const pattern = fields[index * 4 + 2] ?? '';
    return pattern !== '' && !pattern.startsWith('!');
  });
}
