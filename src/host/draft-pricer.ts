import type { ChatSession } from '../chat/chat-session.ts';
import { type Draft, draftRequest, likelyAnswerTokens } from '../chat/draft-request.ts';
import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';
import type { LearnedCounts } from '../cost/learned-counts.ts';
import { promptTexts } from '../cost/measured-prompt.ts';
import type { PromptCounter } from '../cost/prompt-counter.ts';
import type { ChatRequest } from '../llm/request.ts';
import { findModel } from '../llm/model-catalog.ts';
import { framingOf } from '../llm/vendors.ts';
import type { ToolRegistry } from '../tools/tool-registry.ts';
import { priceOfRequest } from './price-of-request.ts';
import type { Settings } from './settings.ts';

export interface DraftPrice {
  /** "≈ $0.0042"; absent where it is unknown, as is `most`. */
  readonly likely?: string;
  /** "≤ $0.13" */
  readonly most?: string;
}

export interface DraftPricerOptions {
  readonly session: ChatSession;
  readonly counter: PromptCounter;
  readonly clock: Clock;
  readonly settings: () => Pick<Settings, 'provider' | 'model' | 'maxTokens'>;
  /** How the model that the settings name counts, by its own answers. */
  readonly learned: () => LearnedCounts | undefined;
  readonly roots: () => readonly string[];
  readonly toolsFor: (provider: string, model: string) => ToolRegistry | undefined;
  readonly locale: string;
}

/** Whoever waits longer for an exact count is told the rule of thumb's meanwhile. */
const patienceMs = 80;

/** What sending the draft would cost, told while it is written. Counting is the worker's; here it is only added up. */
export class DraftPricer implements Disposable {
  #options: DraftPricerOptions;
  #listening: Disposable;
  #asked = 0;
  /** The last answer of this window: what led to it the vendor may still have in its cache. */
  #lastAnswer: { readonly conversation: string; readonly model: string; readonly at: number } | undefined;

  constructor(options: DraftPricerOptions) {
    this.#options = options;
    this.#listening = options.session.onEvent(event => {
      if (event.type !== 'turn-finished' || event.ending.status !== 'done') return;
      const conversation = options.session.conversation.id;
      this.#lastAnswer = { conversation, model: event.ending.model, at: options.clock.now() };
    });
  }

  /** Tells a rough price where the exact one is not there at once, and then that; nothing any more once another draft came. */
  async price(draft: Draft, tell: (price: DraftPrice) => void): Promise<void> {
    const { session, counter, clock, settings, roots, toolsFor } = this.#options;
    const { provider, model } = settings();
    const asked = ++this.#asked;
    const request = draftRequest(session.conversation, draft, {
      roots: roots(),
      tools: toolsFor(provider, model),
      sees: findModel(provider, model)?.vision ?? true,
    });
    const tellIfLast = (): void => {
      if (asked === this.#asked) tell(this.#priceOf(request));
    };
    const roughly = clock.after(patienceMs, tellIfLast);
    await counter.learn(promptTexts(request, provider), draft.text);
    roughly.dispose();
    tellIfLast();
  }

  dispose(): void {
    this.#asked++;
    this.#listening.dispose();
  }

  #priceOf(request: ChatRequest): DraftPrice {
    const { session, counter, clock, settings, learned, locale } = this.#options;
    const answerTokens = likelyAnswerTokens(session.conversation);
    const prospect = {
      answerTokens,
      seenMessages: this.#seenMessages(request),
      count: counter.count,
      learned: learned(),
    };
    return priceOfRequest(request, prospect, settings(), clock.now(), locale);
  }

  /** Everything up to the last answer, if the same model gave it a short while ago. */
  #seenMessages({ messages }: ChatRequest): number {
    const { session, clock, settings } = this.#options;
    const { provider, model } = settings();
    const { keptMs = 0 } = framingOf(provider).cache ?? {};
    const last = this.#lastAnswer;
    if (last?.conversation !== session.conversation.id || last.model !== model) return 0;
    if (clock.now() - last.at > keptMs) return 0;
    return Math.max(
      0,
      messages.findLastIndex(({ role }) => role === 'assistant'),
    );
  }
}
