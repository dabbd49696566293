import type { Dispatcher } from 'undici';
import { type Clock, systemClock } from '../../core/clock.ts';
import { collectResponse } from '../collect-response.ts';
import type { ProviderConfig } from '../provider-config.ts';
import type { LlmProvider } from '../provider.ts';
import type { ChatRequest, ChatResponse } from '../request.ts';
import type { StreamEvent } from '../stream-event.ts';
import type { Wire } from './wire.ts';
import { WireExchange } from './wire-exchange.ts';
import { WireStream } from './wire-stream.ts';

const defaultTimeoutMs = 60_000;

/** A vendor's wire as an LlmProvider: defaults, connections and the exchange are the same for all of them. */
export class WireProvider implements LlmProvider {
  readonly name: string;
  readonly model: string;
  #label: string;
  #wire: Wire;
  #config: ProviderConfig;
  #clock: Clock;
  /** For what a request leaves out. */
  #defaults: Partial<ChatRequest>;
  #dispatcher: Promise<Dispatcher> | undefined;

  /** @param label the vendor's name for a person. */
  constructor(config: ProviderConfig, label: string, wire: Wire) {
    this.name = config.provider;
    this.model = wire.model;
    this.#label = label;
    this.#wire = wire;
    this.#config = config;
    this.#clock = config.clock ?? systemClock;
    this.#defaults = defaultsOf(config);
  }

  stream(request: ChatRequest, signal?: AbortSignal): AsyncIterable<StreamEvent> {
    const whole = { ...this.#defaults, ...request };
    return new WireStream(
      new WireExchange({
        vendor: this.#label,
        model: this.model,
        clock: this.#clock,
        timeoutMs: whole.timeoutMs ?? defaultTimeoutMs,
        signal,
        wire: this.#wire,
        prepare: async () => {
          const call = await this.#wire.prepare(whole);
          return { call, dispatcher: await this.#dispatch() };
        },
      }),
    );
  }

  chat(request: ChatRequest, signal?: AbortSignal): Promise<ChatResponse> {
    return collectResponse(this.stream(request, signal), request);
  }

  #dispatch(): Promise<Dispatcher> {
    if (!this.#dispatcher) {
      this.#dispatcher = this.#makeDispatcher();
      // A failure is not kept: the next call tries afresh.
      this.#dispatcher.catch(() => (this.#dispatcher = undefined));
    }
    return this.#dispatcher;
  }

  async #makeDispatcher(): Promise<Dispatcher> {
    const { dispatcher } = this.#config;
    return typeof dispatcher === 'function' ? dispatcher() : (dispatcher ?? directAgent());
  }
}

function defaultsOf(config: ProviderConfig): Partial<ChatRequest> {
  const { maxTokens, temperature, timeoutMs, reasoningEffort, streaming } = config;
  return {
    ...(maxTokens !== undefined && { maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(reasoningEffort !== undefined && { reasoningEffort }),
    ...(streaming !== undefined && { streaming }),
  };
}

async function directAgent(): Promise<Dispatcher> {
  const { default: Agent } = await import('undici/lib/dispatcher/agent.js');
  return new Agent({ allowH2: false });
}
