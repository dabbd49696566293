import type { ChatViewEvent, TurnView } from '../protocol/chat-view-state.ts';
import { element, icon } from './element.ts';
import { FollowEnd } from './follow-end.ts';
import { DrawnTurn, type TurnServices } from './turn-view.ts';

/** Turns drawn at once when a conversation opens; older ones are drawn as the person comes near them. */
const firstDrawn = 20;
/** How near, in pixels above and below what is seen. */
const nearby = 1500;
/** Of a frame's 16 ms, the part that drawing older turns may take. */
const drawingBudgetMs = 6;

type TurnEvent = Extract<ChatViewEvent, { turnId: string }>;

/** The scrolling conversation. */
export class Transcript {
  readonly element: HTMLElement;
  readonly #scroller: HTMLElement;
  readonly #turnList = element('div', { class: 'turns' });
  readonly #pill: HTMLButtonElement;
  readonly #follow: FollowEnd;
  readonly #services: TurnServices;
  readonly #drawn = new Map<string, DrawnTurn>();
  /** Placeholders of turns not drawn yet. */
  readonly #waiting = new Map<Element, TurnView>();
  readonly #near: IntersectionObserver;
  readonly #queue = new Set<Element>();

  constructor(services: TurnServices) {
    this.#services = services;
    this.#scroller = element(
      'div',
      // A log would be read out token by token; the end of an answer is announced elsewhere instead.
      { class: 'transcript', role: 'log', 'aria-live': 'off', 'aria-label': 'Conversation', tabindex: '0' },
      this.#turnList,
    );
    this.#pill = element(
      'button',
      { type: 'button', class: 'new-pill', hidden: true, 'data-testid': 'new-pill' },
      icon('arrow-down'),
      'New',
    );
    this.#pill.addEventListener('click', () => this.#follow.follow());
    this.element = element('div', { class: 'transcript-area' }, this.#scroller, this.#pill);
    this.#follow = new FollowEnd(this.#scroller, this.#turnList, following => {
      if (following) this.#pill.hidden = true;
    });
    this.#near = new IntersectionObserver(this.#onNear, { root: this.#scroller, rootMargin: `${nearby}px 0px` });
  }

  /** The element to listen on for clicks in answers. */
  get turns(): HTMLElement {
    return this.#turnList;
  }

  /** Replaces everything: a conversation was opened, or the view was restored. */
  show(turns: readonly TurnView[], welcome: HTMLElement | undefined): void {
    this.#near.disconnect();
    this.#drawn.clear();
    this.#waiting.clear();
    this.#queue.clear();
    const start = turns.length - firstDrawn;
    const elements = turns.map((turn, index) => (index < start ? this.#placeholder(turn) : this.#draw(turn)));
    this.#turnList.replaceChildren(...(welcome ? [welcome] : elements));
    for (const placeholder of this.#waiting.keys()) this.#near.observe(placeholder);
    this.#follow.follow();
  }

  addTurn(turn: TurnView): void {
    this.#turnList.querySelector('[data-testid=welcome]')?.remove();
    this.#turnList.append(this.#draw(turn));
    // Who asks wants to see the answer, wherever they were reading.
    this.#follow.follow();
  }

  /** Draws what `event` adds; `turn` is the state after it. */
  apply(event: TurnEvent, turn: TurnView): void {
    const drawn = this.#drawn.get(turn.id);
    if (!drawn) return this.#keepForLater(turn);
    switch (event.type) {
      case 'text-appended':
        drawn.appendText(event.text);
        break;
      case 'thinking-appended':
        drawn.appendThinking(event.text);
        break;
      case 'thinking-finished':
        drawn.finishThinking(event.durationMs);
        return;
      case 'part-added':
        drawn.addPart(event.part);
        break;
      case 'tool-finished':
        drawn.finishTool(event.call);
        break;
      case 'waiting-changed':
        drawn.setWaiting(event.waiting);
        break;
      case 'turn-finished':
        drawn.finish(turn);
        break;
      case 'facts-changed':
        drawn.setFacts(event.facts);
        return;
      case 'failure-changed':
        drawn.setFailure(turn);
        return;
    }
    if (!this.#follow.following) this.#pill.hidden = false;
  }

  /** What is not drawn yet will be drawn as it is by then. */
  #keepForLater(turn: TurnView): void {
    for (const [placeholder, { id }] of this.#waiting) if (id === turn.id) this.#waiting.set(placeholder, turn);
  }

  #draw(turn: TurnView): HTMLElement {
    const container = turnElement(turn);
    this.#drawn.set(turn.id, new DrawnTurn(container, turn, this.#services));
    return container;
  }

  #placeholder(turn: TurnView): HTMLElement {
    const container = turnElement(turn);
    container.dataset['status'] = turn.status;
    container.classList.add('undrawn');
    container.style.setProperty('--estimated-height', `${estimateHeight(turn)}px`);
    this.#waiting.set(container, turn);
    return container;
  }

  readonly #onNear: IntersectionObserverCallback = entries => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) this.#queue.delete(target);
      else if (this.#waiting.has(target)) this.#queue.add(target);
    }
    if (this.#queue.size > 0) requestAnimationFrame(this.#drawNear);
  };

  /** Nearest to what is seen first, a few milliseconds a frame, so that scrolling stays smooth. */
  readonly #drawNear = (): void => {
    const started = performance.now();
    const middle = this.#scroller.getBoundingClientRect().top + this.#scroller.clientHeight / 2;
    const distance = (target: Element): number => Math.abs(target.getBoundingClientRect().bottom - middle);
    const nearest = [...this.#queue].sort((a, b) => distance(a) - distance(b));
    for (const target of nearest) {
      if (performance.now() - started > drawingBudgetMs) break;
      this.#queue.delete(target);
      const turn = this.#waiting.get(target);
      if (!turn || !(target instanceof HTMLElement)) continue;
      this.#waiting.delete(target);
      this.#near.unobserve(target);
      target.classList.remove('undrawn');
      this.#drawn.set(turn.id, new DrawnTurn(target, turn, this.#services));
    }
    if (this.#queue.size > 0) requestAnimationFrame(this.#drawNear);
  };
}

const turnElement = (turn: TurnView): HTMLElement =>
  element('article', {
    class: 'turn',
    'data-testid': 'turn',
    'data-turn-id': turn.id,
    'aria-label': turn.question.text.slice(0, 80) || 'Question with an image',
  });

/** Near enough for the scroll bar: lines of 60 characters, 20 pixels each. */
function estimateHeight(turn: TurnView): number {
  const lines = (text: string): number =>
    text.split('\n').reduce((sum, line) => sum + 1 + Math.floor(line.length / 60), 0);
  const parts = turn.parts.map(part => (part.type === 'text' ? lines(part.text) * 20 : 26));
  return parts.reduce((sum, height) => sum + height, 100 + lines(turn.question.text) * 20);
}
