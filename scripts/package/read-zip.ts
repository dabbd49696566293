import { inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  /** Bytes it takes inside the archive. */
  readonly packed: number;
  content(): Buffer;
}

/**
 * The entries of a zip archive, by its central directory. Enough for what we pack ourselves: no zip64, no encryption.
 * Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
 * @throws RangeError or Error when it is not such an archive
 */
export function readZip(archive: Buffer): ZipEntry[] {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) {
    throw new Error('no end of central directory: not a zip archive');
  }
  const count = archive.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    const method = archive.readUInt16LE(at + 10);
    const packed = archive.readUInt32LE(at + 20);
    const nameLength = archive.readUInt16LE(at + 28);
    const local = archive.readUInt32LE(at + 42);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    if (!name.endsWith('/')) {
      entries.push({ name, packed, content: () => unpack(archive, local, packed, method) });
    }
  }
  return entries;
}

function unpack(archive: Buffer, local: number, packed: number, method: number): Buffer {
  // The local header repeats the name and has extra fields of its own length.
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const data = archive.subarray(start, start + packed);
  return method === 0 ? data : inflateRawSync(data);
}
