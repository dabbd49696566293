import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decodeText } from '../../src/tools/decode-text.ts';

const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

test('UTF-8 is decoded, its byte order mark dropped, its line endings kept', () => {
  const expected = { kind: 'text', text: 'a\r\nß', encoding: 'UTF-8', damaged: false };
  assert.deepEqual(decodeText(bytes('a\r\nß')), expected);
  assert.deepEqual(decodeText(bytes([0xef, 0xbb, 0xbf], 'a\r\nß')), expected);
});

test('UTF-16 is decoded in both orders, with and without a mark', () => {
  const little = Buffer.from('const a = 1;\r\n', 'utf16le');
  const big = Buffer.from(little).swap16();
  for (const [data, encoding] of [
    [little, 'UTF-16LE'],
    [bytes([0xff, 0xfe], [...little]), 'UTF-16LE'],
    [big, 'UTF-16BE'],
    [bytes([0xfe, 0xff], [...big]), 'UTF-16BE'],
  ] as const) {
    assert.deepEqual(decodeText(data), { kind: 'text', text: 'const a = 1;\r\n', encoding, damaged: false });
  }
});

test('bytes that are not UTF-8 are marked as damage, a replacement character in the file is not', () => {
  const latin = decodeText(bytes('caf', [0xe9], '\n'));
  assert.ok(latin.kind === 'text' && latin.damaged && latin.text === 'caf\uFFFD\n');
  const honest = decodeText(bytes('\uFFFD'));
  assert.ok(honest.kind === 'text' && !honest.damaged);
});

test('half a character where reading was cut is dropped and no damage', () => {
  assert.deepEqual(decodeText(bytes('a', [0xe2, 0x82]), true), {
    kind: 'text',
    text: 'a',
    encoding: 'UTF-8',
    damaged: false,
  });
  const whole = decodeText(bytes('a', [0xe2, 0x82]));
  assert.ok(whole.kind === 'text' && whole.damaged);
});

test('binary data is told from text, and its kind where it is known', () => {
  const type = (data: Uint8Array): string | undefined => {
    const decoded = decodeText(data);
    return decoded.kind === 'binary' ? decoded.type : undefined;
  };
  assert.equal(type(bytes([0x89], 'PNG\r\n', [0x1a], '\n')), 'PNG image');
  assert.equal(type(bytes('RIFF', [1, 2, 3, 4], 'WEBPVP8 ')), 'WEBP image');
  assert.equal(type(bytes([0x7f], 'ELF')), 'ELF program');
  assert.equal(type(bytes('SQLite format 3', [0])), 'SQLite database');
  assert.equal(type(bytes('text', [0], 'more')), 'binary data');
  assert.equal(type(bytes('RIFF is a format')), undefined);
});
