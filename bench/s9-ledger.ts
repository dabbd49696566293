import type { Way } from './clients/ledger-writer.ts';
import type { Figure, Line } from './support/figure.ts';
import { LedgerWriters } from './support/ledger-writers.ts';
import { interleave, ofRounds, peers, ratios, type Table } from './support/rounds.ts';
import { median, short } from './support/statistics.ts';

const rounds = 7;
const callsPerRound = 1000;
/** Until the compiler is done, and the log of the database has come round once. */
const warmUp = 2000;
const goals = { alone: 0.6, sixteen: 2.5 } as const;

interface Setting {
  readonly way: Way;
  readonly processes: number;
  readonly atOnce: number;
}
const settings = {
  floor: { way: 'floor', processes: 1, atOnce: 1 },
  alone: { way: 'ours', processes: 1, atOnce: 1 },
  sixteen: { way: 'ours', processes: 1, atOnce: 16 },
  two: { way: 'ours', processes: 2, atOnce: 1 },
  eight: { way: 'ours', processes: 8, atOnce: 1 },
  'SQLite WAL FULL by hand': { way: 'SQLite by hand', processes: 1, atOnce: 1 },
  'JSONL + fdatasync': { way: 'JSONL', processes: 1, atOnce: 1 },
} as const satisfies { readonly [name: string]: Setting };
type Name = keyof typeof settings;
const names = Object.keys(settings) as Name[];

/** Calls reserved and settled a second, each on the disk when it is acknowledged, over a bare write and fdatasync of as many bytes. */
export const s9: Figure = {
  name: 'S9',
  what: 'ledger writes',
  async measure() {
    const writers = new Map<Name, LedgerWriters>();
    try {
      for (const name of names) {
        const { way, processes, atOnce } = settings[name];
        const made = await LedgerWriters.start(way, processes);
        writers.set(name, made);
        await made.write({ calls: warmUp / processes, atOnce });
      }
      const table = await interleave(names, rounds, name => {
        const { processes, atOnce } = settings[name];
        return writers.get(name)!.write({ calls: Math.ceil(callsPerRound / processes), atOnce });
      });
      for (const one of writers.values()) await one.stop();
      writers.clear();
      return [
        line('S9', table, 'alone', 'one at a time'),
        line('S9b', table, 'sixteen', '16 at once'),
        line('S9c', table, 'two', 'two processes'),
        line('S9d', table, 'eight', 'eight processes'),
      ];
    } finally {
      for (const one of writers.values()) await one.stop();
    }
  },
};

function line(name: string, table: Table<Name>, setting: Name, what: string): Line {
  const why = table.absent.get('floor') ?? table.absent.get(setting);
  if (why !== undefined) return { name, result: { notMeasured: why } };
  const own = ratios(table, setting, 'floor');
  const value = median(own);
  const goal = setting in goals ? goals[setting as keyof typeof goals] : undefined;
  const floor = median(table.values.get('floor')!);
  return {
    name,
    result: {
      value: short(value),
      goal: goal === undefined ? '0 lost' : short(goal),
      met: goal === undefined || value >= goal,
      beside: `${what}, more is better; 0 lost, torn or doubled; ${peers(table, ['SQLite WAL FULL by hand', 'JSONL + fdatasync'], 'floor')}; ${ofRounds(own)}; floor ${short(floor)} calls a second, two flushes each`,
      raw: { value, callsPerSecond: Object.fromEntries(table.values) },
    },
  };
}
