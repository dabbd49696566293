import type { IncomingMessage } from 'node:http';

export class BodyTooLargeError extends Error {}

/**
 * The whole body.
 * @throws BodyTooLargeError above `limit` bytes (the rest is read and dropped, so that the answer can still be sent)
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= limit) parts.push(part);
  }
  if (size > limit) throw new BodyTooLargeError(`a body of ${size} bytes, where ${limit} are allowed`);
  return Buffer.concat(parts, size);
}
