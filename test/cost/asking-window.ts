// A window in a process of its own: `node asking-window.ts ORDER` asks a model over the real wire, metered by the real ledger.
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { Money } from '../../src/core/money.ts';
import { openLedger } from '../../src/cost/ledger.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { createProvider } from '../../src/llm/create-provider.ts';
import { LlmError } from '../../src/llm/llm-error.ts';

export interface Order {
  readonly database: string;
  readonly endpoint: string;
  /** Asked side by side. Each is in the ledger's turn and in the question, so that row and request find each other. */
  readonly names: readonly string[];
  /** US dollars for all windows together; without it each question is asked once, with it as often as the budget allows. */
  readonly budget?: string;
}

export const askedModel = 'gpt-4o';

/** Seconds pass as milliseconds, so that what is written every few seconds need not be waited for. */
const hurried: Clock = { ...systemClock, after: (ms, callback) => systemClock.after(ms / 1000, callback) };

async function ask({ database, endpoint, names, budget }: Order): Promise<void> {
  const ledger = openLedger(database);
  const asked = async (name: string, feature: string): Promise<void> => {
    const provider = createProvider({
      provider: 'openai',
      model: askedModel,
      apiKey: 'sk-test-0123456789abcdef',
      endpoint,
      maxTokens: 200,
      retry: { attempts: 5, baseMs: 1, capMs: 1, jitterMs: 0 },
      eachAttempt: wire =>
        metered(wire, {
          ledger,
          clock: hurried,
          facts: { session: name, conversation: 'c', turn: name, feature, workspace: '' },
          maxTokens: 200,
          caps: () => (budget === undefined ? [] : [{ name: 'day', limit: Money.parse(budget), filter: {} }]),
        }),
    });
    for await (const _ of provider.stream({ messages: [{ role: 'user', content: `This is ${name}.` }] }));
  };
  try {
    const round = (feature: string): Promise<unknown> => Promise.all(names.map(name => asked(name, feature)));
    if (budget === undefined) await round('chat');
    else for (let at = 0; ; at++) await round(at % 2 ? 'explain' : 'chat');
  } catch (error) {
    if (!(error instanceof LlmError && error.code === 'ERR_BUDGET_EXCEEDED')) throw error;
  }
  ledger.dispose();
}

const [, program, order] = process.argv;
if (program === import.meta.filename) await ask(JSON.parse(order!) as Order);
