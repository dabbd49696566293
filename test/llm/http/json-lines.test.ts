import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JsonLines } from '../../../src/llm/http/json-lines.ts';

function linesOf(pieces: readonly Buffer[], max?: number): string[] {
  const lines: string[] = [];
  const reader = new JsonLines(line => lines.push(line), max);
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return lines;
}

const bytes = Buffer.from('\uFEFF{"a":"é🙂"}\r\n\n{"b":2}\n   \n{"c":"last without newline"}');
const expected = ['{"a":"é🙂"}', '{"b":2}', '{"c":"last without newline"}'];

test('lines come whole however the bytes are split', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length)), cuts => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const pieces = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
      assert.deepEqual(
        linesOf(pieces).map(line => line.trim()),
        expected,
      );
    }),
  );
});

test('a byte at a time gives the same', () => {
  const pieces = [...bytes].map((_, i) => bytes.subarray(i, i + 1));
  assert.deepEqual(
    linesOf(pieces).map(line => line.trim()),
    expected,
  );
});

test('a line that grows past the limit ends the stream', () => {
  assert.throws(() => linesOf([Buffer.alloc(40, 'x'), Buffer.alloc(40, 'x')], 64), RangeError);
  assert.deepEqual(linesOf([Buffer.alloc(40, 'x'), Buffer.from('\n'), Buffer.alloc(40, 'x')], 64).length, 2);
});

test('nothing at all is no line', () => {
  assert.deepEqual(linesOf([]), []);
  assert.deepEqual(linesOf([Buffer.from('\n\r\n')]), []);
});
