import type { FileHandle } from 'node:fs/promises';

/** How much is asked of the system at a time, so that an abort is noticed in between. */
const STEP = 1 << 20;

/**
 * Reads a file from its beginning, at most `maxBytes`, also one that grows or lies about its size meanwhile.
 * @returns the bytes and the whole size in bytes.
 */
export async function readAtMost(
  handle: FileHandle,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<{ bytes: Uint8Array; size: number }> {
  const { size } = await handle.stat();
  // One byte more than the size shows at once that the end was reached.
  let buffer = Buffer.allocUnsafe(Math.min(maxBytes, size + 1));
  let length = 0;
  while (length < maxBytes) {
    signal?.throwIfAborted();
    if (length === buffer.length) buffer = grow(buffer, Math.min(maxBytes, buffer.length * 2));
    const { bytesRead } = await handle.read(buffer, length, Math.min(STEP, buffer.length - length), length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return { bytes: buffer.subarray(0, length), size: Math.max(size, length) };
}

function grow(buffer: Buffer, length: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(length);
  buffer.copy(larger);
  return larger;
}
