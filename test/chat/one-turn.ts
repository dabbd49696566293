import { defaultLimits, runTurn, type TurnEvent } from '../../src/chat/run-turn.ts';
import type { Message, ToolCall } from '../../src/llm/message.ts';
import { createToolRegistry } from '../../src/tools/tool-registry.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createInMemoryWorkspace } from '../support/in-memory-workspace.ts';
import type { ScriptedProvider } from '../support/scripted-provider.ts';

export const question: Message = { role: 'user', content: 'How is it there, and how late?' };
export const weather: ToolCall = { id: 'call_w', name: 'get_weather', arguments: '{"city":"Oslo"}' };
export const time: ToolCall = { id: 'call_t', name: 'get_time', arguments: '{"timezone":"CET"}' };

/** What came of a turn: a reason or an error. */
export interface Outcome {
  readonly events: TurnEvent[];
  /** What the turn adds to the conversation. */
  readonly messages: Message[];
  readonly reason?: string;
  readonly error?: unknown;
}

export interface RunOptions {
  readonly provider: ScriptedProvider;
  readonly tools?: readonly Tool[] | undefined;
  readonly signal?: AbortSignal;
  readonly clock?: FakeClock;
  readonly onEvent?: (event: TurnEvent) => unknown;
}

export async function runOneTurn({
  provider,
  tools,
  signal = new AbortController().signal,
  clock = new FakeClock(),
  onEvent,
}: RunOptions): Promise<Outcome> {
  const events: TurnEvent[] = [];
  const messages: Message[] = [];
  const turn = runTurn({
    provider,
    messages: [question],
    tools: tools && createToolRegistry(tools),
    workspace: createInMemoryWorkspace({}),
    clock,
    signal,
    limits: defaultLimits,
  });
  try {
    for (;;) {
      const { done, value } = await turn.next();
      if (done) return { events, messages, reason: value };
      events.push(value);
      if (value.type === 'messages') messages.push(...value.messages);
      await onEvent?.(value);
    }
  } catch (error) {
    return { events, messages, error };
  }
}

export const resultsIn = (messages: readonly Message[]): string[] =>
  messages.flatMap(message => (message.role === 'tool' ? `${message.toolCallId}: ${message.content}` : []));
export const ofType = <T extends TurnEvent['type']>(events: readonly TurnEvent[], type: T) =>
  events.filter((event): event is Extract<TurnEvent, { type: T }> => event.type === type);
