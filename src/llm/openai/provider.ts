import type { Dispatcher } from 'undici';
import { type Clock, systemClock } from '../../core/clock.ts';
import { checkRequest } from '../check-request.ts';
import { collectResponse } from '../collect-response.ts';
import type { HttpRequest } from '../http/post-stream.ts';
import { WireStream } from '../http/wire-stream.ts';
import { LlmError } from '../llm-error.ts';
import { defaultModel, findModel, type ModelFacts } from '../model-catalog.ts';
import type { ProviderConfig } from '../provider-config.ts';
import type { LlmProvider } from '../provider.ts';
import type { ChatRequest, ChatResponse } from '../request.ts';
import type { StreamEvent } from '../stream-event.ts';
import { ChatAnswer } from './chat/from-wire.ts';
import { toWire as toChatWire } from './chat/to-wire.ts';
import type { WireRequest as ChatWire } from './chat/wire.ts';
import { defaultEndpoint, endpointUrl, parseEndpoint } from './endpoint.ts';
import { ParameterMemory } from './parameter-memory.ts';
import { ResponsesAnswer } from './responses/from-wire.ts';
import { toWire as toResponsesWire } from './responses/to-wire.ts';
import type { WireRequest as ResponsesWire } from './responses/wire.ts';
import { type Api, type Route, route } from './route.ts';
import { WireExchange } from './wire-exchange.ts';

type WireBody = ChatWire | ResponsesWire;

const defaultTimeoutMs = 60_000;

/** OpenAI, over Chat Completions or Responses: see `route`. */
export class OpenAiProvider implements LlmProvider {
  readonly name = 'openai';
  readonly model: string;
  #config: ProviderConfig;
  #clock: Clock;
  /** For what a request leaves out. */
  #defaults: Partial<ChatRequest>;
  #dispatcher: Promise<Dispatcher> | undefined;
  #memory: ParameterMemory;
  #urls: { [api in Api]?: URL } = {};

  constructor(config: ProviderConfig) {
    this.#config = config;
    this.#clock = config.clock ?? systemClock;
    this.model = config.model ?? defaultModel;
    this.#defaults = defaultsOf(config);
    this.#memory = config.parameterMemory ?? new ParameterMemory();
  }

  stream(request: ChatRequest, signal?: AbortSignal): AsyncIterable<StreamEvent> {
    const whole = { ...this.#defaults, ...request };
    let secrets: string[] = [];
    let api: Api = 'chat';
    let sent: WireBody | undefined;
    return new WireStream(
      new WireExchange({
        vendor: 'OpenAI',
        model: this.model,
        clock: this.#clock,
        timeoutMs: whole.timeoutMs ?? defaultTimeoutMs,
        signal,
        makeAnswer: context => (api === 'chat' ? new ChatAnswer(context) : new ResponsesAnswer(context)),
        secrets: () => secrets,
        refine: failure => this.#learnFrom(failure, api, sent),
        prepare: async () => {
          const { apiKey } = this.#config;
          const key = checkedKey(typeof apiKey === 'function' ? await apiKey() : apiKey);
          secrets = [key];
          const facts = findModel('openai', this.model);
          checkRequest(whole, this.model, facts);
          const taken = route(whole, facts, this.#config.api);
          api = taken.api;
          sent = this.#body(whole, facts, taken);
          return {
            request: this.#httpRequest(sent, api, key),
            notices: taken.notices,
            dispatcher: await this.#dispatch(),
          };
        },
      }),
    );
  }

  chat(request: ChatRequest, signal?: AbortSignal): Promise<ChatResponse> {
    return collectResponse(this.stream(request, signal), request);
  }

  #body(request: ChatRequest, facts: ModelFacts | undefined, { api, effort }: Route): WireBody {
    const streaming = (request.streaming ?? true) && facts?.streaming !== false;
    const options = { model: this.model, facts, effort, streaming };
    const body = api === 'chat' ? toChatWire(request, options) : toResponsesWire(request, options);
    this.#memory.apply(this.#place(api), body);
    return body;
  }

  #httpRequest(body: WireBody, api: Api, key: string): HttpRequest {
    return {
      method: 'POST',
      url: this.#url(api),
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        accept: body.stream ? 'text/event-stream' : 'application/json',
      },
      body: JSON.stringify(body),
    };
  }

  /** A refused parameter is learned, and the failure says that asking again will be different. */
  #learnFrom(failure: LlmError, api: Api, body: WireBody | undefined): LlmError {
    const adjusted = body && this.#memory.learn(this.#place(api), failure.facts, body);
    return adjusted ? new LlmError({ ...failure.facts, adjusted }) : failure;
  }

  #place(api: Api): string {
    return `${this.#url(api).href} ${this.model}`;
  }

  #url(api: Api): URL {
    const path = api === 'chat' ? 'chat/completions' : 'responses';
    return (this.#urls[api] ??= endpointUrl(parseEndpoint(this.#config.endpoint ?? defaultEndpoint), path));
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

/** @throws LlmError where there is none, or none that may be put in a header. */
function checkedKey(apiKey: string | undefined): string {
  const key = apiKey?.trim();
  if (!key)
    throw new LlmError({
      code: 'ERR_KEY_REQUIRED',
      message: 'API key is required',
      vendor: 'OpenAI',
      retryable: false,
      notSent: true,
    });
  // undici would name the header's value in its error; the key must not get there.
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new LlmError({
      code: 'ERR_INVALID_API_KEY',
      message: 'The API key holds characters that no key has (spaces, line breaks or letters outside ASCII).',
      vendor: 'OpenAI',
      retryable: false,
      notSent: true,
    });
  return key;
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
