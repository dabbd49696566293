import { open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';

/** Overwrites one page in the middle of a table or index of a closed database, as a torn write or a bad block does. */
export async function tearPage(path: string, name: string): Promise<void> {
  const db = new DatabaseSync(path);
  const pages = db
    .prepare("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY pageno")
    .all(name)
    .map(({ pageno }) => Number(pageno));
  const { page_size: size } = db.prepare('PRAGMA page_size').get() as { page_size: number };
  db.close();
  const file = await open(path, 'r+');
  await file.write(Buffer.alloc(size, 0xa5), 0, size, (pages[Math.floor(pages.length / 2)]! - 1) * size);
  await file.close();
}
