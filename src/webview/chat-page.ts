import { type ChatViewEvent, type ChatViewState, reduceChatView, type TurnView } from '../protocol/chat-view-state.ts';
import type { ToWebview } from '../protocol/to-webview.ts';
import { listenToCodeActions } from './code-actions.ts';
import { Composer } from './composer.ts';
import { element } from './element.ts';
import type { Highlighter } from './highlighter.ts';
import { Transcript } from './transcript.ts';
import type { Host } from './vscode-api.ts';
import { drawWelcome } from './welcome.ts';

/** The whole chat view: folds what the host says into the state and draws what changed. */
export class ChatPage {
  readonly #host: Host;
  readonly #composer: Composer;
  readonly #transcript: Transcript;
  readonly #status = element('div', { class: 'visually-hidden', role: 'status', 'data-testid': 'announcement' });
  #state: ChatViewState | undefined;

  constructor(root: HTMLElement, host: Host, highlighter: Highlighter) {
    this.#host = host;
    this.#composer = new Composer(host, () => this.#state?.turns.at(-1)?.question.text);
    this.#transcript = new Transcript({
      post: host.post,
      announce: this.#announce,
      settled: block => highlighter.enqueue(block),
    });
    const page = element('main', { class: 'chat' }, this.#transcript.element, this.#composer.element, this.#status);
    root.replaceChildren(page);
    this.#composer.acceptDrops(page);
    listenToCodeActions(this.#transcript.turns, host.post, this.#announce);
    document.addEventListener('keydown', event => {
      if (event.key !== 'Escape' || event.isComposing || !this.#running) return;
      event.preventDefault();
      host.post({ type: 'stop' });
    });
  }

  receive(message: ToWebview): void {
    switch (message.type) {
      case 'snapshot':
        this.#show(message.state);
        break;
      case 'event':
        this.#apply(message.event);
        break;
      case 'draft-priced':
        this.#composer.price(message);
        break;
      case 'send-refused':
        this.#composer.refused(message.reason);
        break;
      case 'focus-composer':
        this.#composer.focus();
        break;
    }
  }

  get #running(): boolean {
    return this.#state?.turns.at(-1)?.status === 'running';
  }

  #show(state: ChatViewState): void {
    this.#state = state;
    this.#transcript.show(state.turns, this.#welcome(state));
    this.#composer.setModel(state.model);
    this.#composer.setKeyNotice(needsKeyNotice(state));
    if (this.#running) this.#composer.accepted();
    this.#composer.setRunning(this.#running);
  }

  #apply(event: ChatViewEvent): void {
    if (!this.#state) return;
    const state = reduceChatView(this.#state, event);
    this.#state = state;
    switch (event.type) {
      case 'turn-started':
        this.#transcript.addTurn(event.turn);
        this.#composer.accepted();
        break;
      case 'model-changed':
      case 'key-changed':
        this.#composer.setModel(state.model);
        if (state.turns.length === 0) this.#transcript.show([], this.#welcome(state));
        break;
      default: {
        const turn = state.turns.find(({ id }) => id === event.turnId);
        if (!turn) return;
        this.#transcript.apply(event, turn);
        if (event.type === 'turn-finished') this.#announce(ending(turn));
        if (event.type === 'failure-changed' && event.failure.mended) this.#announce(event.failure.title);
      }
    }
    this.#composer.setKeyNotice(needsKeyNotice(state));
    this.#composer.setRunning(this.#running);
  }

  #welcome(state: ChatViewState): HTMLElement | undefined {
    if (state.turns.length > 0) return undefined;
    return drawWelcome(state.key, state.model, this.#host.post, question => this.#composer.fill(question));
  }

  /** Says something to screen readers, politely. The same words twice are still two announcements. */
  readonly #announce = (text: string): void => {
    this.#status.replaceChildren(element('p', {}, text));
  };
}

/** There is one next action at a time: the notice stays away where the welcome or the last failure already offers it. */
function needsKeyNotice({ key, turns }: ChatViewState): boolean {
  const last = turns.at(-1);
  return key === 'missing' && last !== undefined && !last.failure?.actions.some(({ id }) => id === 'set-key');
}

function ending({ status, failure, facts }: TurnView): string {
  if (status === 'failed') return `The answer failed. ${failure?.title ?? ''}`.trim();
  const cost = facts && facts.cost !== 'unknown' ? `, ${facts.cost}` : '';
  return status === 'stopped' ? `Answer stopped${cost}` : `Answer complete${cost}`;
}
