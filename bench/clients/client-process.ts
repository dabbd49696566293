/**
 * One client in a process of its own, driven over IPC: `node client-process.ts <client> <base url> <scenario>`. Only its own imports are
 * loaded, so that no client pays for another.
 */
import { chatAnswer, type Expected, type Scenario } from '../support/chat-answer.ts';
import { Lags, pace, PacedReader, pacedUsage } from '../support/paced-stream.ts';
import { quantile } from '../support/statistics.ts';
import type { AskOnce, MakeClient, Outcome } from './client.ts';

const makers: { readonly [name: string]: () => Promise<MakeClient> } = {
  ours: async () => (await import('./ours.ts')).ours,
  'whole stack': async () => (await import('./whole-stack.ts')).wholeStack,
  'whole stack in memory': async () => (await import('./whole-stack.ts')).wholeStackInMemory,
  floor: async () => (await import('./floor.ts')).floor,
  fetch: async () => (await import('./floor.ts')).nodeFetch,
  openai: async () => (await import('./openai-sdk.ts')).openAiSdk,
  ai: async () => (await import('./ai-sdk.ts')).aiSdk,
};

export type ClientName = 'ours' | 'whole stack' | 'whole stack in memory' | 'floor' | 'fetch' | 'openai' | 'ai';
/** What the parent may ask for: `streams` answers one after another, or, paced ones, all at once. */
export interface Order {
  readonly streams: number;
}
export type Reply =
  | { readonly ready: true }
  | { readonly missing: string }
  | { readonly failed: string }
  | {
      /** User + system time of this process over the order, microseconds. */
      readonly cpuMicros: number;
      /** Wall time from asking to the first delta of each stream, microseconds. */
      readonly firstDeltaMicros: readonly number[];
    }
  | PacedReply;

export interface PacedReply {
  readonly pacedCpuMicros: number;
  /** How late deltas were read, microseconds. */
  readonly lagP50: number;
  readonly lagP99: number;
  /** The most memory this process ever held, MiB. */
  readonly peakMiB: number;
}

async function main(): Promise<void> {
  const [name = '', baseUrl = '', scenario = ''] = process.argv.slice(2);
  let ask: AskOnce;
  try {
    ask = await (await makers[name]!())(baseUrl);
  } catch (error) {
    return reply({ missing: error instanceof Error ? error.message : String(error) });
  }
  const obey = orders(ask, scenario);
  process.on('message', (order: Order) => {
    obey(order).then(reply, (error: unknown) => reply({ failed: String(error) }));
  });
  process.once('disconnect', () => process.exit());
  reply({ ready: true });
}

function orders(ask: AskOnce, scenario: string): (order: Order) => Promise<Reply> {
  if (scenario === 'paced') return ({ streams }) => runPaced(ask, streams);
  const expected = chatAnswer(scenario as Scenario);
  return ({ streams }) => run(ask, expected, streams);
}

/**
 * All at once: a server at a model's pace, and somebody who does nothing but keep up. Nothing is kept of what was compared: copying the
 * text of 500 answers from collection to collection was most of what a client's p99 told, and the text is the bench's own.
 */
async function runPaced(ask: AskOnce, streams: number): Promise<Reply> {
  const lags = new Lags(streams * pace.deltas);
  const before = process.cpuUsage();
  const outcomes = await Promise.all(Array.from({ length: streams }, () => ask(undefined, new PacedReader(lags).take)));
  const { user, system } = process.cpuUsage(before);
  // The reader has compared every delta already.
  for (const outcome of outcomes) check(outcome, { deltas: pace.deltas, text: '', ...pacedUsage });
  return {
    pacedCpuMicros: user + system,
    lagP50: quantile(lags.values, 0.5),
    lagP99: quantile(lags.values, 0.99),
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
}

async function run(ask: AskOnce, expected: Expected, streams: number): Promise<Reply> {
  const firstDeltaMicros: number[] = [];
  const outcomes: Outcome[] = [];
  const before = process.cpuUsage();
  for (let at = 0; at < streams; at++) {
    const start = performance.now();
    outcomes.push(await ask(() => firstDeltaMicros.push((performance.now() - start) * 1000)));
  }
  const { user, system } = process.cpuUsage(before);
  for (const outcome of outcomes) check(outcome, expected);
  return { cpuMicros: user + system, firstDeltaMicros };
}

/** A client that loses or changes anything has no figure. */
function check(outcome: Outcome, expected: Expected): void {
  for (const key of ['deltas', 'text', 'inputTokens', 'outputTokens'] as const)
    if (outcome[key] !== expected[key]) throw new Error(`${key} is not what was sent`);
}

const reply = (message: Reply): void => void process.send?.(message);

await main();
