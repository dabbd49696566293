import assert from 'node:assert/strict';
import { createProvider, type ProviderConfig } from '../../../src/llm/create-provider.ts';
import { DirectAgent } from '../../../src/llm/http/direct-agent.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';
import type { Continuation, ToolCall } from '../../../src/llm/message.ts';
import type { LlmProvider } from '../../../src/llm/provider.ts';
import type { ChatRequest, StopReason } from '../../../src/llm/request.ts';
import type { StreamEvent } from '../../../src/llm/stream-event.ts';
import type { Usage } from '../../../src/llm/usage.ts';
import { FakeClock, settled } from '../fake-clock.ts';
import type { RequestRecord } from '../loopback/request-log.ts';
import type { ContractServer, ContractTraits } from './subject.ts';

/** One named thing that every vendor must do, streamed and whole. */
export interface Scenario {
  readonly name: string;
  /** What the vendor need not have; where it has not, the table says so. */
  readonly needs?: (traits: ContractTraits) => boolean;
  run(trial: Trial): Promise<void>;
}

/** One scenario on one vendor: connections and time of its own, so that whatever is left behind is found. */
export class Trial implements AsyncDisposable {
  readonly server: ContractServer;
  readonly traits: ContractTraits;
  readonly streaming: boolean;
  readonly clock = new FakeClock();
  #dispatcher = new DirectAgent();

  constructor(server: ContractServer, traits: ContractTraits, streaming: boolean) {
    this.server = server;
    this.traits = traits;
    this.streaming = streaming;
  }

  /** As configured by the vendor's side, with what a scenario wants different. */
  provider(more: Partial<ProviderConfig> = {}): LlmProvider {
    const { streaming, clock } = this;
    return createProvider({ ...this.server.config, streaming, clock, dispatcher: this.#dispatcher, ...more });
  }

  ask(request: ChatRequest, more?: Partial<ProviderConfig>, signal?: AbortSignal): Promise<Heard> {
    return hear(this.provider(more).stream(request, signal));
  }

  /** The requests that ran a model, oldest first. */
  async asked(): Promise<readonly RequestRecord[]> {
    const { control, runsModel = () => true } = this.server;
    return (await control.requests()).filter(({ method, path }) => method === 'POST' && runsModel(path));
  }

  async lastBody(): Promise<string> {
    return JSON.stringify((await this.asked()).at(-1)?.body);
  }

  /** Nothing the vendor would complain of was sent, no script was left over, and no timer or socket is. */
  async assertClean(): Promise<void> {
    for (const { path, violations } of await this.server.control.requests()) assert.deepEqual(violations, [], path);
    assert.deepEqual(await this.server.control.status(), { scripts: 0, stalled: 0 });
    await soon(() => this.clock.pending === 0, 'a timer was left');
    await soon(() => this.#dispatcher.busy === 0, 'a request was left');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#dispatcher.close();
    await this.server.control.reset();
  }
}

/** The end of a body, or of a socket, may be heard of a moment later; no time passes for that. */
async function soon(isSo: () => boolean, otherwise: string): Promise<void> {
  for (let turn = 0; turn < 1000 && !isSo(); turn++) await settled();
  assert.ok(isSo(), otherwise);
}

/** All that one answer brought, however it ended. */
export interface Heard {
  readonly deltas: readonly string[];
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly usages: readonly Usage[];
  readonly endings: readonly StopReason[];
  readonly continuation: Continuation | undefined;
  /** What was changed or left out on the way. */
  readonly notices: readonly string[];
  readonly error: unknown;
}

export async function hear(events: AsyncIterable<StreamEvent>): Promise<Heard> {
  const seen: StreamEvent[] = [];
  let error: unknown;
  try {
    for await (const event of events) seen.push(event);
  } catch (thrown) {
    error = thrown;
  }
  const deltas = seen.flatMap(event => (event.type === 'text-delta' ? event.text : []));
  return {
    deltas,
    text: deltas.join(''),
    calls: seen.flatMap(event => (event.type === 'tool-call' ? event.call : [])),
    usages: seen.flatMap(event => (event.type === 'usage' ? event.usage : [])),
    endings: seen.flatMap(event => (event.type === 'finish' ? event.reason : [])),
    continuation: seen.find(event => event.type === 'continuation')?.continuation,
    notices: seen.flatMap(event =>
      event.type === 'notice' && event.notice.kind === 'adjusted' ? event.notice.text : [],
    ),
    error,
  };
}

/** The failure an answer ended with; any other ending fails the test. */
export function failureOf({ error, endings }: Heard): LlmError {
  if (!(error instanceof LlmError)) assert.fail(error instanceof Error ? error : 'it did not fail');
  assert.deepEqual(endings, [], 'a failed answer has no other end');
  return error;
}

/** An answer without a fault that ended in this one way. */
export function assertEnded({ error, endings }: Heard, reason: StopReason): void {
  if (error !== undefined) throw error;
  assert.deepEqual(endings, [reason]);
}
