import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { maxImageBytes } from '../../src/protocol/from-webview.ts';
import { checkImage, sniffImage } from '../../src/protocol/image-sniff.ts';
import {
  exifSegment,
  gif,
  gifComment,
  jpegFrame,
  jpegSegment,
  png,
  riff,
  tiff,
  vp8,
  vp8l,
  vp8x,
} from './image-bytes.ts';

const still = { animated: false, orientation: 1, hasMetadata: false };

test('type and size come from the bytes of each accepted format', () => {
  const cases: [Uint8Array, string, number, number][] = [
    [png({ width: 300, height: 20 }), 'image/png', 300, 20],
    [jpegFrame({ width: 4000, height: 3000 }), 'image/jpeg', 4000, 3000],
    [gif(), 'image/gif', 1, 1],
    [riff([['VP8 ', vp8(640, 480)]]), 'image/webp', 640, 480],
    [riff([['VP8L', vp8l(1000, 9)]]), 'image/webp', 1000, 9],
    [
      riff([
        ['VP8X', vp8x(70_000 - 5000, 12)],
        ['VP8L', vp8l(1, 1)],
      ]),
      'image/webp',
      65_000,
      12,
    ],
  ];
  for (const [bytes, mediaType, width, height] of cases)
    assert.deepEqual(sniffImage(bytes), { kind: 'image', image: { mediaType, width, height, ...still } });
});

test('an image inside a larger buffer is read from its own start', () => {
  const whole = Buffer.concat([Buffer.alloc(7), png({ width: 9, height: 8 }), Buffer.alloc(5)]);
  const sniffed = sniffImage(whole.subarray(7, whole.length - 5));
  assert.equal(sniffed.kind === 'image' && sniffed.image.width, 9);
});

test('orientation is read from EXIF in JPEG, PNG and WEBP, in both byte orders', () => {
  const files = [
    jpegFrame({ segments: [exifSegment(6)] }),
    jpegFrame({ segments: [exifSegment(6, true)] }),
    png({ orientation: 6 }),
    riff([
      ['VP8X', vp8x(5, 5, 8)],
      ['VP8L', vp8l(5, 5)],
      ['EXIF', tiff(6, true)],
    ]),
    riff([
      ['VP8L', vp8l(5, 5)],
      ['EXIF', Buffer.concat([Buffer.from('Exif\0\0'), tiff(6)])],
    ]),
  ];
  for (const bytes of files) {
    const sniffed = sniffImage(bytes);
    assert.ok(sniffed.kind === 'image');
    assert.equal(sniffed.image.orientation, 6);
    const { orientationAt = 0 } = sniffed.image;
    assert.ok(bytes[orientationAt] === 6 || bytes[orientationAt + 1] === 6);
    assert.equal(sniffed.image.hasMetadata, true);
  }
});

test('an orientation out of range or a broken EXIF block counts as upright', () => {
  for (const segment of [
    exifSegment(0),
    exifSegment(9),
    jpegSegment(0xe1, Buffer.from('Exif\0\0MM\0*\xff\xff\xff\xff', 'latin1')),
  ]) {
    const sniffed = sniffImage(jpegFrame({ segments: [segment] }));
    assert.equal(sniffed.kind === 'image' && sniffed.image.orientation, 1);
  }
});

test('comments, XMP, IPTC and hidden second pictures count as metadata, colour profiles do not', () => {
  const hasMetadata = (bytes: Uint8Array): boolean | undefined => {
    const sniffed = sniffImage(bytes);
    return sniffed.kind === 'image' ? sniffed.image.hasMetadata : undefined;
  };
  const app = (marker: number, text: string): Buffer =>
    jpegFrame({ segments: [jpegSegment(marker, Buffer.from(text))] });
  assert.equal(hasMetadata(app(0xe1, 'http://ns.adobe.com/xap/1.0/\0<x/>')), true);
  assert.equal(hasMetadata(app(0xed, 'Photoshop 3.0\0')), true);
  assert.equal(hasMetadata(app(0xe2, 'MPF\0')), true);
  assert.equal(hasMetadata(app(0xfe, 'taken at home')), true);
  assert.equal(hasMetadata(app(0xe2, 'ICC_PROFILE\0\x01\x01')), false);
  assert.equal(hasMetadata(app(0xee, 'Adobe\0')), false);
  assert.equal(hasMetadata(png({ text: 'made by me' })), true);
  assert.equal(hasMetadata(gif(1, [gifComment('by me')])), true);
  assert.equal(
    hasMetadata(
      riff([
        ['VP8L', vp8l(1, 1)],
        ['XMP ', Buffer.from('<x/>')],
      ]),
    ),
    true,
  );
});

test('animated GIF, PNG and WEBP are refused, with the format named', () => {
  const animated: [Uint8Array, string][] = [
    [gif(2), 'GIF'],
    [png({ frames: 2 }), 'PNG'],
    [
      riff([
        ['VP8X', vp8x(5, 5, 2)],
        ['ANMF', Buffer.alloc(20)],
      ]),
      'WEBP',
    ],
  ];
  for (const [bytes, format] of animated) {
    const check = checkImage(bytes);
    assert.ok(!check.ok);
    assert.match(check.reason, new RegExp(`^Animated ${format} images cannot be sent`));
  }
  assert.ok(checkImage(png({ frames: 1 })).ok);
});

test('other formats are refused by name, whatever the file is called', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
  const cases: [Uint8Array, RegExp][] = [
    [bytes('<svg xmlns="http://www.w3.org/2000/svg"/>'), /^SVG images/],
    [bytes('\xef\xbb\xbf <?xml version="1.0"?>\n<!-- x --><svg width="1">'), /^SVG images/],
    [bytes('BM\x46\0\0\0\0\0\0\0\x36\0\0\0'), /^BMP images/],
    [bytes('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), /^HEIC images/],
    [bytes('\0\0\0\x1cftypavif\0\0\0\0'), /^AVIF images/],
    [bytes('II*\0\x08\0\0\0'), /^TIFF images/],
    [bytes('\0\0\x01\0\x01\0'), /^ICO images/],
    [bytes('\xff\x0a'), /^JPEG XL images/],
    [bytes('%PDF-1.7'), /^This is not an image/],
    [bytes('<html>no picture</html>'), /^This is not an image/],
    [bytes('BMW is a car maker'), /^This is not an image/],
    [bytes(''), /^The file is empty/],
  ];
  for (const [file, reason] of cases) {
    const check = checkImage(file);
    assert.ok(!check.ok);
    assert.match(check.reason, reason);
  }
});

test('exactly 20 MB pass and one byte more is refused', () => {
  const room = maxImageBytes - png({ padding: 0 }).length;
  const exact = png({ padding: room });
  assert.equal(exact.length, maxImageBytes);
  assert.ok(checkImage(exact).ok);
  const over = checkImage(png({ padding: room + 1 }));
  assert.deepEqual(over, { ok: false, reason: 'The image is larger than 20 MB.' });
});

test('every image cut off before its picture is complete is damaged', () => {
  const whole = [
    png(),
    jpegFrame({ segments: [exifSegment(1)] }),
    riff([
      ['VP8L', vp8l(5, 5)],
      ['XMP ', Buffer.from('<x/>')],
    ]),
  ];
  for (const bytes of whole)
    for (let length = 12; length < bytes.length; length += 1) {
      const check = checkImage(bytes.subarray(0, length));
      assert.ok(!check.ok, `${length} of ${bytes.length} bytes`);
      assert.match(check.reason, /damaged or incomplete/);
    }
  assert.ok(!checkImage(gif().subarray(0, gif().length - 3)).ok);
  assert.ok(checkImage(gif().subarray(0, gif().length - 1)).ok, 'a GIF without its trailer byte is forgiven');
});

test('sizes of zero are damaged', () => {
  assert.deepEqual(sniffImage(jpegFrame({ width: 0 })), { kind: 'corrupt', mediaType: 'image/jpeg' });
});

test('random bytes after any signature give an answer and never throw', () => {
  const signatures = [png(), jpegFrame(), gif(), riff([['VP8X', vp8x(5, 5)]]), Buffer.alloc(0)].map(file =>
    file.subarray(0, 16),
  );
  fc.assert(
    fc.property(fc.constantFrom(...signatures), fc.uint8Array({ maxLength: 200 }), (start, rest) => {
      const bytes = Buffer.concat([start, rest]);
      const { kind } = sniffImage(bytes);
      assert.ok(['image', 'corrupt', 'other'].includes(kind));
    }),
  );
});
