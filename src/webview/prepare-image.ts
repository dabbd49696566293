import { type DraftImage, maxImageBytes } from '../protocol/from-webview.ts';
import { checkImage, damaged, longestImageSide, type SniffedImage, tooLarge } from '../protocol/image-sniff.ts';

export type PreparedImage =
  { readonly ok: true; readonly image: DraftImage } | { readonly ok: false; readonly reason: string };

/** 512 MiB once decoded; beyond, the page would be killed instead of answering. */
const mostPixels = 128 * 1024 * 1024;
const thumbnailSide = 128;
/** The protocol takes no longer data URI. */
const thumbnailLength = 64 * 1024;
/** Visually the same as the original, and far smaller than 1.0. */
const quality = 0.9;

/**
 * Makes a file ready to send, or says in words for a person why it cannot be. Large images are shrunk to 2048 pixels, rotated ones set
 * upright, and whatever carries metadata (a phone's GPS position) is encoded anew without it; all others are sent byte for byte.
 */
export async function prepareImage(file: Blob, name: string, id: string): Promise<PreparedImage> {
  if (file.size > maxImageBytes) return { ok: false, reason: tooLarge };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const check = checkImage(bytes);
  if (!check.ok) return check;
  const { image } = check;
  if (image.width * image.height > mostPixels)
    return { ok: false, reason: 'The image has too many pixels to be shrunk here.' };
  const decoded = await decode(bytes, image);
  if (!decoded) return { ok: false, reason: damaged(image.mediaType) };
  try {
    const upright = image.orientation >= 5 ? { width: image.height, height: image.width } : image;
    const size = fitted(upright, longestImageSide);
    const shrunk = size.width < upright.width || size.height < upright.height;
    const sent =
      !shrunk && image.orientation === 1 && !image.hasMetadata
        ? { mediaType: image.mediaType, bytes }
        : await encode(draw(decoded, image.orientation, size), image.mediaType);
    const thumbnail = await drawThumbnail(decoded, image.orientation, upright);
    return { ok: true, image: { id, name, ...size, ...sent, thumbnail } };
  } finally {
    decoded.close();
  }
}

/**
 * The pixels as stored, undefined when the data is broken. Chromium turns some formats upright here and others not, depending on its
 * version and whatever `imageOrientation` says (seen in 156); so it is not shown the orientation, and `draw` applies it.
 */
async function decode(
  bytes: Uint8Array,
  { mediaType, width, height, orientationAt }: SniffedImage,
): Promise<ImageBitmap | undefined> {
  const shown = new Uint8Array(bytes);
  if (orientationAt !== undefined) shown.fill(0, orientationAt, orientationAt + 2);
  try {
    const bitmap = await createImageBitmap(new Blob([shown], { type: mediaType }));
    if (bitmap.width === width && bitmap.height === height) return bitmap;
    bitmap.close();
    return undefined;
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size that fits a square of `side` pixels, keeping the aspect; never larger than it was. */
function fitted({ width, height }: Size, side: number): Size {
  const scale = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** What has to be done to stored pixels of each EXIF orientation: Exif 2.32 §4.6.4, as a canvas matrix on the unit square. */
const orientations: readonly (readonly [number, number, number, number, number, number])[] = [
  [1, 0, 0, 1, 0, 0],
  [-1, 0, 0, 1, 1, 0],
  [-1, 0, 0, -1, 1, 1],
  [1, 0, 0, -1, 0, 1],
  [0, 1, 1, 0, 0, 0],
  [0, 1, -1, 0, 1, 0],
  [0, -1, -1, 0, 1, 1],
  [0, -1, 1, 0, 0, 1],
];

function draw(bitmap: ImageBitmap, orientation: number, { width, height }: Size): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('No 2D canvas');
  context.imageSmoothingQuality = 'high';
  const [a, b, c, d, e, f] = orientations[orientation - 1] ?? [1, 0, 0, 1, 0, 0];
  context.setTransform(a * width, b * height, c * width, d * height, e * width, f * height);
  context.drawImage(bitmap, 0, 0, 1, 1);
  return canvas;
}

/** In the type it came in; GIF, which a canvas cannot write, becomes PNG. Browsers answer with PNG where they lack an encoder. */
async function encode(canvas: OffscreenCanvas, type: string): Promise<{ mediaType: string; bytes: Uint8Array }> {
  const blob = await canvas.convertToBlob({ type: type === 'image/gif' ? 'image/png' : type, quality });
  return { mediaType: blob.type, bytes: new Uint8Array(await blob.arrayBuffer()) };
}

async function drawThumbnail(bitmap: ImageBitmap, orientation: number, upright: Size): Promise<string> {
  const canvas = draw(bitmap, orientation, fitted(upright, thumbnailSide));
  for (const type of ['image/webp', 'image/jpeg']) {
    const uri = await dataUri(await canvas.convertToBlob({ type, quality: 0.8 }));
    if (uri.length <= thumbnailLength) return uri;
  }
  return dataUri(await draw(bitmap, orientation, fitted(upright, 32)).convertToBlob({ type: 'image/png' }));
}

async function dataUri(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  // A few kilobytes: no need to go by pieces.
  return `data:${blob.type};base64,${btoa(String.fromCharCode(...bytes))}`;
}
