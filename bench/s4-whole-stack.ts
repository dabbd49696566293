import type { ClientName } from './clients/client-process.ts';
import { perChunk } from './s1-stream-cpu.ts';
import { startServer } from './support/client-processes.ts';
import type { Figure, Line } from './support/figure.ts';
import { ofRounds, peers, ratios, type Table } from './support/rounds.ts';
import { median, short } from './support/statistics.ts';

const goal = 1;
const rounds = 7;
const stacks = ['whole stack', 'whole stack in memory'] as const;

/** S1 as the chat has it: retry, breaker and limiter around the wire, and every request entered in the ledger. */
export const s4: Figure = {
  name: 'S4',
  what: 'CPU per streamed chunk through the whole stack',
  async measure() {
    const server = await startServer();
    try {
      const table = await perChunk('plain', ['floor', ...stacks, 'ours'], rounds, server.baseUrl('plain'));
      return [
        line('S4', table, 'whole stack', 'ledger in a file'),
        line('S4b', table, 'whole stack in memory', 'ledger in memory'),
      ];
    } finally {
      server.stop();
    }
  },
};

function line(name: string, table: Table<ClientName>, stack: (typeof stacks)[number], note: string): Line {
  const why = table.absent.get('floor') ?? table.absent.get(stack);
  if (why !== undefined) return { name, result: { notMeasured: why } };
  const own = ratios(table, stack, 'floor');
  const value = median(own);
  const wire = table.absent.get('ours') ?? `bare wire ${short(median(ratios(table, 'ours', 'floor')))}`;
  return {
    name,
    result: {
      value: short(value),
      goal: short(goal),
      met: value <= goal,
      beside: `${peers(table, [], 'floor')}, ${wire}; ${ofRounds(own)}; ${note}`,
      raw: { value, microsPerChunk: Object.fromEntries(table.values) },
    },
  };
}
