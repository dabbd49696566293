import type { Clock } from '../core/clock.ts';
import { collectResponse } from '../llm/collect-response.ts';
import { LlmError } from '../llm/llm-error.ts';
import type { LlmProvider } from '../llm/provider.ts';
import type { ChatRequest, ChatResponse, ResponseMetadata } from '../llm/request.ts';
import type { StreamEvent } from '../llm/stream-event.ts';
import type { Usage } from '../llm/usage.ts';
import { type CallFacts, type Cap, CapReached, CapUnknown } from './call-store.ts';
import { costOf } from './cost-of.ts';
import { boundOf, estimatedUsage, estimateInput } from './estimate.ts';
import type { Ledger, Reservation } from './ledger.ts';
import { overBudget } from './over-budget.ts';
import type { Outcome } from './settlement.ts';

export interface MeterOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Who is asking, for the ledger's columns. */
  readonly facts: Omit<CallFacts, 'provider' | 'model'>;
  /** The output cap in force where the request names none. */
  readonly maxTokens: number | undefined;
  /** Asked before each call, so that a changed budget holds at once. */
  readonly caps?: () => readonly Cap[];
}

/** How often the running estimate is told while text streams. */
const observeEveryMs = 200;

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
  #inner: LlmProvider;
  #options: MeterOptions;

  constructor(inner: LlmProvider, options: MeterOptions) {
    this.name = inner.name;
    this.model = inner.model;
    this.#inner = inner;
    this.#options = options;
  }

  async *stream(request: ChatRequest, signal?: AbortSignal): AsyncGenerator<StreamEvent> {
    // Stopped before anything began: nothing to reserve, nothing to count.
    signal?.throwIfAborted();
    const reservation = await this.#reserve(request);
    if (signal?.aborted) {
      reservation.settle('not-sent');
      await reservation.settled;
      throw signal.reason;
    }
    const call = new MeteredCall(reservation, request, this, this.#options.clock);
    try {
      for await (const event of this.#inner.stream(request, signal)) {
        call.see(event);
        yield event;
      }
      call.end();
    } catch (error) {
      call.fail(error);
      throw error;
    } finally {
      // The reader left early: a stop like any other.
      call.leave();
      await reservation.settled;
    }
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

/** What one call has shown so far, and what that means when it ends. */
class MeteredCall {
  #reservation: Reservation;
  #clock: Clock;
  #provider: { readonly name: string; readonly model: string };
  #inputTokens: number;
  #outputBytes = 0;
  #usage: Usage | undefined;
  #answer: ResponseMetadata = {};
  #begun = false;
  /** The first word is told at once. */
  #observed = -Infinity;

  constructor(reservation: Reservation, request: ChatRequest, provider: LlmProvider, clock: Clock) {
    this.#reservation = reservation;
    this.#provider = provider;
    this.#clock = clock;
    this.#inputTokens = estimateInput(request, provider.name, provider.model).likely;
  }

  see(event: StreamEvent): void {
    // Notices come from the head of an answer, also of one that is an error.
    if (event.type !== 'notice') this.#begun = true;
    if (event.type === 'usage') this.#usage = event.usage;
    else if (event.type === 'text-delta' || event.type === 'thinking-delta') this.#grow(event.text);
    else if (event.type === 'finish') this.#answer = event.metadata;
    else if (event.type === 'tool-call') this.#grow(event.call.name + event.call.arguments);
  }

  end(): void {
    this.#reservation.settle(this.#usage ?? this.#estimated(), this.#answer.serviceTier, this.#answer.model);
  }

  fail(error: unknown): void {
    this.#reservation.settle(this.#outcomeOf(error));
  }

  leave(): void {
    this.#reservation.settle(this.#usage ?? this.#estimated(), this.#answer.serviceTier, this.#answer.model);
  }

  #outcomeOf(error: unknown): Outcome {
    if (this.#usage) return this.#usage;
    if (error instanceof LlmError) {
      if (error.facts.notSent) return 'not-sent';
      if (!this.#begun) return error.facts.status === undefined ? 'lost' : 'rejected';
    }
    return this.#estimated();
  }

  #estimated(): Outcome {
    return { estimated: estimatedUsage(this.#inputTokens, this.#outputBytes) };
  }

  #grow(text: string): void {
    this.#outputBytes += Buffer.byteLength(text);
    const now = this.#clock.monotonic();
    if (now - this.#observed < observeEveryMs) return;
    this.#observed = now;
    const { name: provider, model } = this.#provider;
    const usage = estimatedUsage(this.#inputTokens, this.#outputBytes);
    this.#reservation.observe(costOf({ provider, model, usage, at: this.#clock.now() }).money);
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
