import type { Migration } from './database.ts';

/**
 * Lengths of the buckets that calls are added up in, milliseconds, counted from the epoch in UTC; each a multiple of the one before.
 * Quarters of an hour, because somewhere midnight falls on each of them.
 */
export const spansMs = [900_000, 3_600_000, 86_400_000] as const;

/**
 * Money is added in two parts, because SQLite's integers end at $9.2 million in picodollars: whole microdollars (to 9 trillion
 * dollars) and the picodollars left over (to 9 trillion calls). Past the end SUM fails, and a STRICT column takes no float: neither is
 * silent. Both divisions round towards zero, so the parts of any amount add up to it.
 */
export const picoPerPart = 1_000_000n;

const counted = (row: string): string => `${row}.state NOT IN ('reserved', 'rejected')`;

/** Adds one call to its buckets, or (sign −) takes it away again. */
function add(sign: '+' | '-', row: string): string {
  const part = (amount: string): string =>
    `${sign} coalesce(${amount}, 0) / ${picoPerPart}, ${sign} coalesce(${amount}, 0) % ${picoPerPart}`;
  const columns =
    'calls, unknown, estimated, micros, picos, committed_micros, committed_picos, input, cached, cache_write, output, reasoning';
  const bucket = (span: number): string => `(${span}, ${row}.started / ${span} * ${span},
      ${row}.provider, ${row}.model, coalesce(${row}.price_date, ''),
      ${sign} 1, ${sign} (${row}.cost IS NULL), ${sign} (${row}.state = 'estimated'),
      ${part(`${row}.cost`)}, ${part(`coalesce(${row}.cost, ${row}.bound)`)},
      ${['input', 'cached', 'cache_write', 'output', 'reasoning'].map(name => `${sign} coalesce(${row}.${name}, 0)`).join(', ')})`;
  const sums = columns.split(', ').map(name => `${name} = ${name} + excluded.${name}`);
  return `INSERT INTO call_sums (span, bucket, provider, model, price_date, ${columns})
    VALUES ${spansMs.map(bucket).join(', ')}
    ON CONFLICT (span, bucket, provider, model, price_date) DO UPDATE SET ${sums.join(', ')};`;
}

const backfill = (span: number): string => `
  INSERT INTO call_sums
  SELECT ${span}, started / ${span} * ${span} AS bucket, provider, model, coalesce(price_date, '') AS date,
    count(*), sum(cost IS NULL), sum(state = 'estimated'),
    sum(coalesce(cost, 0) / ${picoPerPart}), sum(coalesce(cost, 0) % ${picoPerPart}),
    sum(coalesce(cost, bound, 0) / ${picoPerPart}), sum(coalesce(cost, bound, 0) % ${picoPerPart}),
    sum(coalesce(input, 0)), sum(coalesce(cached, 0)), sum(coalesce(cache_write, 0)),
    sum(coalesce(output, 0)), sum(coalesce(reasoning, 0))
  FROM calls WHERE ${counted('calls')} GROUP BY bucket, provider, model, date;`;

/**
 * What settled calls come to by time, model and date of price. Kept by triggers, so in the transaction that changes a call and
 * whatever changes it: settled, priced again, moved or deleted. The date of the price is part of the key because a newest date,
 * unlike a sum, could not be taken away again. Reserved calls are few, and are added up where they stand.
 */
export const callSums: Migration = `
  CREATE TABLE call_sums (
    span INTEGER NOT NULL, bucket INTEGER NOT NULL,   -- length and beginning, ms
    provider TEXT NOT NULL, model TEXT NOT NULL,
    price_date TEXT NOT NULL,                         -- '' where there is none
    calls INTEGER NOT NULL, unknown INTEGER NOT NULL, estimated INTEGER NOT NULL,
    micros INTEGER NOT NULL, picos INTEGER NOT NULL,  -- what is known of the cost: microdollars, and picodollars left over
    committed_micros INTEGER NOT NULL, committed_picos INTEGER NOT NULL,  -- the same with the bound where the cost is unknown
    input INTEGER NOT NULL, cached INTEGER NOT NULL, cache_write INTEGER NOT NULL, output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
    PRIMARY KEY (span, bucket, provider, model, price_date)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX calls_reserved ON calls (started) WHERE state = 'reserved';
  ${spansMs.map(backfill).join('')}
  CREATE TRIGGER call_added AFTER INSERT ON calls WHEN ${counted('NEW')} BEGIN ${add('+', 'NEW')} END;
  CREATE TRIGGER call_deleted AFTER DELETE ON calls WHEN ${counted('OLD')} BEGIN ${add('-', 'OLD')} END;
  CREATE TRIGGER call_uncounted AFTER UPDATE ON calls WHEN ${counted('OLD')} BEGIN ${add('-', 'OLD')} END;
  CREATE TRIGGER call_counted AFTER UPDATE ON calls WHEN ${counted('NEW')} BEGIN ${add('+', 'NEW')} END;
`;
