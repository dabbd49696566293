import { maxImageBytes } from './from-webview.ts';

/**
 * What an image is, told by its bytes and never by its name or declared type. Pure: the webview uses it before anything is decoded,
 * the extension host uses it again on what the webview sends.
 *
 * The vendor takes PNG, JPEG, WEBP and non-animated GIF (https://platform.openai.com/docs/guides/images-vision, read 2026-11). Animated
 * WEBP and PNG are refused as well: a model sees one frame at best, and a person who attached a film should learn that before paying.
 */
export type SendableType = 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif';

export interface SniffedImage {
  readonly mediaType: SendableType;
  /** Pixels as stored, before `orientation` is applied. */
  readonly width: number;
  readonly height: number;
  readonly animated: boolean;
  /** EXIF orientation, 1 to 8; from 5 on width and height swap when it is applied. */
  readonly orientation: number;
  /** Offset of its two-byte value. Browsers differ in which formats they rotate; with zeros here all give the pixels as stored. */
  readonly orientationAt?: number;
  /** Carries EXIF, XMP, IPTC, comments or a second hidden picture: things a person may not mean to send, such as a place. */
  readonly hasMetadata: boolean;
}

export type Sniffed =
  | { readonly kind: 'image'; readonly image: SniffedImage }
  /** Recognised as `mediaType` but cut off or inconsistent. */
  | { readonly kind: 'corrupt'; readonly mediaType: SendableType }
  /** Another format; `format` is its name, absent when it is no image we know. */
  | { readonly kind: 'other'; readonly format?: string };

export type ImageCheck =
  { readonly ok: true; readonly image: SniffedImage } | { readonly ok: false; readonly reason: string };

/** The longest side that is sent; larger images are shrunk to it in the webview. */
export const longestImageSide = 2048;

const accepted = 'Use PNG, JPEG, WEBP or a GIF that is not animated.';
const labels = { 'image/png': 'PNG', 'image/jpeg': 'JPEG', 'image/webp': 'WEBP', 'image/gif': 'GIF' } as const;

/** Whether the bytes may be attached, else one or two sentences for a person that say why not. Size limits are in decoded bytes. */
export function checkImage(bytes: Uint8Array): ImageCheck {
  if (bytes.length === 0) return { ok: false, reason: 'The file is empty.' };
  if (bytes.length > maxImageBytes) return { ok: false, reason: tooLarge };
  const sniffed = sniffImage(bytes);
  switch (sniffed.kind) {
    case 'other':
      return {
        ok: false,
        reason: sniffed.format
          ? `${sniffed.format} images cannot be sent. ${accepted}`
          : `This is not an image Pennyloom can send. ${accepted}`,
      };
    case 'corrupt':
      return { ok: false, reason: damaged(sniffed.mediaType) };
    case 'image': {
      const { mediaType, animated } = sniffed.image;
      if (!animated) return { ok: true, image: sniffed.image };
      const format = labels[mediaType];
      return { ok: false, reason: `Animated ${format} images cannot be sent. Save one frame of it as PNG.` };
    }
  }
}

/** The reason for an image over `maxImageBytes`, so that a file can be refused by its size before it is read. */
export const tooLarge = `The image is larger than ${maxImageBytes / 1024 / 1024} MB.`;
/** The reason for an image that cannot be decoded. */
export const damaged = (mediaType: SendableType): string =>
  `The ${labels[mediaType]} file is damaged or incomplete. Try saving it again.`;

export function sniffImage(bytes: Uint8Array): Sniffed {
  const found = readers.find(reader => reader.signature(bytes));
  if (!found) {
    const format = otherFormat(bytes);
    return format === undefined ? { kind: 'other' } : { kind: 'other', format };
  }
  const { mediaType } = found;
  let read: Omit<SniffedImage, 'mediaType'> | undefined;
  try {
    read = found.read(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), bytes);
  } catch (error) {
    // A DataView throws exactly this when a file ends before its own lengths say so.
    if (!(error instanceof RangeError)) throw error;
  }
  if (!read || !isSide(read.width) || !isSide(read.height)) return { kind: 'corrupt', mediaType };
  return { kind: 'image', image: { mediaType, ...read } };
}

interface Reader {
  readonly mediaType: SendableType;
  signature(bytes: Uint8Array): boolean;
  /** Undefined, or a RangeError, when the file is inconsistent or cut off. */
  read(view: DataView, bytes: Uint8Array): Omit<SniffedImage, 'mediaType'> | undefined;
}

const readers: readonly Reader[] = [
  {
    mediaType: 'image/png',
    signature: bytes => hasText(bytes, 0, '\x89PNG\r\n\x1a\n'),
    read: readPng,
  },
  { mediaType: 'image/jpeg', signature: bytes => hasText(bytes, 0, '\xff\xd8\xff'), read: readJpeg },
  {
    mediaType: 'image/gif',
    signature: bytes => hasText(bytes, 0, 'GIF87a') || hasText(bytes, 0, 'GIF89a'),
    read: readGif,
  },
  {
    mediaType: 'image/webp',
    signature: bytes => hasText(bytes, 0, 'RIFF') && hasText(bytes, 8, 'WEBP'),
    read: readWebp,
  },
];

/** PNG, third edition, §5 and §11 (https://www.w3.org/TR/png-3/): chunks of length, type, data, CRC from IHDR to IEND. */
function readPng(view: DataView, bytes: Uint8Array): ReturnType<Reader['read']> {
  if (!hasText(bytes, 12, 'IHDR')) return undefined;
  let animated = false;
  let hasMetadata = false;
  let exif = upright;
  let pixels = false;
  for (let at = 8; ;) {
    const length = view.getUint32(at);
    const type = textAt(bytes, at + 4, 4);
    const end = at + 12 + length;
    if (end > bytes.length) return undefined;
    if (type === 'acTL') animated = view.getUint32(at + 8) > 1;
    if (type === 'eXIf') exif = exifOrientation(bytes, at + 8, at + 8 + length);
    if (type === 'eXIf' || type === 'tEXt' || type === 'zTXt' || type === 'iTXt') hasMetadata = true;
    if (type === 'IDAT') pixels = true;
    if (type === 'IEND') break;
    at = end;
  }
  if (!pixels) return undefined;
  return { width: view.getUint32(16), height: view.getUint32(20), animated, ...exif, hasMetadata };
}

/** JPEG, ITU-T T.81 Annex B: marker segments up to the scan, then compressed data that ends with EOI. */
function readJpeg(view: DataView, bytes: Uint8Array): ReturnType<Reader['read']> {
  let size: { width: number; height: number } | undefined;
  let exif = upright;
  let hasMetadata = false;
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // Fill byte before a marker.
      continue;
    }
    if (marker === 0xda) {
      if (!size || lastEndOfImage(bytes) < at) return undefined;
      return { ...size, animated: false, ...exif, hasMetadata };
    }
    const length = view.getUint16(at + 2);
    if (length < 2 || at + 2 + length > bytes.length) return undefined;
    if (isFrameHeader(marker)) size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    if (marker === 0xe1 && hasText(bytes, at + 4, 'Exif\0\0')) exif = exifOrientation(bytes, at + 10, at + 2 + length);
    if (isRevealing(marker, bytes, at + 4)) hasMetadata = true;
    at += 2 + length;
  }
}

const isFrameHeader = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Comments and every application segment but JFIF (0), an ICC profile (2) and Adobe's colour transform (14). */
const isRevealing = (marker: number, bytes: Uint8Array, at: number): boolean =>
  marker === 0xfe ||
  (marker >= 0xe1 && marker <= 0xef && marker !== 0xee && !(marker === 0xe2 && hasText(bytes, at, 'ICC_PROFILE')));

function lastEndOfImage(bytes: Uint8Array): number {
  for (let at = bytes.lastIndexOf(0xd9); at > 0; at = bytes.lastIndexOf(0xd9, at - 1))
    if (bytes[at - 1] === 0xff) return at;
  return -1;
}

/** GIF89a §17 to §27: extensions and image blocks, each a chain of sub-blocks. More than one image is an animation. */
function readGif(view: DataView, bytes: Uint8Array): ReturnType<Reader['read']> {
  const colours = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  const width = view.getUint16(6, true);
  const height = view.getUint16(8, true);
  let at = 13 + colours(view.getUint8(10));
  let frames = 0;
  let hasMetadata = false;
  const skipBlocks = (): void => {
    for (let length = view.getUint8(at); length > 0; length = view.getUint8(at)) at += 1 + length;
    at += 1;
  };
  while (at < bytes.length && frames < 2) {
    const block = view.getUint8(at);
    if (block === 0x3b) break;
    if (block === 0x21) {
      if (view.getUint8(at + 1) === 0xfe || hasText(bytes, at + 3, 'XMP Data')) hasMetadata = true;
      at += 2;
      skipBlocks();
    } else if (block === 0x2c) {
      at += 11 + colours(view.getUint8(at + 9));
      skipBlocks();
      frames += 1;
    } else return undefined;
  }
  // The trailer byte is often missing in the wild and every decoder forgives it; a missing picture is not forgiven.
  return frames === 0 ? undefined : { width, height, animated: frames > 1, ...upright, hasMetadata };
}

/** WEBP, RFC 9649 §2: RIFF chunks; the size stands in VP8X, else in the one VP8 or VP8L chunk. */
function readWebp(view: DataView, bytes: Uint8Array): ReturnType<Reader['read']> {
  const end = 8 + view.getUint32(4, true);
  if (end > bytes.length) return undefined;
  let size: { width: number; height: number } | undefined;
  let pixels = false;
  let animated = false;
  let exif = upright;
  let hasMetadata = false;
  for (let at = 12; at + 8 <= end;) {
    const type = textAt(bytes, at, 4);
    const length = view.getUint32(at + 4, true);
    const data = at + 8;
    if (data + length > end) return undefined;
    if (type === 'VP8X') {
      size = { width: uint24(view, data + 4) + 1, height: uint24(view, data + 7) + 1 };
      animated = (view.getUint8(data) & 2) !== 0;
    } else if (type === 'VP8 ') {
      if (!hasText(bytes, data + 3, '\x9d\x01\x2a')) return undefined;
      size ??= { width: view.getUint16(data + 6, true) & 0x3fff, height: view.getUint16(data + 8, true) & 0x3fff };
      pixels = true;
    } else if (type === 'VP8L') {
      const packed = view.getUint32(data + 1, true);
      size ??= { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
      pixels = true;
    } else if (type === 'ANMF') pixels = true;
    else if (type === 'EXIF') {
      exif = exifOrientation(bytes, data + (hasText(bytes, data, 'Exif\0\0') ? 6 : 0), data + length);
      hasMetadata = true;
    } else if (type === 'XMP ') hasMetadata = true;
    at = data + length + (length & 1);
  }
  return size && pixels ? { ...size, animated, ...exif, hasMetadata } : undefined;
}

type Exif = Pick<SniffedImage, 'orientation' | 'orientationAt'>;
const upright: Exif = { orientation: 1 };

/** From the TIFF block in that range (Exif 2.32 §4.6.4, tag 0x0112); upright when it is broken or says nothing, as in browsers. */
function exifOrientation(bytes: Uint8Array, start: number, end: number): Exif {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, Math.max(0, end - start));
  const little = hasText(bytes, start, 'II');
  if (!little && !hasText(bytes, start, 'MM')) return upright;
  try {
    const directory = view.getUint32(4, little);
    const entries = view.getUint16(directory, little);
    for (let index = 0; index < entries; index += 1) {
      const at = directory + 2 + index * 12;
      if (view.getUint16(at, little) !== 0x0112) continue;
      const orientation = view.getUint16(at + 8, little);
      return orientation >= 1 && orientation <= 8 ? { orientation, orientationAt: start + at + 8 } : upright;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return upright;
}

/** Names of formats people do attach, so that the refusal can say what the file is. */
function otherFormat(bytes: Uint8Array): string | undefined {
  if (hasText(bytes, 0, 'BM') && hasText(bytes, 6, '\0\0\0\0')) return 'BMP';
  if (hasText(bytes, 0, 'II*\0') || hasText(bytes, 0, 'MM\0*')) return 'TIFF';
  if (hasText(bytes, 0, '\0\0\x01\0')) return 'ICO';
  if (hasText(bytes, 0, '\xff\x0a') || hasText(bytes, 4, 'JXL ')) return 'JPEG XL';
  if (hasText(bytes, 4, 'ftyp')) {
    const brand = textAt(bytes, 8, 4);
    if (brand === 'avif' || brand === 'avis') return 'AVIF';
    if (/^(?:hei[cmsx]|hev[cmsx]|mif1|msf1)$/.test(brand)) return 'HEIC';
    return undefined;
  }
  const start = textAt(bytes, 0, 1024).replace(/^(?:\xef\xbb\xbf)?\s*/, '');
  return start.startsWith('<') && /<svg[\s>]/i.test(start) ? 'SVG' : undefined;
}

const isSide = (pixels: number): boolean => pixels > 0 && pixels <= 65_535;
const uint24 = (view: DataView, at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
/** Latin-1, so that a string's characters are the file's bytes. */
const textAt = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length));
const hasText = (bytes: Uint8Array, at: number, text: string): boolean => textAt(bytes, at, text.length) === text;
