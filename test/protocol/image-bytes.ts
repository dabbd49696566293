import { crc32, deflateSync } from 'node:zlib';

/** Image files made byte by byte, after the specifications named in src/protocol/image-sniff.ts. */

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const u16le = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8]);
const u32 = (value: number): Buffer =>
  Buffer.from([value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]);
const u32le = (value: number): Buffer => Buffer.from(u32(value)).reverse();

export interface PngOptions {
  readonly width?: number;
  readonly height?: number;
  readonly orientation?: number;
  readonly text?: string;
  readonly frames?: number;
  /** Colour of a pixel as red, green, blue. */
  readonly pixel?: (x: number, y: number) => readonly [number, number, number];
  /** Bytes of an ignored chunk, to reach a certain size. */
  readonly padding?: number;
}

/** A PNG that decodes. */
export function png(options: PngOptions = {}): Buffer {
  const { width = 3, height = 2, pixel = () => [200, 50, 50] } = options;
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) rows.set(pixel(x, y), y * (1 + width * 3) + 1 + x * 3);
  return Buffer.concat([
    ascii('\x89PNG\r\n\x1a\n'),
    pngChunk('IHDR', Buffer.concat([u32(width), u32(height), Buffer.from([8, 2, 0, 0, 0])])),
    ...(options.frames ? [pngChunk('acTL', Buffer.concat([u32(options.frames), u32(0)]))] : []),
    ...(options.orientation ? [pngChunk('eXIf', tiff(options.orientation))] : []),
    ...(options.text ? [pngChunk('tEXt', ascii(`Comment\0${options.text}`))] : []),
    ...(options.padding === undefined ? [] : [pngChunk('juNk', Buffer.alloc(options.padding))]),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([ascii(type), data]);
  return Buffer.concat([u32(data.length), body, u32(crc32(body))]);
}

/** A TIFF block with an orientation and a GPS directory whose latitude reference says "N-SECRET". */
export function tiff(orientation: number, little = false): Buffer {
  const [short, long] = little ? [u16le, u32le] : [u16, u32];
  const entry = (tag: number, type: number, count: number, value: Buffer): Buffer =>
    Buffer.concat([short(tag), short(type), long(count), value, Buffer.alloc(4 - value.length)]);
  return Buffer.concat([
    ascii(little ? 'II' : 'MM'),
    short(42),
    long(8),
    short(2),
    entry(0x0112, 3, 1, short(orientation)),
    entry(0x8825, 4, 1, long(38)),
    long(0),
    short(1),
    entry(1, 2, 9, long(56)),
    long(0),
    ascii('N-SECRET\0'),
  ]);
}

export const jpegSegment = (marker: number, data: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0xff, marker]), u16(data.length + 2), data]);

export const exifSegment = (orientation: number, little = false): Buffer =>
  jpegSegment(0xe1, Buffer.concat([ascii('Exif\0\0'), tiff(orientation, little)]));

export interface JpegOptions {
  readonly width?: number;
  readonly height?: number;
  readonly segments?: readonly Buffer[];
  readonly end?: boolean;
}

/** The frame of a JPEG: everything a sniffer reads, with meaningless compressed data. */
export function jpegFrame({ width = 640, height = 480, segments = [], end = true }: JpegOptions = {}): Buffer {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(0xe0, ascii('JFIF\0\x01\x01\0\0\x01\0\x01\0\0')),
    ...segments,
    jpegSegment(0xc2, Buffer.concat([Buffer.from([8]), u16(height), u16(width), Buffer.from([1, 1, 0x11, 0])])),
    jpegSegment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([0x12, 0x34, 0xff, 0x00, 0x56]),
    end ? Buffer.from([0xff, 0xd9]) : Buffer.alloc(0),
  ]);
}

/** A GIF of one red pixel, `frames` times; decodes. */
export function gif(frames = 1, extensions: readonly Buffer[] = []): Buffer {
  const frame = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 0x01, 0]);
  return Buffer.concat([
    ascii('GIF89a'),
    u16le(1),
    u16le(1),
    Buffer.from([0x80, 0, 0, 200, 50, 50, 0, 0, 0]),
    ...extensions,
    ...Array.from({ length: frames }, () => frame),
    Buffer.from([0x3b]),
  ]);
}

export const gifComment = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x21, 0xfe, text.length]), ascii(text), Buffer.from([0])]);

export function riff(chunks: readonly (readonly [type: string, data: Buffer])[]): Buffer {
  const body = Buffer.concat([
    ascii('WEBP'),
    ...chunks.flatMap(([type, data]) => [ascii(type), u32le(data.length), data, Buffer.alloc(data.length & 1)]),
  ]);
  return Buffer.concat([ascii('RIFF'), u32le(body.length), body]);
}

export const vp8 = (width: number, height: number): Buffer =>
  Buffer.concat([Buffer.from([0, 0, 0, 0x9d, 0x01, 0x2a]), u16le(width), u16le(height)]);

export const vp8l = (width: number, height: number): Buffer =>
  Buffer.concat([Buffer.from([0x2f]), u32le((width - 1) | ((height - 1) << 14))]);

export const vp8x = (width: number, height: number, flags = 0): Buffer =>
  Buffer.concat([u32le(flags), u32le(width - 1).subarray(0, 3), u32le(height - 1).subarray(0, 3)]);
