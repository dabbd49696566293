import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/disposable.ts';
import { Emitter, type Event } from '../core/event.ts';
import { forEachEvent } from '../core/for-each-event.ts';
import type { Log } from '../core/log.ts';
import type { Ledger } from '../cost/ledger.ts';
import type { Message } from '../llm/message.ts';
import { findModel } from '../llm/model-catalog.ts';
import type { RateLimitHeadroom } from '../llm/stream-event.ts';
import type { Workspace } from '../tools/workspace.ts';
import {
  type Conversation,
  conversationMessages,
  type Ending,
  type Question,
  type Turn,
  type TurnCost,
  turnCost,
  unknownCost,
  forgetImages,
} from './conversation.ts';
import type { ContextWindow } from './context-window.ts';
import { earlierTurnsFor, untold } from './earlier-turns.ts';
import { enterEvent } from './enter-event.ts';
import { failureRecord } from './failure-record.ts';
import { LateCosts } from './late-costs.ts';
import { ForgetfulHistory, type History, type StoredImage } from './history.ts';
import { systemPrompt, titleOf, userMessage } from './prompts.ts';
import { defaultLimits, runTurn, type TurnEvent } from './run-turn.ts';
import type { TurnFacts, TurnSetup } from './turn-setup.ts';

export interface ChatSessionOptions {
  readonly setUp: (facts: TurnFacts) => Promise<TurnSetup>;
  readonly ledger: Ledger;
  readonly history: History;
  readonly workspace: Workspace;
  readonly workspaceName: string;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: Log;
}

export type ChatEvent =
  | { readonly type: 'conversation-opened'; readonly conversation: Conversation }
  | { readonly type: 'turn-started'; readonly turn: Turn }
  | { readonly type: 'turn-progressed'; readonly turn: Turn; readonly event: TurnEvent }
  | { readonly type: 'turn-finished'; readonly turn: Turn; readonly ending: Ending }
  | { readonly type: 'turn-counted'; readonly turn: Turn; readonly ending: Ending }
  | { readonly type: 'headroom-changed'; readonly headroom: RateLimitHeadroom };

export interface SendInput {
  readonly question: Question;
  readonly images: readonly StoredImage[];
  /** What the ledger books it under: "chat", "explain". */
  readonly feature: string;
  /** The model that stands in for the one in the settings, for this question only. */
  readonly standIn?: { readonly model: string; readonly of: string };
}

/** A turn that is still being written is saved this often, so that a killed process loses at most this much. */
const saveEveryMs = 1000;

/** One chat view's conversation: appends, runs turns one at a time, tells what happens. */
export class ChatSession implements Disposable {
  #options: ChatSessionOptions;
  #conversation: Conversation;
  #events = new Emitter<ChatEvent>();
  #abort: AbortController | undefined;
  #queue: Promise<void> = Promise.resolve();
  #savedAt = 0;
  /** Images that could not be saved: the question has to be asked all the same. */
  #unsaved = new ForgetfulHistory();
  #disposed = false;
  #lateCosts: LateCosts;
  /** Conversations whose oldest messages may be left out, because the person said so. */
  #sliding = new Set<string>();
  /** Contexts that servers named when they refused, by model: for models nobody else knows. */
  #namedContexts = new Map<string, number>();

  constructor(options: ChatSessionOptions, conversation?: Conversation) {
    this.#options = options;
    this.#lateCosts = new LateCosts(options.ledger, (of, turn) => {
      this.#save(of, turn);
      this.#events.fire({ type: 'turn-counted', turn, ending: turn.ending! });
    });
    this.#conversation = conversation ?? { id: options.newId(), title: '', turns: [] };
  }

  readonly onEvent: Event<ChatEvent> = listener => this.#events.event(listener);

  get conversation(): Conversation {
    return this.#conversation;
  }

  get busy(): boolean {
    return this.#abort !== undefined;
  }

  /**
   * Resolves when the turn has ended, however; never rejects. A question asked while another runs waits its turn; it is dropped when
   * its conversation is left before that.
   */
  send(input: SendInput): Promise<void> {
    const { id } = this.#conversation;
    return (this.#queue = this.#queue.then(() => {
      // Nobody would see the answer, and it would cost money.
      if (!this.#disposed && this.#conversation.id === id) return this.#run(input);
    }));
  }

  /** Ends the running answer; what has arrived stays. */
  stop(): void {
    this.#abort?.abort();
  }

  /** Leaves this conversation (it stays in the history) and begins an empty one. */
  newChat(): void {
    this.stop();
    this.open({ id: this.#options.newId(), title: '', turns: [] });
  }

  open(conversation: Conversation): void {
    this.stop();
    this.#conversation = conversation;
    this.#events.fire({ type: 'conversation-opened', conversation });
  }

  /** Asks the last turn's question again: of its fallback model, or without the oldest messages, if so asked; not while one runs. */
  retry(turnId: string, how: { readonly fallback?: boolean; readonly shorten?: boolean } = {}): Promise<void> {
    const turn = this.#conversation.turns.at(-1);
    if (turn?.id !== turnId || this.busy) return Promise.resolve();
    if (how.shorten) this.#sliding.add(this.#conversation.id);
    const images = turn.question.images.flatMap(({ id, mediaType }): StoredImage[] => {
      const uri = this.#loadImage(turn.id, id);
      return uri ? [{ id, mediaType, bytes: Buffer.from(uri.slice(uri.indexOf(',') + 1), 'base64') }] : [];
    });
    this.#attempt('The replaced turn could not be removed', () => this.#options.history.removeTurn(turn.id));
    this.open({ ...this.#conversation, turns: this.#conversation.turns.slice(0, -1) });
    const { fallback: model, model: of = 'the model' } = turn.ending?.failure ?? {};
    const standIn = how.fallback && model !== undefined ? { model, of } : undefined;
    return this.send({ question: turn.question, images, feature: turn.feature, ...(standIn && { standIn }) });
  }

  dispose(): void {
    this.#disposed = true;
    this.stop();
    this.#lateCosts.dispose();
    this.#events.dispose();
  }

  async #run({ question, images, feature, standIn }: SendInput): Promise<void> {
    const { clock, newId, log } = this.#options;
    const conversation = this.#conversation;
    const turn: Turn = { id: newId(), question, feature, entries: [], messages: [userMessage(question)] };
    const abort = (this.#abort = new AbortController());
    const started = clock.monotonic();
    conversation.title ||= titleOf(question);
    conversation.turns.push(turn);
    this.#save(conversation, turn, images);
    this.#events.fire({ type: 'turn-started', turn });
    let ending: Pick<Ending, 'status' | 'stopReason' | 'failure'>;
    let setup: TurnSetup | undefined;
    try {
      const facts = { conversation: conversation.id, turn: turn.id, feature };
      setup = await this.#options.setUp({ ...facts, ...(standIn && { model: standIn.model }) });
      turn.model = setup.provider.model;
      if (standIn)
        this.#apply(conversation, turn, { type: 'notice', text: `${standIn.model} answers instead of ${standIn.of}.` });
      const events = this.#turnEvents(conversation, setup, abort.signal);
      const stopReason = await forEachEvent(events, event => this.#apply(conversation, turn, event));
      ending = { status: 'done', stopReason };
    } catch (error) {
      // Whatever else breaks on the way out of a stop: cancelled is an ending, not an error.
      ending = abort.signal.aborted
        ? { status: 'stopped' }
        : {
            status: 'failed',
            failure: failureRecord(error, {
              provider: setup?.provider,
              fallback: setup?.fallback?.model,
              hasEarlier: conversation.turns.length > 1,
              now: clock.now(),
              log,
            }),
          };
    }
    const { code, figures } = ending.failure ?? {};
    if (code === 'ERR_CONTEXT_LENGTH_EXCEEDED' && figures) this.#namedContexts.set(turn.model ?? '', figures.limit);
    if (ending.status === 'failed') forgetImages(turn);
    this.#abort = undefined;
    const durationMs = clock.monotonic() - started;
    turn.ending = { ...ending, model: turn.model ?? '', cost: this.#costOf(turn), durationMs };
    this.#save(conversation, turn);
    this.#events.fire({ type: 'turn-finished', turn, ending: turn.ending });
    this.#lateCosts.watch(conversation, turn);
    const saidNothing = turn.entries.every(({ type }) => type === 'notice' || type === 'thinking');
    if (ending.failure?.fallback && setup?.fallback?.automatic && saidNothing)
      void this.retry(turn.id, { fallback: true });
  }

  #turnEvents(conversation: Conversation, setup: TurnSetup, signal: AbortSignal) {
    const { provider, tools, limits = defaultLimits } = setup;
    const window = setup.window && this.#windowFor(conversation, setup.window);
    const { workspace, clock } = this.#options;
    const { turns } = conversation;
    const messagesOf = (some: readonly Turn[]): Message[] =>
      conversationMessages(some, (turnId, id) => this.#loadImage(turnId, id));
    const facts = findModel(provider.name, provider.model);
    // What this question itself holds and the model cannot take is refused.
    const earlier = earlierTurnsFor(messagesOf(turns.slice(0, -1)), facts);
    for (const text of untold(earlier.notices, turns))
      this.#apply(conversation, turns.at(-1)!, { type: 'notice', text });
    const messages = [
      { role: 'system' as const, content: systemPrompt({ roots: workspace.roots, tools: tools !== undefined }) },
      ...earlier.messages,
      ...messagesOf(turns.slice(-1)),
    ];
    return runTurn({ provider, messages, tools, workspace, clock, signal, limits, ...(window && { window }) });
  }

  #windowFor({ id }: Conversation, window: ContextWindow): ContextWindow {
    const named = this.#namedContexts.get(window.model) ?? Infinity;
    const overflow = this.#sliding.has(id) ? 'slide' : window.overflow;
    return { ...window, contextTokens: Math.min(window.contextTokens, named), overflow };
  }

  #apply(conversation: Conversation, turn: Turn, event: TurnEvent): void {
    if (event.type === 'headroom') {
      this.#events.fire({ type: 'headroom-changed', headroom: event.headroom });
      return;
    }
    if (!enterEvent(turn, event)) return;
    if (this.#options.clock.monotonic() - this.#savedAt >= saveEveryMs) this.#save(conversation, turn);
    this.#events.fire({ type: 'turn-progressed', turn, event });
  }

  #save(conversation: Conversation, turn: Turn, images: readonly StoredImage[] = []): void {
    const { history, clock, workspaceName } = this.#options;
    this.#savedAt = clock.monotonic();
    const kept = this.#attempt('The conversation could not be saved', () => {
      history.saveTurn(conversation, turn, { workspace: workspaceName, now: clock.now() });
      if (images.length > 0) history.saveImages(turn.id, images);
    });
    if (!kept) this.#unsaved.saveImages(turn.id, images);
  }

  /** Storage is a service to the person, never a condition for the answer: what fails there is logged, and the turn goes on. */
  #attempt(failed: string, action: () => void): boolean {
    try {
      action();
      return true;
    } catch (error) {
      this.#options.log.warn(`${failed}: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  }

  #loadImage(turnId: string, imageId: string): string | undefined {
    let uri: string | undefined;
    this.#attempt('An image could not be read', () => (uri = this.#options.history.loadImage(turnId, imageId)));
    return uri ?? this.#unsaved.loadImage(turnId, imageId);
  }

  #costOf(turn: Turn): TurnCost {
    let cost = unknownCost;
    this.#attempt('The cost could not be read', () => (cost = turnCost(this.#options.ledger.total({ turn: turn.id }))));
    return cost;
  }
}
