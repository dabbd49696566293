import type { Clock } from '../core/clock.ts';
import { Passage, relay } from '../core/relay.ts';
import { collectResponse } from '../llm/collect-response.ts';
import { LlmError } from '../llm/llm-error.ts';
import type { LlmProvider } from '../llm/provider.ts';
import type { ChatRequest, ChatResponse } from '../llm/request.ts';
import type { StreamEvent } from '../llm/stream-event.ts';
import { type CallFacts, type Cap, CapReached, CapUnknown } from './call-store.ts';
import { costOf } from './cost-of.ts';
import { DrainableStream, type Drains } from './drains.ts';
import { boundOf } from './estimate.ts';
import type { Ledger, Reservation } from './ledger.ts';
import type { LearnedCounts } from './learned-counts.ts';
import { MeteredCall } from './metered-call.ts';
import { overBudget } from './over-budget.ts';
import type { PromptCounter } from './prompt-counter.ts';

export interface MeterOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Who is asking, for the ledger's columns. */
  readonly facts: Omit<CallFacts, 'provider' | 'model'>;
  /** The output cap in force where the request names none. */
  readonly maxTokens: number | undefined;
  /** Asked before each call, so that a changed budget holds at once. */
  readonly caps?: () => readonly Cap[];
  /** Counts what a stopped answer said. */
  readonly counter?: PromptCounter | undefined;
  /** How the model counts, by its own answers. */
  readonly learned?: LearnedCounts | undefined;
  /** Reads stopped answers on; without, a stop ends the request. */
  readonly drains?: Drains | undefined;
}

/**
 * The only door through which model calls are made: every call is reserved at its bound before it is sent and settled however it
 * ends. So no feature can forget to count, and no ending can lose the count.
 */
export function metered(provider: LlmProvider, options: MeterOptions): LlmProvider {
  return new MeteredProvider(provider, options);
}

class MeteredProvider implements LlmProvider {
  readonly name: string;
  readonly model: string;
  readonly endpoint: string | undefined;
  #inner: LlmProvider;
  #options: MeterOptions;

  constructor(inner: LlmProvider, options: MeterOptions) {
    this.name = inner.name;
    this.model = inner.model;
    this.endpoint = inner.endpoint;
    this.#inner = inner;
    this.#options = options;
  }

  stream(request: ChatRequest, signal?: AbortSignal): AsyncIterable<StreamEvent> {
    return relay(this.#call(request, signal));
  }

  async *#call(request: ChatRequest, signal?: AbortSignal): AsyncGenerator<Passage<StreamEvent>, void> {
    // Stopped before anything began: nothing to reserve, nothing to count.
    signal?.throwIfAborted();
    const reservation = await this.#reserve(request);
    if (signal?.aborted) {
      reservation.settle('not-sent');
      await reservation.settled;
      throw signal.reason;
    }
    const { clock, counter, learned } = this.#options;
    const call = new MeteredCall({ reservation, request, provider: this, clock, counter, learned });
    const drainable = this.#drainable(request, call, signal);
    try {
      yield new Passage(drainable ?? this.#inner.stream(request, signal), event => call.see(event));
      await call.end();
    } catch (error) {
      if (!drainable?.draining) await call.fail(error);
      throw error;
    } finally {
      if (!drainable?.draining) {
        // The reader left early: a stop like any other.
        await call.end();
        await reservation.settled;
      }
    }
  }

  /** The stream as one that outlives its reader, where stopped answers are read on; a signal of its own ends the request. */
  #drainable(request: ChatRequest, call: MeteredCall, signal: AbortSignal | undefined): DrainableStream | undefined {
    const { drains } = this.#options;
    const limits = drains?.limits();
    if (!drains || !limits) return undefined;
    const own = new AbortController();
    const events = this.#inner.stream(request, own.signal);
    const end = (): void => own.abort(new DOMException('The answer was read on for long enough.', 'AbortError'));
    return new DrainableStream(events, signal, rest => drains.readOn(rest, call, limits, end));
  }

  async chat(request: ChatRequest, signal?: AbortSignal): Promise<ChatResponse> {
    const at = this.#options.clock.now();
    const response = await collectResponse(this.stream(request, signal), request);
    const { usage, metadata } = response;
    if (!usage) return response;
    const { serviceTier: tier, model: answeredBy } = metadata;
    const asked = { provider: this.name, model: this.model, usage, at };
    const { money } = costOf({ ...asked, ...(tier && { tier }), ...(answeredBy && { answeredBy }) });
    return money ? { ...response, usage: { ...usage, cost: money } } : response;
  }

  async #reserve(request: ChatRequest): Promise<Reservation> {
    const { ledger, clock, facts, maxTokens, caps } = this.#options;
    const { name: provider, model } = this;
    const bound = boundOf(request, provider, model, request.maxTokens ?? maxTokens, clock.now());
    try {
      return await ledger.reserveSoon({ ...facts, provider, model, bound, caps: caps?.() ?? [] });
    } catch (error) {
      throw error instanceof CapReached || error instanceof CapUnknown
        ? overBudget(error, model)
        : notCounted(error, model);
    }
  }
}

/** What cannot be counted is not sent. */
function notCounted(error: unknown, model: string): LlmError {
  return new LlmError({
    code: 'ERR_REFUSED_LOCALLY',
    message: `The call could not be entered in the ledger, so it was not sent: ${error instanceof Error ? error.message : String(error)}`,
    model,
    retryable: true,
    notSent: true,
    cause: error,
  });
}
