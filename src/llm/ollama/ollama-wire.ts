import { checkRequest } from '../check-request.ts';
import { endpointUrl } from '../endpoint.ts';
import { optionalKey } from '../http/api-key.ts';
import type { FailedAnswer, FailureContext, Wire, WireCall } from '../http/wire.ts';
import { LlmError, refusedLocally } from '../llm-error.ts';
import { findModel, type ModelFacts } from '../model-catalog.ts';
import { failureFromAnswer } from './failures.ts';
import type { ProviderConfig } from '../provider-config.ts';
import type { ChatRequest } from '../request.ts';
import { baseOf, defaultEndpoint, isCloudHost, isCloudModel } from './address.ts';
import { contextSize, roomFor } from './context-size.ts';
import { ChatAnswer } from './from-wire.ts';
import type { ModelMemory, Place } from './model-memory.ts';
import type { ShownModel } from './shown-models.ts';
import { factsOf } from './shown-models.ts';
import { thinkOf } from './think.ts';
import { toWire } from './to-wire.ts';

/** POST /api/chat of one server, with a context as large as the conversation needs. */
export class OllamaWire implements Wire {
  readonly model: string;
  #config: ProviderConfig;
  #memory: ModelMemory;

  constructor(config: ProviderConfig, memory: ModelMemory) {
    this.#config = config;
    this.#memory = memory;
    this.model = billedModel(config);
  }

  async prepare(request: ChatRequest): Promise<WireCall> {
    const { place, key } = await placeOf(this.#config);
    const shown = await this.#memory.shown(this.#config, place);
    const facts = this.#facts(shown);
    checkRequest(request, place.model, facts);
    const think = thinkOf(request.reasoningEffort, place.model, shown);
    const numCtx = this.#contextFor(request, place, shown, facts);
    const { body, notices } = toWire(request, {
      model: place.model,
      think: think.value,
      streaming: request.streaming ?? true,
      numCtx,
    });
    return {
      request: {
        method: 'POST',
        url: endpointUrl(place.base, 'api/chat'),
        headers: {
          ...place.headers,
          'content-type': 'application/json',
          accept: body.stream ? 'application/x-ndjson' : 'application/json',
        },
        body: JSON.stringify(body),
      },
      notices: [...(think.notice ? [think.notice] : []), ...notices],
      secrets: key ? [key] : [],
      makeAnswer: context => new ChatAnswer(context),
      refine: failure => this.#giveRoom(failure, request, place, numCtx, facts),
    };
  }

  failure(answer: FailedAnswer, context: FailureContext): LlmError {
    return failureFromAnswer(answer, context);
  }

  /** What the server says, and above it what the person's settings do. */
  #facts(shown: ShownModel | undefined): ModelFacts | undefined {
    const own = findModel('ollama', this.model);
    if (!shown) return own;
    return { flags: [], name: this.model, ...factsOf(this.model, shown, ''), ...own } as ModelFacts;
  }

  #contextFor(
    request: ChatRequest,
    place: Place,
    shown: ShownModel | undefined,
    facts: ModelFacts | undefined,
  ): number | undefined {
    if (isCloudModel(this.model)) return undefined;
    const before = this.#memory.contextOf(place);
    const size = contextSize(roomFor(request).likely, before, shown, facts?.contextWindow);
    this.#memory.keepContext(place, size);
    return size;
  }

  /**
   * A 400 may mean that the estimate was too small: no code says so. Where that is possible at all, the request is sent once more with
   * room for one token a byte; a second 400 has another reason.
   */
  #giveRoom(
    failure: LlmError,
    request: ChatRequest,
    place: Place,
    numCtx: number | undefined,
    facts: ModelFacts | undefined,
  ): LlmError {
    const size = contextSize(roomFor(request).most, 0, undefined, facts?.contextWindow);
    if (failure.facts.status !== 400 || numCtx === undefined || size <= numCtx) return failure;
    this.#memory.keepContext(place, size);
    const adjusted = `Ollama refused the question, perhaps for its length: asked again with a context of ${size} tokens.`;
    return new LlmError({ ...failure.facts, adjusted });
  }
}

/** Who is asked for what, and as whom. @throws LlmError (notSent) for an endpoint that is none, or no model. */
export async function placeOf({
  endpoint = defaultEndpoint,
  model = '',
  apiKey,
}: ProviderConfig): Promise<{ place: Place; key: string | undefined }> {
  const base = baseOf(endpoint);
  if (!model) throw refusedLocally('No model is chosen for Ollama.', 'model');
  const key = await optionalKey('Ollama', apiKey);
  return { place: { base, model, headers: key ? { authorization: `Bearer ${key}` } : {} }, key };
}

/** Under its cloud name, where it runs in the cloud: such a model is not free, and must not be taken for the local one of that name. */
function billedModel({ endpoint = defaultEndpoint, model = '' }: ProviderConfig): string {
  return !isCloudModel(model) && URL.canParse(endpoint) && isCloudHost(new URL(endpoint)) ? `${model}-cloud` : model;
}
