import type { CallRecord } from './call-archive.ts';
import { csvLine } from './csv.ts';
import { focusColumns } from './focus.ts';

export const exportFormats = ['csv', 'json', 'focus'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportFacts {
  readonly now: number;
  readonly titleOf: (conversation: string) => string | undefined;
}

/** Counted while it is written. */
export interface Exported {
  calls: number;
  /** Calls that the format has no place for. */
  leftOut: number;
}

/** One column of a table: its name, and what stands in it for a call. */
export type Column = readonly [name: string, of: (call: CallRecord, facts: ExportFacts) => string | number | undefined];

const time = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

/** US dollars as exact decimals; what is unknown is empty. */
const columns: readonly Column[] = [
  ['id', ({ id }) => id],
  ['started', ({ started }) => time(started)],
  ['settled', ({ settled }) => time(settled)],
  ['provider', ({ provider }) => provider],
  ['model', ({ model }) => model],
  ['feature', ({ feature }) => feature],
  ['workspace', ({ workspace }) => workspace],
  ['conversation', ({ conversation }) => conversation],
  ['title', ({ conversation }, { titleOf }) => titleOf(conversation)],
  ['session', ({ session }) => session],
  ['turn', ({ turn }) => turn],
  ['state', ({ state }) => state],
  ['cost_usd', ({ cost }) => cost?.toString()],
  ['bound_usd', ({ bound }) => bound?.toString()],
  ['input_tokens', ({ usage }) => usage?.inputTokens],
  ['cached_tokens', ({ usage }) => usage?.cachedInputTokens],
  ['cache_write_tokens', ({ usage }) => usage?.cacheWriteTokens],
  ['output_tokens', ({ usage }) => usage?.outputTokens],
  ['reasoning_tokens', ({ usage }) => usage?.reasoningTokens],
  ['price_source', ({ priceSource }) => priceSource],
  ['price_date', ({ priceDate }) => priceDate],
  ['tier', ({ tier }) => tier],
  ['flags', ({ flags }) => flags.join(' ')],
  ['least_usd', ({ least }) => least?.toString()],
];

/**
 * Calls as the text of a file, a piece at a time: a million of them need no more memory than a thousand. docs/costs.md describes the
 * formats.
 */
export async function* exportCalls(
  format: ExportFormat,
  portions: AsyncIterable<readonly CallRecord[]>,
  facts: ExportFacts,
  exported: Exported = { calls: 0, leftOut: 0 },
): AsyncGenerator<string> {
  yield* format === 'json' ? json(portions, facts, exported) : table(format, portions, facts, exported);
}

async function* table(
  format: 'csv' | 'focus',
  portions: AsyncIterable<readonly CallRecord[]>,
  facts: ExportFacts,
  exported: Exported,
): AsyncGenerator<string> {
  const shown = format === 'csv' ? columns : focusColumns;
  yield csvLine(shown.map(([name]) => name));
  for await (const calls of portions) {
    // A charge in FOCUS always has an amount; what is unknown must not become 0 there.
    const told = format === 'csv' ? calls : calls.filter(({ cost, state }) => cost && state !== 'rejected');
    exported.calls += told.length;
    exported.leftOut += calls.length - told.length;
    yield told.map(call => csvLine(shown.map(([, of]) => of(call, facts)))).join('');
  }
}

async function* json(
  portions: AsyncIterable<readonly CallRecord[]>,
  facts: ExportFacts,
  exported: Exported,
): AsyncGenerator<string> {
  const head = { format: 'pennyloom-calls', version: 1, exported: time(facts.now), currency: 'USD' };
  yield `${JSON.stringify(head).slice(0, -1)},"calls":[`;
  for await (const calls of portions) {
    const lines = calls.map(call => JSON.stringify(jsonOf(call, facts)));
    yield `${exported.calls > 0 ? ',' : ''}\n${lines.join(',\n')}`;
    exported.calls += calls.length;
  }
  yield '\n]}\n';
}

/** The table's columns without those that are empty, flags as a list, and the provider's own usage. */
function jsonOf(call: CallRecord, facts: ExportFacts): Record<string, unknown> {
  return {
    ...Object.fromEntries(columns.map(([name, of]) => [name, of(call, facts)])),
    flags: call.flags,
    ...(call.rawUsage !== undefined && { usage: JSON.parse(call.rawUsage) as unknown }),
  };
}
