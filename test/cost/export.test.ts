import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Money } from '../../src/core/money.ts';
import { always, type CallRecord } from '../../src/cost/call-archive.ts';
import { csvLine } from '../../src/cost/csv.ts';
import { exportCalls, type Exported, type ExportFormat } from '../../src/cost/export.ts';
import { bothArchives, portionsOf, randomCalls } from './random-calls.ts';

const facts = { now: Date.UTC(2026, 10, 28), titleOf: (id: string) => (id ? `About ${id}, "really"` : undefined) };

async function exported(format: ExportFormat, portions: readonly (readonly CallRecord[])[], counts?: Exported) {
  async function* given(): AsyncGenerator<readonly CallRecord[]> {
    yield* portions;
  }
  let text = '';
  for await (const piece of exportCalls(format, given(), facts, counts)) text += piece;
  return text;
}

/** RFC 4180 to the letter: anything else throws. */
function readCsv(text: string): string[][] {
  const records: string[][] = [];
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/y;
  let record: string[] = [];
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const found = cell.exec(text);
    if (!found) throw new Error(`not CSV at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`);
    const [, shown, end] = found as unknown as [string, string, string];
    record.push(shown.startsWith('"') ? shown.slice(1, -1).replaceAll('""', '"') : shown);
    if (end === ',') continue;
    records.push(record);
    record = [];
  }
  assert.deepEqual(record, []);
  return records;
}

/** What spreadsheets take for a formula. */
const dangerous = /^[=+\-@\t\r\n＝＋－＠]/;

test('any cells come back as they were from a strict reader, but for formulas, which are text', () => {
  const cell = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', "'", '＝', 'a') }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { maxLength: 6 }), rows => {
      const read = readCsv(rows.map(csvLine).join(''));
      assert.deepEqual(read, rows.map(row => row.map(text => (dangerous.test(text) ? `'${text}` : text))));
      for (const text of read.flat()) assert.doesNotMatch(text, dangerous);
    }),
    { numRuns: 1000 },
  ); // prettier-ignore
});

test('every call is one record of the CSV file, with its exact cost, and no cell is a formula', async () => {
  await fc.assert(
    fc.asyncProperty(randomCalls, async calls => {
      const { db, kept } = bothArchives(calls);
      const portions = await portionsOf(kept, { span: always });
      const [head, ...records] = readCsv(await exported('csv', portions));
      const all = portions.flat();
      const column = (name: string): string[] => records.map(record => record[head!.indexOf(name)]!);
      assert.ok(records.every(record => record.length === head!.length));
      assert.deepEqual(column('id'), all.map(({ id }) => id));
      assert.deepEqual(column('model'), all.map(({ model }) => (model === '=1+1' ? "'=1+1" : model)));
      assert.deepEqual(column('cost_usd'), all.map(({ cost }) => cost?.toString() ?? ''));
      assert.deepEqual(column('started'), all.map(({ started }) => new Date(started).toISOString()));
      assert.equal(
        Money.sum(column('cost_usd').map(text => Money.parse(text || '0'))).pico,
        Money.sum(all.map(({ cost }) => cost ?? Money.zero)).pico,
      );
      db.close();
    }),
    { numRuns: 100 },
  ); // prettier-ignore
});

test('the JSON file is one valid object with every call, its flags and the provider’s own usage', async () => {
  await fc.assert(
    fc.asyncProperty(randomCalls, fc.integer({ min: 1, max: 7 }), async (calls, size) => {
      const { db, kept } = bothArchives(calls);
      const all = (await portionsOf(kept, { span: always })).flat();
      const portions = Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, at * size + size));
      const file = JSON.parse(await exported('json', portions)) as { calls: Record<string, unknown>[] };
      assert.deepEqual(
        { ...file, calls: file.calls.length },
        { format: 'pennyloom-calls', version: 1, exported: '2026-11-28T00:00:00.000Z', currency: 'USD', calls: all.length },
      );
      for (const [at, call] of file.calls.entries()) {
        const { cost, rawUsage, flags, usage } = all[at]!;
        assert.equal(call['cost_usd'], cost?.toString());
        assert.equal(call['input_tokens'], usage?.inputTokens);
        assert.deepEqual(call['flags'], flags);
        assert.deepEqual(call['usage'], rawUsage && JSON.parse(rawUsage));
      }
      db.close();
    }),
    { numRuns: 100 },
  ); // prettier-ignore
});

/** FOCUS 1.2's mandatory columns (https://focus.finops.org/focus-specification/v1-2/), and whether each may be empty. */
const mandatory: { readonly [column: string]: 'filled' | 'may be empty' } = {
  BilledCost: 'filled', BillingAccountId: 'filled', BillingAccountName: 'may be empty', BillingCurrency: 'filled',
  BillingPeriodEnd: 'filled', BillingPeriodStart: 'filled', ChargeCategory: 'filled', ChargeClass: 'may be empty',
  ChargeDescription: 'may be empty', ChargePeriodEnd: 'filled', ChargePeriodStart: 'filled', ContractedCost: 'filled',
  EffectiveCost: 'filled', InvoiceIssuerName: 'filled', ListCost: 'filled', PricingQuantity: 'may be empty',
  PricingUnit: 'may be empty', ProviderName: 'filled', PublisherName: 'filled', ServiceCategory: 'filled', ServiceName: 'filled',
}; // prettier-ignore

test('the FOCUS file has every mandatory column of 1.2, filled where it must be; what is unknown is left out, never 0', async () => {
  await fc.assert(
    fc.asyncProperty(randomCalls, async calls => {
      const { db, kept } = bothArchives(calls);
      const all = (await portionsOf(kept, { span: always })).flat();
      const counts = { calls: 0, leftOut: 0 };
      const [head, ...records] = readCsv(await exported('focus', [all], counts));
      const own = head!.slice(head!.findIndex(name => name.startsWith('x_')));
      assert.ok(own.every(name => name.startsWith('x_')), 'columns of our own come last');
      for (const [name, level] of Object.entries(mandatory)) {
        assert.ok(head!.includes(name), name);
        if (level === 'filled') for (const record of records) assert.notEqual(record[head!.indexOf(name)], '', name);
      }
      for (const record of records)
        for (const name of ['BillingPeriodStart', 'BillingPeriodEnd', 'ChargePeriodStart', 'ChargePeriodEnd'])
          assert.match(record[head!.indexOf(name)]!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      const known = all.filter(({ cost, state }) => cost && state !== 'rejected');
      assert.deepEqual(records.map(record => record[0]), known.map(({ cost }) => cost!.toString()));
      assert.deepEqual(counts, { calls: known.length, leftOut: all.length - known.length });
      db.close();
    }),
    { numRuns: 100 },
  ); // prettier-ignore
});

test('a file is written in pieces: the first is there before the last call was read', async () => {
  let read = 0;
  async function* endless(): AsyncGenerator<readonly CallRecord[]> {
    for (;;) {
      read++;
      yield [];
    }
  }
  const pieces = exportCalls('csv', endless(), facts);
  assert.match((await pieces.next()).value as string, /^id,started,/);
  assert.equal(read, 0);
  await pieces.return(undefined);
});
