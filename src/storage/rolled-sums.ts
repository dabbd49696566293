import { picoPerPart, spansMs } from './call-sums.ts';
import type { Migration } from './database.ts';

const keys = 'span, bucket, provider, model, feature, workspace, price_date';
const tokens = ['input', 'cached', 'cache_write', 'output', 'reasoning'];
const amounts = ['calls', 'unknown', 'estimated', 'micros', 'picos', 'committed_micros', 'committed_picos', ...tokens];
const spans = `(${spansMs.map(span => `SELECT ${span} AS span`).join(' UNION ALL ')})`;

const counted = (row: string): string => `${row}.state <> 'reserved' AND ${row}.state <> 'rejected'`;

/** The key of one call's sums, in each span. */
const keyOf = (row: string): string =>
  `span, ${row}.started / span * span, ${row}.provider, ${row}.model, ${row}.feature, ${row}.workspace, coalesce(${row}.price_date, '')`;

/** What one call adds, in the order of `amounts`. */
function amountsOf(row: string): string[] {
  const parts = (amount: string): string[] => [
    `coalesce(${amount}, 0) / ${picoPerPart}`,
    `coalesce(${amount}, 0) % ${picoPerPart}`,
  ];
  return [
    '1',
    `${row}.cost IS NULL`,
    `${row}.state = 'estimated'`,
    ...parts(`${row}.cost`),
    ...parts(`coalesce(${row}.cost, ${row}.bound)`),
    ...tokens.map(name => `coalesce(${row}.${name}, 0)`),
  ];
}

const addTo = (select: string): string => `
  INSERT INTO rolled_sums (${keys}, ${amounts.join(', ')}) ${select}
  ON CONFLICT (${keys}) DO UPDATE SET ${amounts.map(name => `${name} = ${name} + excluded.${name}`).join(', ')};`;

const isRolled = (row: string): string => `${row}.started < (SELECT moment FROM rolled_until)`;
const notRolled = 'calls.started >= (SELECT moment FROM rolled_until)';

/** Adds one call that is rolled up to its sums, or takes it away again. */
const change = (sign: '+' | '-', row: 'NEW' | 'OLD'): string =>
  addTo(`SELECT ${keyOf(row)}, ${amountsOf(row).map(amount => `${sign}(${amount})`).join(', ')} FROM ${spans} WHERE TRUE`); // prettier-ignore

const trigger = (name: string, event: string, sign: '+' | '-', row: 'NEW' | 'OLD'): string =>
  `CREATE TRIGGER ${name} AFTER ${event} ON calls WHEN ${counted(row)} AND ${isRolled(row)} BEGIN ${change(sign, row)} END;`;

/** The moment after the last call. */
export const afterAll = 'SELECT coalesce(max(started), -1) + 1 AS moment FROM calls';

/** Adds up the calls from `rolled_until` up to `?1`, which becomes the next one. One after the other, in one transaction. */
export const rollUp = [
  addTo(
    `SELECT ${keyOf('calls')}, ${amountsOf('calls').map(amount => `sum(${amount})`).join(', ')}
     FROM ${spans}, calls WHERE ${notRolled} AND started < ?1 AND ${counted('calls')} GROUP BY 1, 2, 3, 4, 5, 6, 7`,
  ), // prettier-ignore
  'UPDATE rolled_until SET moment = max(moment, ?1)',
] as const;

/**
 * Calls where a call costs two small writes: they lie by their ids, which grow with time (so no second tree finds a row by its id), and
 * settling one adds nothing up. Sums are made of many calls at a time: those that began before `rolled_until` are in `rolled_sums`,
 * and `call_sums` adds the few since. Whatever happens to a call that is rolled up already (it is settled late, priced again, moved,
 * deleted) a trigger puts into its sums in the same transaction, so that they are exact at any moment.
 *
 * `writer` is who holds a reserved call; see `Presence`.
 */
export const rolledSums: Migration = `
  ALTER TABLE calls RENAME TO calls_before;
  CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    session TEXT NOT NULL,
    conversation TEXT NOT NULL,
    turn TEXT NOT NULL,
    feature TEXT NOT NULL,
    workspace TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    started INTEGER NOT NULL,           -- ms since the epoch
    settled INTEGER,
    state TEXT NOT NULL,                -- reserved, reported, estimated, unknown-price, lost, rejected
    bound INTEGER,                      -- picodollars it can cost at most; NULL where the price is unknown
    cost INTEGER,                       -- picodollars; NULL where unknown
    input INTEGER, cached INTEGER, cache_write INTEGER, output INTEGER, reasoning INTEGER,
    usage TEXT,                         -- the provider's own object, so that the row can be priced again
    price_source TEXT, price_date TEXT,
    tier TEXT, flags TEXT, deleted INTEGER,
    writer TEXT                         -- which window holds it; NULL once it is settled
  ) STRICT, WITHOUT ROWID;
  INSERT INTO calls SELECT *, NULL FROM calls_before;
  DROP TABLE calls_before;
  DROP TABLE call_sums;
  CREATE INDEX calls_by_time ON calls (started);
  CREATE INDEX calls_by_session ON calls (session);
  CREATE INDEX calls_by_turn ON calls (turn);
  CREATE INDEX calls_reserved ON calls (started) WHERE state = 'reserved';
  CREATE INDEX calls_deleted ON calls (started) WHERE deleted IS NOT NULL;
  CREATE TABLE rolled_sums (
    span INTEGER NOT NULL, bucket INTEGER NOT NULL,   -- length and beginning, ms
    provider TEXT NOT NULL, model TEXT NOT NULL, feature TEXT NOT NULL, workspace TEXT NOT NULL,
    price_date TEXT NOT NULL,                         -- '' where there is none
    ${amounts.map(name => `${name} INTEGER NOT NULL`).join(', ')},
    PRIMARY KEY (${keys})
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rolled_until (moment INTEGER NOT NULL) STRICT;
  INSERT INTO rolled_until VALUES (0);
  ${rollUp.join('; ').replaceAll('?1', `(${afterAll})`)};
  CREATE VIEW call_sums AS
    SELECT ${keys}, ${amounts.join(', ')} FROM rolled_sums
    UNION ALL
    SELECT ${keyOf('calls')}, ${amountsOf('calls').join(', ')} FROM ${spans}, calls
    WHERE ${notRolled} AND ${counted('calls')};
  ${trigger('call_added', 'INSERT', '+', 'NEW')}
  ${trigger('call_deleted', 'DELETE', '-', 'OLD')}
  ${trigger('call_uncounted', 'UPDATE', '-', 'OLD')}
  ${trigger('call_counted', 'UPDATE', '+', 'NEW')}
`;
