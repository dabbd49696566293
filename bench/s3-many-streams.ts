import type { ClientName, PacedReply } from './clients/client-process.ts';
import { ClientProcess, startServer } from './support/client-processes.ts';
import type { Figure } from './support/figure.ts';
import { pace } from './support/paced-stream.ts';
import { interleave, ofRounds, peers, ratios, type Table } from './support/rounds.ts';
import { median, short } from './support/statistics.ts';

const goal = 0.8;
const rounds = 5;
const streams = 500;
/**
 * Some 500k chunks: until the compiler is done (see S1), and until V8 has widened its space for new objects. That takes 60 ms once, and
 * sooner for one client than for the other: after three rounds we had it behind us and the floor had not.
 */
const warmUp = 5;
const clients: readonly ClientName[] = ['floor', 'ours', 'openai', 'ai'];

/** 500 answers at once, each at a model's pace: what they cost, how late they are read, and how much memory they hold. */
export const s3: Figure = {
  name: 'S3',
  what: '500 paced streams at once',
  async measure() {
    const server = await startServer();
    const replies = new Map<ClientName, PacedReply[]>(clients.map(name => [name, []]));
    try {
      const cpu = await interleave(clients, rounds, async name => {
        const client = await ClientProcess.start(name, server.baseUrl('paced'), 'paced');
        if (!client) return undefined;
        try {
          for (let round = 0; round < warmUp; round++) await client.readPaced(streams);
          const reply = await client.readPaced(streams);
          replies.get(name)!.push(reply);
          return reply.pacedCpuMicros;
        } finally {
          await client.stop();
        }
      });
      return [{ name: 'S3', result: report(cpu, replies) }];
    } finally {
      server.stop();
    }
  },
};

type Replies = ReadonlyMap<ClientName, readonly PacedReply[]>;

function report(cpu: Table<ClientName>, replies: Replies): Awaited<ReturnType<Figure['measure']>>[number]['result'] {
  const why = cpu.absent.get('floor') ?? cpu.absent.get('ours');
  if (why !== undefined) return { notMeasured: why };
  const of = (read: (reply: PacedReply) => number): Table<ClientName> => ({
    absent: cpu.absent,
    values: new Map([...cpu.values.keys()].map(name => [name, replies.get(name)!.map(read)])),
  });
  const own = ratios(cpu, 'ours', 'floor');
  const value = median(own);
  const lag = of(reply => reply.lagP99);
  const lagRatio = median(ratios(lag, 'ours', 'floor'));
  const perRead = median(cpu.values.get('floor')!) / (streams * pace.deltas);
  const beside = [
    `p99 lag ${short(lagRatio)}, ${streams}/${streams} complete`,
    peers(cpu, ['openai', 'ai'], 'floor'),
    ofRounds(own),
    each(lag, micros => `${short(micros / 1000)} ms`),
    `peak memory ${each(
      of(reply => reply.peakMiB),
      mib => `${short(mib)} MiB`,
    )}`,
    `${1000 / pace.everyMs} deltas a second each; floor ${short(perRead)} µs a delta`,
  ].join('; ');
  return {
    value: short(value),
    goal: `${short(goal)}, p99 lag 1.00`,
    met: value <= goal && lagRatio <= 1,
    beside,
    raw: { value, lagRatio, replies: Object.fromEntries(replies), streams, pace },
  };
}

/** "ours 12 ms, floor 14 ms": the median of the rounds, for each client that was measured. */
function each({ values }: Table<ClientName>, text: (value: number) => string): string {
  return [...values].map(([name, all]) => `${name} ${text(median(all))}`).join(', ');
}
