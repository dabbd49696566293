import { type Clock, sleep } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';
import type { Money } from '../core/money.ts';
import { LlmError } from '../llm/llm-error.ts';
import type { ChatRequest, ResponseMetadata } from '../llm/request.ts';
import type { StreamEvent } from '../llm/stream-event.ts';
import type { Usage } from '../llm/usage.ts';
import { costOf } from './cost-of.ts';
import { estimatedUsage, estimateInput, leastCost, measureRequest } from './estimate.ts';
import type { LearnedCounts } from './learned-counts.ts';
import { promptTexts } from './measured-prompt.ts';
import type { Reservation } from './ledger.ts';
import type { PromptCounter } from './prompt-counter.ts';
import type { Outcome } from './settlement.ts';

export interface MeteredCallFacts {
  readonly reservation: Reservation;
  readonly request: ChatRequest;
  readonly provider: { readonly name: string; readonly model: string };
  readonly clock: Clock;
  /** Without, four bytes are a token. */
  readonly counter: PromptCounter | undefined;
  /** How the model counts, and who is to be told when it has. */
  readonly learned: LearnedCounts | undefined;
}

/** How often the running estimate is told while text streams. */
const observeEveryMs = 200;
/** After so long, and so often from then on, what a stream has cost at least is written down: should its window be killed, it is known. */
const keepLeastEveryMs = 3000;
/** How long the count of a stopped answer may take. */
const patienceMs = 150;

/** What one call has shown so far, and what that means when it ends. Settles once, whatever comes after. */
export class MeteredCall {
  #facts: MeteredCallFacts;
  #inputTokens: number;
  /** In words and in calls. */
  #said = '';
  /** What is shown of it is mostly a summary: of what it cost that is an estimate, and no least. */
  #thought = '';
  #outputBytes = 0;
  #usage: Usage | undefined;
  #answer: ResponseMetadata = {};
  #begun = false;
  #taught = false;
  #settled = false;
  #keeping: Disposable | undefined;
  /** The first word is told at once. */
  #observed = -Infinity;

  constructor(facts: MeteredCallFacts) {
    const { request, provider, counter, learned } = facts;
    this.#facts = facts;
    this.#inputTokens = estimateInput(request, provider.name, provider.model, counter?.count, learned).likely;
  }

  /** UTF-8, of text, thinking and calls. */
  get outputBytes(): number {
    return this.#outputBytes;
  }

  see(event: StreamEvent): void {
    // Notices come from the head of an answer, also of one that is an error.
    if (event.type !== 'notice') this.#begun = true;
    if (event.type === 'usage') this.#usage = event.usage;
    else if (event.type === 'text-delta') this.#say(event.text);
    else if (event.type === 'thinking-delta') this.#think(event.text);
    else if (event.type === 'finish') this.#answer = event.metadata;
    else if (event.type === 'tool-call') this.#say(event.call.name + event.call.arguments);
  }

  /** The answer is over, or its reader has left. */
  async end(): Promise<void> {
    if (!this.#usage) await this.#countSaid();
    this.#settle(this.#usage ?? this.#estimated());
    if (this.#usage) void this.#teach(this.#usage);
  }

  async fail(error: unknown): Promise<void> {
    const outcome = this.#outcomeOf(error);
    if (outcome !== undefined) return this.#settle(outcome);
    await this.#countSaid();
    this.#settle(this.#estimated());
  }

  /** Nobody can wait any more. */
  giveUp(): void {
    this.#settle(this.#usage ?? this.#estimated());
  }

  #settle(outcome: Outcome): void {
    this.#settled = true;
    this.#keeping?.dispose();
    const { serviceTier, model } = this.#answer;
    this.#facts.reservation.settle(outcome, serviceTier, model);
  }

  /** undefined where our own count has to do. */
  #outcomeOf(error: unknown): Outcome | undefined {
    if (this.#usage) return this.#usage;
    if (!(error instanceof LlmError)) return undefined;
    if (error.facts.notSent) return 'not-sent';
    if (this.#begun) return undefined;
    return error.facts.status === undefined ? 'lost' : 'rejected';
  }

  /** What the provider counted tells how it counts. Nobody waits for it, and what is counted here for it the next question needs too. */
  async #teach({ inputTokens }: Usage): Promise<void> {
    const { counter, learned, request, provider } = this.#facts;
    if (!counter || !learned || this.#taught) return;
    this.#taught = true;
    const texts = promptTexts(request, provider.name);
    await counter.learn(texts);
    if (texts.some(text => counter.known(text) === undefined)) return;
    learned.see(measureRequest(request, provider.name, provider.model, counter.count), inputTokens);
  }

  /** Exactly, where that is to be had in a moment. */
  async #countSaid(): Promise<void> {
    const { counter, clock } = this.#facts;
    if (!counter || this.#outputBytes === 0) return;
    const done = new AbortController();
    const late = sleep(clock, patienceMs, done.signal).catch(() => {});
    await Promise.race([counter.learn([this.#said, this.#thought]), late]);
    done.abort();
  }

  #estimated(): Outcome {
    const said = this.#known(this.#said);
    const thought = this.#known(this.#thought);
    const exact = said === undefined || thought === undefined ? undefined : said + thought;
    const estimated = estimatedUsage(this.#inputTokens, this.#outputBytes, exact);
    const least = this.#least();
    return { estimated, ...(least && { least }) };
  }

  #least(): Money | undefined {
    const { request, provider, clock } = this.#facts;
    const { name, model } = provider;
    return leastCost({ request, provider: name, model, said: this.#said, known: this.#known, at: clock.now() });
  }

  readonly #known = (text: string): number | undefined => this.#facts.counter?.known(text);

  #keepLeast(): void {
    this.#keeping = undefined;
    const least = this.#least();
    if (least) this.#facts.reservation.keepLeast(least);
  }

  #say(text: string): void {
    this.#said += text;
    this.#grow(text);
  }

  #think(text: string): void {
    this.#thought += text;
    this.#grow(text);
  }

  #grow(text: string): void {
    const { reservation, provider, clock } = this.#facts;
    this.#outputBytes += Buffer.byteLength(text);
    if (!this.#settled) this.#keeping ??= clock.after(keepLeastEveryMs, () => this.#keepLeast());
    const now = clock.monotonic();
    if (now - this.#observed < observeEveryMs) return;
    this.#observed = now;
    const usage = estimatedUsage(this.#inputTokens, this.#outputBytes);
    reservation.observe(costOf({ provider: provider.name, model: provider.model, usage, at: clock.now() }).money);
  }
}
