import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { openDatabase, StorageUnavailable } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);
const numbers = ['CREATE TABLE numbers (n INTEGER NOT NULL) STRICT'];

/** A process of its own that has `openDatabase` and runs `body`; another window, as far as SQLite can tell. */
function program(body: string): string[] {
  const source = new URL('../../src/storage/database.ts', import.meta.url).href;
  return [
    '--no-warnings',
    '--input-type=module',
    '-e',
    `import { openDatabase } from ${JSON.stringify(source)};\n${body}`,
  ];
}

test('what was written is there after closing and opening', async t => {
  const path = join(await temporaryFolder(t), 'data.db');
  const first = openDatabase(path, numbers);
  first.run('INSERT INTO numbers VALUES (?)', 9_007_199_254_740_993n);
  first.close();
  const second = openDatabase(path, numbers);
  assert.deepEqual(
    second.all('SELECT n FROM numbers').map(({ n }) => n),
    [9_007_199_254_740_993n],
  );
  assert.equal(second.get('SELECT n FROM numbers WHERE n = 0'), undefined);
  second.close();
});

test('the database waits for nobody to read and flushes what it acknowledged', async t => {
  const db = openDatabase(join(await temporaryFolder(t), 'data.db'), schema);
  assert.equal(db.get('PRAGMA journal_mode')!['journal_mode'], 'wal');
  assert.equal(db.get('PRAGMA synchronous')!['synchronous'], 2n);
  assert.equal(db.get('PRAGMA foreign_keys')!['foreign_keys'], 1n);
  db.close();
});

test('migrations run once, in order, and only those that are missing', async t => {
  const path = join(await temporaryFolder(t), 'data.db');
  openDatabase(path, numbers).close();
  const more = [...numbers, 'INSERT INTO numbers VALUES (1)', 'ALTER TABLE numbers ADD COLUMN name TEXT'];
  openDatabase(path, more).close();
  const db = openDatabase(path, more);
  assert.deepEqual(
    db.all('SELECT n, name FROM numbers').map(row => ({ ...row })),
    [{ n: 1n, name: null }],
  );
  assert.equal(db.get('PRAGMA user_version')!['user_version'], 3n);
  db.close();
});

test('a migration that fails leaves the database as it was', async t => {
  const path = join(await temporaryFolder(t), 'data.db');
  openDatabase(path, numbers).close();
  assert.throws(
    () => openDatabase(path, [...numbers, 'INSERT INTO numbers VALUES (1)', 'nonsense']),
    StorageUnavailable,
  );
  const db = openDatabase(path, numbers);
  assert.deepEqual(db.all('SELECT n FROM numbers'), []);
  db.close();
});

test('a database of a newer version is refused, not turned back', async t => {
  const path = join(await temporaryFolder(t), 'data.db');
  openDatabase(path, [...numbers, 'ALTER TABLE numbers ADD COLUMN name TEXT']).close();
  assert.throws(() => openDatabase(path, numbers), { name: 'StorageUnavailable', message: /newer Pennyloom/ });
  const raw = new DatabaseSync(path);
  assert.deepEqual({ ...raw.prepare('PRAGMA user_version').get() }, { user_version: 2 });
  raw.close();
});

test('a file that is no database, a half one, a folder and a folder that takes no files are unavailable, and say which', async t => {
  const folder = await temporaryFolder(t, {
    'notes.db': 'these are my notes, not a database\n'.repeat(100),
    'dir/': '',
  });
  const torn = join(folder, 'torn.db');
  openDatabase(torn, schema).close();
  const bytes = Buffer.alloc(4096 * 3, 0xa5);
  await writeFile(torn, Buffer.concat([Buffer.from('SQLite format 3\0'), bytes]));
  // Nobody, not even root, can make a file in /proc; elsewhere a missing folder stands for it.
  const unwritable = process.platform === 'linux' ? '/proc/pennyloom.db' : join(folder, 'missing', 'data.db');
  for (const path of [
    join(folder, 'notes.db'),
    torn,
    join(folder, 'dir'),
    join(folder, 'missing', 'data.db'),
    unwritable,
  ])
    assert.throws(
      () => openDatabase(path, schema),
      (error: unknown) => error instanceof StorageUnavailable && error.message.includes(path),
      path,
    );
});

test('a host without SQLite is told apart', t => {
  t.mock.method(process, 'getBuiltinModule', () => undefined);
  assert.throws(() => openDatabase(':memory:', schema), { name: 'StorageUnavailable', message: /no SQLite/ });
});

test('everything in a transaction happens or nothing does', async t => {
  const db = openDatabase(join(await temporaryFolder(t), 'data.db'), numbers);
  const error = new Error('half way');
  assert.throws(
    () =>
      db.transaction(() => {
        db.run('INSERT INTO numbers VALUES (1)');
        throw error;
      }),
    error,
  );
  assert.deepEqual(db.all('SELECT n FROM numbers'), []);
  assert.equal(
    db.transaction(() => (db.run('INSERT INTO numbers VALUES (2)'), 'done')),
    'done',
  );
  assert.equal(db.all('SELECT n FROM numbers').length, 1);
  db.close();
});

test('an error that had SQLite roll back by itself is the error that is thrown', async t => {
  const db = openDatabase(join(await temporaryFolder(t), 'data.db'), numbers);
  assert.throws(
    () =>
      db.transaction(() => {
        db.run('INSERT OR ROLLBACK INTO numbers VALUES (NULL)');
      }),
    /NOT NULL/,
  );
  db.transaction(() => db.run('INSERT INTO numbers VALUES (1)'));
  db.close();
});

test('windows that open a new database at the same moment all succeed, and count in turn', async t => {
  const path = join(await temporaryFolder(t), 'data.db');
  const body = `
    const db = openDatabase(${JSON.stringify(path)}, ${JSON.stringify(numbers)});
    for (let i = 0; i < 20; i++) db.transaction(() => db.run('INSERT INTO numbers VALUES (?)', db.get('SELECT COUNT(*) AS n FROM numbers').n));
    db.close();`;
  await Promise.all(Array.from({ length: 6 }, () => run(process.execPath, program(body))));
  const db = openDatabase(path, numbers);
  // Each counted what was there and wrote that number: none came between another's counting and writing.
  assert.deepEqual(
    { ...db.get('SELECT COUNT(DISTINCT n) AS n, MAX(n) AS most FROM numbers') },
    { n: 120n, most: 119n },
  );
  db.close();
});

test('a process that is killed loses nothing that was acknowledged and leaves a database that opens', async t => {
  const path = join(await temporaryFolder(t), 'data.db');
  const body = `
    const db = openDatabase(${JSON.stringify(path)}, ${JSON.stringify(numbers)});
    for (let i = 1; ; i++) {
      db.run('INSERT INTO numbers VALUES (?)', i);
      if (i === 50) process.stdout.write('fifty');
    }`;
  const child = spawn(process.execPath, program(body), { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const db = openDatabase(path, numbers);
  const { n, most } = db.get('SELECT COUNT(*) AS n, MAX(n) AS most FROM numbers')!;
  assert.ok(Number(n) >= 50);
  assert.equal(n, most);
  db.close();
});

test('a transaction inside another is a part of it: it may fail alone, and goes with the whole', t => {
  const db = openDatabase(':memory:', numbers);
  t.after(() => db.close());
  const add = (n: number): void => db.run('INSERT INTO numbers VALUES (?)', n);
  const fail = (n: number) => (): void => {
    add(n);
    throw new Error('no');
  };
  db.transaction(() => {
    add(1);
    assert.throws(() => db.transaction(fail(2)), /no/);
    db.transaction(() => add(3));
  });
  assert.throws(() =>
    db.transaction(() => {
      db.transaction(() => add(4));
      fail(5)();
    }),
  );
  assert.deepEqual(
    db.all('SELECT n FROM numbers').map(({ n }) => n),
    [1n, 3n],
  );
});
