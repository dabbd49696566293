import { inflateSync } from 'node:zlib';

/** Larger ones are not worth the time. */
const MOST_PIXELS = 4_000_000;
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * The average colour of an 8-bit PNG without interlace, `#rrggbb`; undefined for every other.
 * @param bytes a PNG already known to be whole
 */
export function averageColour(bytes: Buffer): string | undefined {
  const { header, palette, data } = chunks(bytes);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, colourType, , , interlace] = header.subarray(8);
  const channels = CHANNELS[colourType ?? -1];
  if (depth !== 8 || interlace !== 0 || channels === undefined || width * height > MOST_PIXELS) return undefined;
  const stride = width * channels;
  try {
    const raw = inflateSync(data, { maxOutputLength: (stride + 1) * height });
    if (raw.length < (stride + 1) * height) return undefined;
    return mean(unfilter(raw, stride, height, channels), channels, palette);
  } catch {
    // Sound container, broken pixels: nobody asked for more than size and format.
    return undefined;
  }
}

function chunks(bytes: Buffer): { header: Buffer; palette: Buffer; data: Buffer } {
  let header: Buffer = Buffer.alloc(13);
  let palette: Buffer = Buffer.alloc(0);
  const data: Buffer[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = content;
    if (type === 'PLTE') palette = content;
    if (type === 'IDAT') data.push(content);
    at += 12 + length;
  }
  return { header, palette, data: Buffer.concat(data) };
}

/** PNG 3rd ed. §9: each line says how its bytes were predicted from those left and above. */
function unfilter(raw: Buffer, stride: number, height: number, step: number): Buffer {
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const here = y * stride + x;
      const left = x >= step ? (out[here - step] ?? 0) : 0;
      const up = y > 0 ? (out[here - stride] ?? 0) : 0;
      const upLeft = x >= step && y > 0 ? (out[here - stride - step] ?? 0) : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, upLeft)][filter] ?? 0;
      out[here] = ((raw[y * (stride + 1) + 1 + x] ?? 0) + predicted) & 0xff;
    }
  }
  return out;
}

function paeth(left: number, up: number, upLeft: number): number {
  const guess = left + up - upLeft;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - upLeft)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : upLeft;
}

function mean(pixels: Buffer, channels: number, palette: Buffer): string {
  const sum = [0, 0, 0];
  let weight = 0;
  for (let at = 0; at < pixels.length; at += channels) {
    const alpha = channels === 2 || channels === 4 ? (pixels[at + channels - 1] ?? 255) / 255 : 1;
    weight += alpha;
    for (let c = 0; c < 3; c += 1) {
      const value = palette.length > 0 ? palette[(pixels[at] ?? 0) * 3 + c] : pixels[at + (channels >= 3 ? c : 0)];
      sum[c] = (sum[c] ?? 0) + (value ?? 0) * alpha;
    }
  }
  return `#${sum
    .map(value =>
      Math.round(weight > 0 ? value / weight : 0)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}
