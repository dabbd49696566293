import { type Clock, systemClock } from '../../core/clock.ts';
import { IdleWatch } from '../../resilience/time-limit.ts';
import { collectResponse } from '../collect-response.ts';
import type { ProviderConfig } from '../provider-config.ts';
import type { LlmProvider } from '../provider.ts';
import type { ChatRequest, ChatResponse } from '../request.ts';
import type { StreamEvent } from '../stream-event.ts';
import { dispatcherOf } from './dispatcher-of.ts';
import type { Dispatcher } from './http-call.ts';
import type { Wire } from './wire.ts';
import { WireExchange } from './wire-exchange.ts';
import { WireStream } from './wire-stream.ts';

const defaultTimeoutMs = 60_000;

/** A vendor's wire as an LlmProvider: defaults, connections and the exchange are the same for all of them. */
export class WireProvider implements LlmProvider {
  readonly name: string;
  readonly model: string;
  readonly endpoint: string | undefined;
  #label: string;
  #wire: Wire;
  #dispatcher: Dispatcher;
  #clock: Clock;
  #silence: IdleWatch;
  /** For what a request leaves out. */
  #defaults: Partial<ChatRequest>;

  /** @param label the vendor's name for a person. */
  constructor(config: ProviderConfig, label: string, wire: Wire) {
    this.name = config.provider;
    this.model = wire.model;
    this.endpoint = config.endpoint;
    this.#label = label;
    this.#wire = wire;
    this.#dispatcher = dispatcherOf(config);
    this.#clock = config.clock ?? systemClock;
    this.#silence = new IdleWatch(this.#clock);
    this.#defaults = defaultsOf(config);
  }

  stream(request: ChatRequest, signal?: AbortSignal): AsyncIterable<StreamEvent> {
    const whole = { ...this.#defaults, ...request };
    return new WireStream(
      new WireExchange({
        vendor: this.#label,
        model: this.model,
        clock: this.#clock,
        silence: this.#silence,
        timeoutMs: whole.timeoutMs ?? defaultTimeoutMs,
        signal,
        wire: this.#wire,
        dispatcher: this.#dispatcher,
        prepare: () => this.#wire.prepare(whole),
      }),
    );
  }

  chat(request: ChatRequest, signal?: AbortSignal): Promise<ChatResponse> {
    return collectResponse(this.stream(request, signal), request);
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
