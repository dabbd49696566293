import { crc32 } from 'node:zlib';

export interface ImageFacts {
  readonly format: 'PNG' | 'JPEG' | 'WEBP' | 'GIF';
  /** Pixels as stored, before any EXIF rotation. */
  readonly width: number;
  readonly height: number;
  readonly animated: boolean;
}

/** Why bytes are not an image: `format` is none of the four known; `corrupt` begins like one and is not. */
export class NoImageError extends Error {
  readonly reason: 'format' | 'corrupt';

  constructor(reason: 'format' | 'corrupt', message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Format and size by the bytes themselves, walking the container to its end, so that a truncated file is noticed.
 * Formats: PNG (W3C PNG 3rd ed. §5), JPEG (ITU T.81 Annex B), WebP (RFC 9649), GIF89a.
 * @throws NoImageError
 */
export function imageFacts(bytes: Buffer): ImageFacts {
  if (bytes.subarray(0, 8).equals(PNG_MAGIC)) return pngFacts(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return jpegFacts(bytes);
  const head = bytes.toString('latin1', 0, 12);
  if (/^GIF8[79]a/.test(head)) return gifFacts(bytes);
  if (/^RIFF[^]{4}WEBP$/.test(head)) return webpFacts(bytes);
  throw new NoImageError('format', 'none of PNG, JPEG, WEBP and GIF');
}

const PNG_MAGIC = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A reading beyond the end becomes the one error everybody expects. */
function need(bytes: Buffer, end: number): void {
  if (end > bytes.length) throw new NoImageError('corrupt', 'ends too early');
}

function pngFacts(bytes: Buffer): ImageFacts {
  let at = 8;
  let size: { width: number; height: number } | undefined;
  let animated = false;
  for (;;) {
    need(bytes, at + 12);
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    need(bytes, at + 12 + length);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== bytes.readUInt32BE(at + 8 + length)) {
      throw new NoImageError('corrupt', `the checksum of ${type} is wrong`);
    }
    if (type === 'IHDR') size = { width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) };
    if (type === 'acTL') animated = true;
    at += 12 + length;
    if (type === 'IEND') break;
  }
  if (size === undefined) throw new NoImageError('corrupt', 'has no header chunk');
  return sized({ format: 'PNG', ...size, animated });
}

function jpegFacts(bytes: Buffer): ImageFacts {
  let at = 2;
  let size: { width: number; height: number } | undefined;
  for (;;) {
    need(bytes, at + 4);
    if (bytes[at] !== 0xff) throw new NoImageError('corrupt', 'no marker where one must be');
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = bytes.readUInt16BE(at + 2);
    need(bytes, at + 2 + length);
    // SOF0…SOF15 without DHT (C4), JPG (C8) and DAC (CC), which sit in the same range.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      need(bytes, at + 9);
      size = { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    }
    at += 2 + length;
    if (marker === 0xda) break;
  }
  if (size === undefined) throw new NoImageError('corrupt', 'has no frame header');
  if (bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) < at) throw new NoImageError('corrupt', 'ends too early');
  return sized({ format: 'JPEG', ...size, animated: false });
}

function gifFacts(bytes: Buffer): ImageFacts {
  need(bytes, 13);
  const width = bytes.readUInt16LE(6);
  const height = bytes.readUInt16LE(8);
  const flags = bytes[10] ?? 0;
  let at = 13 + colourTableBytes(flags);
  let frames = 0;
  for (;;) {
    need(bytes, at + 1);
    const block = bytes[at];
    if (block === 0x3b) break;
    if (block === 0x21) at = afterSubBlocks(bytes, at + 2);
    else if (block === 0x2c) {
      need(bytes, at + 11);
      frames += 1;
      at = afterSubBlocks(bytes, at + 11 + colourTableBytes(bytes[at + 9] ?? 0));
    } else throw new NoImageError('corrupt', 'an unknown block');
  }
  if (frames === 0) throw new NoImageError('corrupt', 'has no picture');
  return sized({ format: 'GIF', width, height, animated: frames > 1 });
}

function colourTableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 0x07) + 1);
}

function afterSubBlocks(bytes: Buffer, start: number): number {
  let at = start;
  for (;;) {
    need(bytes, at + 1);
    const length = bytes[at] ?? 0;
    at += 1 + length;
    if (length === 0) return at;
  }
}

function webpFacts(bytes: Buffer): ImageFacts {
  need(bytes, 30);
  need(bytes, 8 + bytes.readUInt32LE(4));
  const kind = bytes.toString('latin1', 12, 16);
  if (kind === 'VP8X') {
    const width = 1 + bytes.readUIntLE(24, 3);
    const height = 1 + bytes.readUIntLE(27, 3);
    return sized({ format: 'WEBP', width, height, animated: ((bytes[20] ?? 0) & 0x02) !== 0 });
  }
  if (kind === 'VP8L') {
    const bits = bytes.readUInt32LE(21);
    return sized({ format: 'WEBP', width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1, animated: false });
  }
  if (kind === 'VP8 ') {
    const width = bytes.readUInt16LE(26) & 0x3fff;
    return sized({ format: 'WEBP', width, height: bytes.readUInt16LE(28) & 0x3fff, animated: false });
  }
  throw new NoImageError('corrupt', 'an unknown kind of WebP');
}

function sized(facts: ImageFacts): ImageFacts {
  if (facts.width === 0 || facts.height === 0) throw new NoImageError('corrupt', 'has no size');
  return facts;
}
