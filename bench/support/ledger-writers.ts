import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Way, WriteOrder, WriteReply } from '../clients/ledger-writer.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { schema } from '../../src/storage/schema.ts';
import { nextMessage } from './client-processes.ts';

/** Writers of one kind, each in a process of its own, all in the same folder. */
export class LedgerWriters {
  #folder: string;
  #way: Way;
  #children: readonly ChildProcess[];
  #written: string[] = [];

  private constructor(way: Way, folder: string, children: readonly ChildProcess[]) {
    this.#way = way;
    this.#folder = folder;
    this.#children = children;
  }

  static async start(way: Way, processes: number): Promise<LedgerWriters> {
    const folder = mkdtempSync(join(tmpdir(), 'pennyloom-bench-'));
    const children: ChildProcess[] = [];
    // One after another: the first one makes the file.
    for (let at = 0; at < processes; at++) {
      const child = fork(join(import.meta.dirname, '../clients/ledger-writer.ts'), [way, folder]);
      children.push(child);
      await nextMessage<WriteReply>(child);
    }
    return new LedgerWriters(way, folder, children);
  }

  /** @returns calls a second, all processes together. */
  async write(order: WriteOrder): Promise<number> {
    const start = performance.now();
    const replies = await Promise.all(
      this.#children.map(child => {
        child.send(order);
        return nextMessage<WriteReply>(child);
      }),
    );
    const seconds = (performance.now() - start) / 1000;
    for (const reply of replies) {
      if (!('written' in reply)) throw new Error('failed' in reply ? reply.failed : 'unexpected reply');
      this.#written.push(...reply.written);
    }
    return (order.calls * this.#children.length) / seconds;
  }

  /** Ends the processes, then counts. @throws where a call that was acknowledged is lost, torn or doubled. */
  async stop(): Promise<void> {
    for (const child of this.#children) {
      const exited = new Promise(resolve => child.once('exit', resolve));
      child.disconnect();
      await exited;
    }
    try {
      if (this.#way === 'ours') this.#check();
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  #check(): void {
    const db = openDatabase(join(this.#folder, 'ledger.db'), schema);
    try {
      if (db.get('PRAGMA integrity_check')?.['integrity_check'] !== 'ok') throw new Error('the file is torn');
      const rows = db.all("SELECT id, turn FROM calls WHERE state = 'reported' AND cost > 0 AND usage IS NOT NULL");
      const found = new Set(rows.map(({ id }) => id));
      for (const id of this.#written) if (!found.has(id)) throw new Error('an acknowledged call is lost');
      // There may be more than were acknowledged: what a busy disk took late is there all the same. But each only once.
      if (new Set(rows.map(({ turn }) => turn)).size !== rows.length) throw new Error('a call is doubled');
      const sum = db.get('SELECT sum(calls) AS calls FROM call_sums WHERE span = 86400000')?.['calls'];
      if (Number(sum) !== rows.length) throw new Error('the sums are not those of the calls');
    } finally {
      db.close();
    }
  }
}
