import assert from 'node:assert/strict';
import { test } from 'node:test';

import { oneLine } from '../../src/tools/one-line.ts';

test('whatever would break the line or reorder it is made visible', () => {
  assert.equal(oneLine('a\nb\u202Ec\u200Bd'), 'a⟨U+000A⟩b⟨U+202E⟩c⟨U+200B⟩d');
  assert.equal(oneLine('src/größe.ts'), 'src/größe.ts');
});

test('long values are cut between characters', () => {
  assert.equal(oneLine('x'.repeat(100), 10), `${'x'.repeat(9)}…`);
  assert.equal(oneLine('😀'.repeat(100), 3), '😀😀…');
  assert.equal(oneLine('😀😀😀', 3), '😀😀😀');
});

test('values of other types are shown as JSON', () => {
  assert.equal(oneLine({ a: [1] }), '{"a":[1]}');
  assert.equal(oneLine(undefined), '');
});
