import { checkRequest } from '../check-request.ts';
import { whenKnown } from '../../core/when-known.ts';
import type { Identity } from '../http/api-key.ts';
import type { HttpRequest } from '../http/http-call.ts';
import { rateLimitHeadroom } from '../http/rate-limit-headers.ts';
import type { FailedAnswer, FailureContext, Wire, WireCall } from '../http/wire.ts';
import { LlmError } from '../llm-error.ts';
import type { ModelFacts } from '../model-catalog.ts';
import type { ProviderConfig } from '../provider-config.ts';
import type { ChatRequest } from '../request.ts';
import { ChatAnswer } from './chat/from-wire.ts';
import { toWire as toChatWire } from './chat/to-wire.ts';
import type { WireRequest as ChatWire } from './chat/wire.ts';
import type { HostWays } from './host-ways.ts';
import { failureFromAnswer } from './failures.ts';
import { ParameterMemory } from './parameter-memory.ts';
import { ResponsesAnswer } from './responses/from-wire.ts';
import { toWire as toResponsesWire } from './responses/to-wire.ts';
import type { WireRequest as ResponsesWire } from './responses/wire.ts';
import { type Api, type Route, route } from './route.ts';

export type WireBody = ChatWire | ResponsesWire;

/** In what one host that speaks OpenAI's wire differs from the next. */
export interface OpenAiDialect extends HostWays {
  /** The vendor's name for a person. */
  readonly label: string;
  /** The model whose facts and prices hold. */
  readonly model: string;
  /** What `model` says in a request, where that is not the model: Azure's deployments. */
  readonly sentModel?: string;
  /** undefined for a model nothing is known of: then nothing is left out or renamed on a guess. */
  readonly facts: ModelFacts | undefined;
  /** The token-limit field for a model without facts; default max_completion_tokens. */
  readonly tokenLimitField?: ModelFacts['tokenLimitField'];
  /** What "auto" means for a model without facts, and which APIs there are at all; default both, Chat first. */
  readonly onlyChat?: boolean;
  /** Where there is only Chat, a sentence: how a model gets asked that is only on Responses. Default: the setting "api". */
  readonly responsesAre?: string;
  /** Where requests of this API go. @throws LlmError (notSent) for an endpoint that is none. */
  url(api: Api): URL;
  /** What proves who is asking, with what of it must never show. @throws LlmError (notSent) where something is missing. */
  authorize(): Identity | Promise<Identity>;
  /** The last word on a body. */
  readonly adapt?: (body: WireBody, request: ChatRequest) => void;
  readonly failure?: (answer: FailedAnswer, context: FailureContext) => LlmError;
  readonly headroom?: NonNullable<Wire['headroom']>;
}

/** OpenAI's Chat Completions and Responses, for everybody who speaks them: see `route`. */
export class OpenAiWire implements Wire {
  readonly model: string;
  readonly label: string;
  readonly headroom: NonNullable<Wire['headroom']>;
  #dialect: OpenAiDialect;
  #asked: Api | 'auto';
  #memory: ParameterMemory;
  #targets: { [api in Api]?: Target } = {};
  #headers: { readonly of: Identity; readonly streaming: boolean; readonly all: Record<string, string> } | undefined;

  constructor(config: Pick<ProviderConfig, 'api' | 'parameterMemory'>, dialect: OpenAiDialect) {
    this.model = dialect.model;
    this.label = dialect.label;
    this.headroom = dialect.headroom ?? rateLimitHeadroom;
    this.#dialect = dialect;
    this.#asked = config.api ?? 'auto';
    this.#memory = config.parameterMemory ?? new ParameterMemory();
  }

  prepare(request: ChatRequest): WireCall | Promise<WireCall> {
    return whenKnown(this.#dialect.authorize(), identity => this.#call(request, identity));
  }

  #call(request: ChatRequest, identity: Identity): WireCall {
    const { facts, onlyChat, responsesAre } = this.#dialect;
    checkRequest(request, this.model, facts);
    const taken = route(request, facts, onlyChat ? 'chat' : this.#asked, responsesAre);
    const { api, notices } = taken;
    const body = this.#body(request, taken);
    return {
      request: this.#httpRequest(body, api, identity),
      notices,
      secrets: identity.secrets,
      makeAnswer: context => {
        return api === 'chat' ? new ChatAnswer(context, this.#dialect) : new ResponsesAnswer(context, this.#dialect);
      },
      refine: failure => this.#learnFrom(failure, api, body),
    };
  }

  failure(answer: FailedAnswer, context: FailureContext): LlmError {
    return (this.#dialect.failure ?? failureFromAnswer)(answer, context);
  }

  #body(request: ChatRequest, { api, effort }: Route): WireBody {
    const { facts, sentModel = this.model, tokenLimitField, author, adapt } = this.#dialect;
    const streaming = (request.streaming ?? true) && facts?.streaming !== false;
    const options = { model: sentModel, facts, effort, streaming, ...(tokenLimitField && { tokenLimitField }) };
    const body =
      api === 'chat'
        ? toChatWire(request, options)
        : toResponsesWire(request, { ...options, ...(author && { author }) });
    adapt?.(body, request);
    this.#memory.apply(this.#target(api).place, body);
    return body;
  }

  #httpRequest(body: WireBody, api: Api, identity: Identity): HttpRequest {
    return {
      method: 'POST',
      url: this.#target(api).url,
      headers: this.#headersOf(identity, body.stream === true),
      body: JSON.stringify(body),
    };
  }

  /** The same for one call after the other. */
  #headersOf(of: Identity, streaming: boolean): Record<string, string> {
    if (this.#headers?.of === of && this.#headers.streaming === streaming) return this.#headers.all;
    const accept = streaming ? 'text/event-stream' : 'application/json';
    const all = { ...of.headers, 'content-type': 'application/json', accept };
    this.#headers = { of, streaming, all };
    return all;
  }

  /** A refused parameter is learned, and the failure says that asking again will be different. */
  #learnFrom(failure: LlmError, api: Api, body: WireBody): LlmError {
    const adjusted = this.#memory.learn(this.#target(api).place, failure.facts, body);
    return adjusted ? new LlmError({ ...failure.facts, adjusted }) : failure;
  }

  #target(api: Api): Target {
    return (this.#targets[api] ??= this.#makeTarget(api));
  }

  #makeTarget(api: Api): Target {
    const url = this.#dialect.url(api);
    return { url, place: `${url.href} ${this.model}` };
  }
}

interface Target {
  readonly url: URL;
  /** Whose refusals are remembered together. */
  readonly place: string;
}
