/**
 * One client in a process of its own, driven over IPC: `node client-process.ts <client> <base url> <scenario>`. Only its own imports are
 * loaded, so that no client pays for another.
 */
import { chatAnswer, type Expected, type Scenario } from '../support/chat-answer.ts';
import type { AskOnce, MakeClient, Outcome } from './client.ts';

const makers: { readonly [name: string]: () => Promise<MakeClient> } = {
  ours: async () => (await import('./ours.ts')).ours,
  floor: async () => (await import('./floor.ts')).floor,
  fetch: async () => (await import('./floor.ts')).nodeFetch,
  openai: async () => (await import('./openai-sdk.ts')).openAiSdk,
  ai: async () => (await import('./ai-sdk.ts')).aiSdk,
};

export type ClientName = 'ours' | 'floor' | 'fetch' | 'openai' | 'ai';
/** What the parent may ask for: `streams` answers one after another. */
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
    };

async function main(): Promise<void> {
  const [name = '', baseUrl = '', scenario = ''] = process.argv.slice(2);
  const expected: Expected = chatAnswer(scenario as Scenario);
  let ask: AskOnce;
  try {
    ask = await (await makers[name]!())(baseUrl);
  } catch (error) {
    return reply({ missing: error instanceof Error ? error.message : String(error) });
  }
  process.on('message', (order: Order) => {
    run(ask, expected, order.streams).then(reply, (error: unknown) => reply({ failed: String(error) }));
  });
  process.once('disconnect', () => process.exit());
  reply({ ready: true });
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
