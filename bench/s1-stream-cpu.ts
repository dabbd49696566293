import type { ClientName } from './clients/client-process.ts';
import { chatAnswer, type Scenario, seed } from './support/chat-answer.ts';
import { ClientProcess, startServer } from './support/client-processes.ts';
import type { Figure, Line } from './support/figure.ts';
import { interleave, ofRounds, peers, ratios, type Table } from './support/rounds.ts';
import { median, short } from './support/statistics.ts';

const goal = 0.75;
const streamsPerRound = 2;
/** The compiler works on its threads for some 100k chunks, and process.cpuUsage counts them; that is not the stream's. */
const warmUp = 3;

/** CPU time per streamed chunk, from loopback to the reader's loop, every event counted and the text compared. */
export const s1: Figure = {
  name: 'S1',
  what: 'CPU per streamed chunk',
  async measure() {
    const server = await startServer();
    try {
      return [
        await line('S1', 'plain', ['floor', 'ours', 'openai', 'ai'], 7, server.baseUrl('plain')),
        await line('S1b', 'obfuscated', ['floor', 'ours', 'openai'], 5, server.baseUrl('obfuscated')),
        await line('S1c', 'escaped', ['floor', 'ours', 'openai'], 5, server.baseUrl('escaped')),
      ];
    } finally {
      server.stop();
    }
  },
};

const asides: { readonly [scenario in Scenario]?: string } = {
  obfuscated: "with OpenAI's random-length obfuscation on every chunk",
  escaped: 'escapes in every second word, nothing outside ASCII unescaped',
};

/** Microseconds of CPU time for each chunk of a scenario, by client and round. */
export function perChunk(
  scenario: Scenario,
  clients: readonly ClientName[],
  rounds: number,
  baseUrl: string,
): Promise<Table<ClientName>> {
  const { deltas } = chatAnswer(scenario);
  return interleave(clients, rounds, async client => {
    const running = await ClientProcess.start(client, baseUrl, scenario);
    if (!running) return undefined;
    try {
      await running.read(warmUp);
      const { cpuMicros } = await running.read(streamsPerRound);
      return cpuMicros / (streamsPerRound * deltas);
    } finally {
      await running.stop();
    }
  });
}

async function line(
  name: string,
  scenario: Scenario,
  clients: readonly ClientName[],
  rounds: number,
  baseUrl: string,
): Promise<Line> {
  const table = await perChunk(scenario, clients, rounds, baseUrl);
  const why = table.absent.get('floor') ?? table.absent.get('ours');
  if (why !== undefined) return { name, result: { notMeasured: why } };
  const own = ratios(table, 'ours', 'floor');
  const value = median(own);
  const others = clients.filter(client => client !== 'floor' && client !== 'ours');
  const floorMicros = `floor ${short(median(table.values.get('floor')!))} µs`;
  const note = asides[scenario] === undefined ? `seed ${seed}` : asides[scenario];
  return {
    name,
    result: {
      value: short(value),
      goal: short(goal),
      met: value <= goal,
      beside: `${peers(table, others, 'floor')}; ${ofRounds(own)}; ${floorMicros}; ${note}`,
      raw: { value, microsPerChunk: Object.fromEntries(table.values), chunks: chatAnswer(scenario).deltas, seed },
    },
  };
}
