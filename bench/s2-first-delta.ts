import type { ClientName } from './clients/client-process.ts';
import { ClientProcess, startServer } from './support/client-processes.ts';
import type { Figure } from './support/figure.ts';
import { interleave, ofRounds, peers, ratios, type Table } from './support/rounds.ts';
import { median, quantile, short } from './support/statistics.ts';

const goal = 0.85;
const goalP99 = 1.1;
const rounds = 7;
const streams = 300;
/** The clients take turns in blocks, so that whatever else the machine does in a round falls on all of them. */
const block = 50;
const warmUp = 20;
const clients: readonly ClientName[] = ['floor', 'ours', 'fetch', 'openai', 'ai'];

/** Time from asking to the first delta, 300 streams one after another on a connection that is kept alive. */
export const s2: Figure = {
  name: 'S2',
  what: 'time to first delta',
  async measure() {
    const server = await startServer();
    const samples = new Map<string, number[]>();
    const absent = new Map<ClientName, string>();
    try {
      await warmServer(server.baseUrl('short'));
      for (let round = 0; round < rounds; round++) {
        const running = new Map<ClientName, ClientProcess>();
        for (const name of clients) {
          const client = await ClientProcess.start(name, server.baseUrl('short'), 'short');
          if (client) running.set(name, client);
          await client?.read(warmUp);
        }
        const turns = await interleave(clients, streams / block, async name => {
          const client = running.get(name);
          if (!client) return undefined;
          const { firstDeltaMicros } = await client.read(block);
          const key = `${name} ${round}`;
          samples.set(key, [...(samples.get(key) ?? []), ...firstDeltaMicros]);
          return 0;
        });
        for (const [name, why] of turns.absent) absent.set(name, why);
        for (const client of running.values()) await client.stop();
      }
      const byRound = (q: number): Table<ClientName> => ({
        absent,
        values: new Map(
          clients
            .filter(name => !absent.has(name))
            .map(name => [
              name,
              Array.from({ length: rounds }, (_, round) => quantile(samples.get(`${name} ${round}`) ?? [], q)),
            ]),
        ),
      });
      return [{ name: 'S2', result: report(byRound(0.5), byRound(0.99)) }];
    } finally {
      server.stop();
    }
  },
};

/** The server's own compiler must not be what is measured. */
async function warmServer(baseUrl: string): Promise<void> {
  const client = await ClientProcess.start('floor', baseUrl, 'short');
  await client?.read(2000);
  await client?.stop();
}

function report(
  p50: Table<ClientName>,
  p99: Table<ClientName>,
): Awaited<ReturnType<Figure['measure']>>[number]['result'] {
  const why = p50.absent.get('floor') ?? p50.absent.get('ours');
  if (why !== undefined) return { notMeasured: why };
  const own = ratios(p50, 'ours', 'floor');
  const value = median(own);
  const tail = median(ratios(p99, 'ours', 'floor'));
  const others = clients.filter(client => client !== 'floor' && client !== 'ours');
  const floorMicros = `floor ${short(median(p50.values.get('floor')!))} µs, p99 ${short(median(p99.values.get('floor')!))} µs`;
  return {
    value: short(value),
    goal: `${short(goal)}, p99 ${short(goalP99)}`,
    met: value <= goal && tail <= goalP99,
    beside: `p99 ${short(tail)}; ${peers(p50, others, 'floor')}; ${ofRounds(own)}; ${floorMicros}`,
    raw: { value, p99: tail, p50Micros: Object.fromEntries(p50.values), p99Micros: Object.fromEntries(p99.values) },
  };
}
