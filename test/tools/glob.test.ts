import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compileGlob } from '../../src/tools/glob.ts';

const matches = (glob: string, path: string): boolean => compileGlob(glob)(path.split('/'));

test('a glob matches as people expect it to', () => {
  const cases: readonly [string, string, boolean][] = [
    ['*.ts', 'a.ts', true],
    ['*.ts', 'src/deep/a.ts', true],
    ['*.ts', 'src/a.tsx', false],
    ['src/*.ts', 'src/a.ts', true],
    ['src/*.ts', 'src/deep/a.ts', false],
    ['src/*.ts', 'lib/src/a.ts', false],
    ['src/**/*.ts', 'src/a.ts', true],
    ['src/**/*.ts', 'src/x/y/a.ts', true],
    ['**/x/**/a', 'q/x/1/2/a', true],
    ['**/x/**/a', 'q/y/1/2/a', false],
    ['/a.ts', 'a.ts', true],
    ['/a.ts', 'src/a.ts', false],
    ['src/**', 'src/a/b', true],
    ['src/**', 'src', false],
    ['**', 'any/thing', true],
    ['a?c', 'abc', true],
    ['a?c', 'a😀c', true],
    ['a?c', 'ac', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[^a-c]x', 'dx', true],
    ['[]]x', ']x', true],
    ['[a-]x', '-x', true],
    [String.raw`\*x`, '*x', true],
    [String.raw`\*x`, 'ax', false],
    ['*.{ts,tsx}', 'a.tsx', true],
    ['{src/*.ts,test/**}', 'test/a/b.js', true],
    ['a{b,c{d,e}}', 'ace', true],
    ['a{b}', 'a{b}', true],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxaxx', false],
  ];
  for (const [glob, path, expected] of cases) assert.equal(matches(glob, path), expected, `${glob} on ${path}`);
});

test('a pattern that ends in the middle of a bracket matches nothing', () => {
  assert.equal(matches('[a', '[a'), false);
  assert.equal(matches('a\\', 'a\\'), false);
});

test('letter case matters unless said otherwise', () => {
  assert.equal(matches('*.TS', 'a.ts'), false);
  assert.equal(compileGlob('*.TS', { ignoreCase: true })(['a.ts']), true);
});

test('braces that stand for too many patterns are refused', () => {
  assert.throws(() => compileGlob('{a,b}'.repeat(10)), RangeError);
});

test('a hostile pattern on a hostile path takes no time to speak of', () => {
  const started = performance.now();
  assert.equal(matches(`${'*a'.repeat(60)}b`, 'a'.repeat(4_000)), false);
  assert.equal(matches(`${'**/a/'.repeat(60)}b`, 'a/'.repeat(2_000) + 'c'), false);
  assert.equal(matches('{'.repeat(500), '{'), false);
  assert.ok(performance.now() - started < 500);
});
