import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wireNames } from '../../src/tools/wire-names.ts';

const awkward = fc.oneof(
  fc.string({ minLength: 0, maxLength: 80 }),
  fc.stringMatching(/^[ab/.]{0,4}$/),
  fc.stringMatching(/^x{60,70}[.é]?$/),
  fc.constantFrom('read_file', 'read.file', 'read/file', 'read file', '', '🙂', '🙃', 'constructor', '__proto__'),
);

test('whatever tools are called, what is sent is valid and distinct, and comes back as the same tool', () => {
  fc.assert(
    fc.property(fc.uniqueArray(awkward, { maxLength: 40 }), own => {
      const names = wireNames(own);
      const wire = own.map(name => names.toWire(name));
      for (const name of wire) assert.match(name, /^[a-zA-Z0-9_-]{1,64}$/);
      assert.equal(new Set(wire).size, own.length);
      assert.deepEqual(
        wire.map(name => names.fromWire(name)),
        own,
      );
      // A name that can be sent as it is never changes because of its neighbours.
      for (const [at, name] of own.entries()) if (/^[a-zA-Z0-9_-]{1,64}$/.test(name)) assert.equal(wire[at], name);
    }),
  );
});

test('names that look alike once spelt are numbered', () => {
  const names = wireNames(['read/file', 'read.file', 'read_file']);
  assert.deepEqual(
    ['read/file', 'read.file', 'read_file'].map(name => names.toWire(name)),
    ['read_file_2', 'read_file_3', 'read_file'],
  );
});

test('a name that was never sent is nobody’s, and two of one name are a mistake', () => {
  const names = wireNames(['a']);
  assert.equal(names.fromWire('b'), undefined);
  assert.throws(() => names.toWire('b'), RangeError);
  assert.throws(() => wireNames(['a', 'a']), /same name/);
});
