import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/core/clock.ts';
import { ledgerIn } from '../src/cost/ledger.ts';
import { type Database, openDatabase } from '../src/storage/database.ts';
import { schema } from '../src/storage/schema.ts';
import type { Figure, Line } from './support/figure.ts';
import { millionCalls, monthBegins, todayBegins } from './support/million-calls.ts';
import { interleave, ofRounds, type Table } from './support/rounds.ts';
import { median, short } from './support/statistics.ts';

const goalMs = 1;
const rounds = 7;

/** What the cost view asks for, as text, so that one answer can be held against another: calls and money by model. */
type Answers = readonly [month: string, today: string];
type Way = 'ours' | 'covering index' | 'JSONL' | 'full scan';

/** Month total, today's total and both by model, over a million calls: the ledger's own sums against reading every call. */
export const s10: Figure = {
  name: 'S10',
  what: 'totals over 1M rows',
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'pennyloom-bench-'));
    try {
      const path = join(folder, 'ledger.db');
      fill(path);
      const jsonl = join(folder, 'ledger.jsonl');
      writeFileSync(jsonl, lines());
      return [await compare(path, jsonl)];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** The calls as rows of the ledger's own table: a million commits would say nothing about reading. */
function fill(path: string): void {
  const db = openDatabase(path, schema);
  db.run('PRAGMA synchronous = OFF');
  db.transaction(() => {
    for (const call of millionCalls())
      db.run(
        `INSERT INTO calls (id, session, conversation, turn, feature, workspace, provider, model, started, settled, state,
           bound, cost, input, output, price_source, price_date)
         VALUES (?, 's', 'c', ?, 'chat', '', 'openai', ?, ?, ?, ?, 1000000000000, ?, ?, ?, 'list', ?)`,
        call.id,
        call.id,
        call.model,
        call.started,
        call.started + 1000,
        call.state,
        call.cost ?? null,
        call.input,
        call.output,
        call.priceDate,
      );
  });
  // The peer: what one adds who only has the rows.
  db.run('CREATE INDEX peer ON calls (started, model, state, cost)');
  db.close();
}

function lines(): string {
  const all: string[] = [];
  for (const { cost, ...call } of millionCalls())
    all.push(JSON.stringify({ ...call, provider: 'openai', cost: cost === undefined ? null : String(cost) }));
  return all.join('\n');
}

async function compare(path: string, jsonl: string): Promise<Line> {
  const db = openDatabase(path, schema);
  const ledger = ledgerIn(db, systemClock);
  const total = (since: number): string =>
    told(ledger.total({ since }).models.map(({ model, calls, money }) => [model, calls, money.pico]));
  const ways: { readonly [way in Way]: () => Answers } = {
    ours: () => [total(monthBegins), total(todayBegins)],
    'covering index': () => [byIndex(db, monthBegins), byIndex(db, todayBegins)],
    JSONL: () => byLines(jsonl),
    'full scan': () => [fullScan(db, monthBegins), fullScan(db, todayBegins)],
  };
  try {
    const exact = ways['full scan']();
    ways.ours(); // prepares its statements, as the status bar has when the view is opened
    const table = await interleave(['ours', 'covering index', 'JSONL'] as const, rounds, way => {
      const start = performance.now();
      const answers = ways[way]();
      const ms = performance.now() - start;
      if (answers.join('\n') !== exact.join('\n')) throw new Error('its sums are not those of a full scan');
      return Promise.resolve(ms);
    });
    return { name: 'S10', result: report(table) };
  } finally {
    ledger.dispose();
    db.close();
  }
}

function report({ values, absent }: Table<Exclude<Way, 'full scan'>>): Line['result'] {
  const why = absent.get('ours');
  if (why !== undefined) return { notMeasured: why };
  const own = values.get('ours')!;
  const value = median(own);
  const beside = (way: 'covering index' | 'JSONL'): string =>
    absent.get(way) ?? `${way} ${short(median(values.get(way)!))} ms`;
  return {
    value: `${short(value)} ms`,
    goal: `${goalMs} ms`,
    met: value <= goalMs,
    beside: `${beside('covering index')}, ${beside('JSONL')}; month and today, each by model, equal to the full scan; ${ofRounds(own)}`,
    raw: { value, ms: Object.fromEntries(values) },
  };
}

function byIndex(db: Database, since: number): string {
  const rows = db.all(
    `SELECT model, count(*) AS calls, sum(cost) AS cost FROM calls INDEXED BY peer
     WHERE started >= ? AND state NOT IN ('reserved', 'rejected') GROUP BY model`,
    since,
  );
  return told(rows.map(row => [String(row['model']), Number(row['calls']), row['cost'] as bigint]));
}

function byLines(path: string): Answers {
  const sums = [new Map<string, [number, bigint]>(), new Map<string, [number, bigint]>()] as const;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const { model, started, cost } = JSON.parse(line) as { model: string; started: number; cost: string | null };
    [monthBegins, todayBegins].forEach((since, at) => {
      if (started < since) return;
      const [calls, sum] = sums[at]!.get(model) ?? [0, 0n];
      sums[at]!.set(model, [calls + 1, sum + BigInt(cost ?? 0)]);
    });
  }
  const [month, today] = sums.map(models => told([...models].map(([model, [calls, sum]]) => [model, calls, sum])));
  return [month!, today!];
}

/** Every row, read without any index and added up as bigint here. */
function fullScan(db: Database, since: number): string {
  const sums = new Map<string, [number, bigint]>();
  for (const row of db.all('SELECT model, cost FROM calls NOT INDEXED WHERE +started >= ?', since)) {
    const [calls, sum] = sums.get(String(row['model'])) ?? [0, 0n];
    sums.set(String(row['model']), [calls + 1, sum + ((row['cost'] as bigint | null) ?? 0n)]);
  }
  return told([...sums].map(([model, [calls, sum]]) => [model, calls, sum]));
}

const told = (models: [model: string, calls: number, pico: bigint][]): string =>
  models
    .map(([model, calls, pico]) => `${model} ${calls} ${pico}`)
    .sort()
    .join(', ');
