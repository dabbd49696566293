// The smallest files that really are images, made here so that no fixture has to be trusted.
import { crc32, deflateSync } from 'node:zlib';

export function png(width: number, height: number, colour: readonly [number, number, number] = [200, 30, 40]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const line = Buffer.concat([
    Buffer.from([0]),
    Buffer.concat(Array.from({ length: width }, () => Buffer.from(colour))),
  ]);
  const data = deflateSync(Buffer.concat(Array.from({ length: height }, () => line)));
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([magic, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** A PNG that weighs exactly so many bytes. */
export function pngOfBytes(bytes: number): Buffer {
  const small = png(4, 4);
  const end = small.length - 12;
  const padding = chunk('teXt', Buffer.alloc(bytes - small.length - 12));
  return Buffer.concat([small.subarray(0, end), padding, small.subarray(end)]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(content.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** Headers, one frame header, one scan: what a reader of sizes sees. */
export function jpeg(width: number, height: number): Buffer {
  const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  const tables = Buffer.from([0xff, 0xc4, 0, 5, 0, 0, 0]);
  const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x55, 0xaa]);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), tables, frame, scan, Buffer.from([0xff, 0xd9])]);
}

export function gif(width: number, height: number, frames = 1): Buffer {
  const head = Buffer.from([...Buffer.from('GIF89a'), 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  const frame = Buffer.from([0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0x4c, 0x01, 0]);
  return Buffer.concat([head, ...Array.from({ length: frames }, () => frame), Buffer.from([0x3b])]);
}

export function webp(width: number, height: number, animated = false): Buffer {
  const body = Buffer.alloc(10);
  body[0] = animated ? 0x02 : 0;
  body.writeUIntLE(width - 1, 4, 3);
  body.writeUIntLE(height - 1, 7, 3);
  const out = Buffer.concat([Buffer.from('RIFF....WEBPVP8X'), Buffer.from([10, 0, 0, 0]), body]);
  out.writeUInt32LE(out.length - 8, 4);
  return out;
}

export function dataUri(bytes: Buffer, type = 'image/png'): string {
  return `data:${type};base64,${bytes.toString('base64')}`;
}
