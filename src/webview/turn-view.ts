import type {
  ContextView,
  FactsView,
  ImageView,
  PartView,
  QuestionView,
  ToolCallView,
  TurnView,
} from '../protocol/chat-view-state.ts';
import { confirmCopy } from './code-actions.ts';
import { element, icon, iconButton, textButton } from './element.ts';
import { drawFacts } from './facts-line.ts';
import { drawActions, drawFailure, redrawFailure } from './failure-card.ts';
import { StreamingMarkdown } from './markdown.ts';
import { formatCount, formatPlural } from './numbers.ts';
import { patch } from './patch.ts';
import { ThinkingLine } from './thinking.ts';
import { drawToolCall, updateToolCall } from './tool-call.ts';
import type { Post } from './vscode-api.ts';

/** What a turn on the page needs of its surroundings. */
export interface TurnServices {
  readonly post: Post;
  readonly announce: (text: string) => void;
  /** Told every finished Markdown block. */
  readonly settled: (block: Element) => void;
}

/** One question with its answer on the page. Drawn once; afterwards events only add to it. */
export class DrawnTurn {
  readonly #services: TurnServices;
  readonly #answer = element('div', { class: 'answer' });
  readonly #footer = element('div', { class: 'turn-footer' });
  readonly #tools = new Map<string, HTMLDetailsElement>();
  readonly #turnElement: HTMLElement;
  #text: StreamingMarkdown | undefined;
  #thinking: ThinkingLine | undefined;
  #progress: HTMLElement | undefined;

  /** Fills `turnElement`, which may be a placeholder. */
  constructor(turnElement: HTMLElement, turn: TurnView, services: TurnServices) {
    this.#turnElement = turnElement;
    this.#services = services;
    turnElement.dataset['status'] = turn.status;
    turnElement.replaceChildren(...drawQuestion(turn.question), this.#answer, this.#footer);
    for (const part of turn.parts) this.addPart(part);
    if (turn.status === 'running') this.setWaiting(turn.waiting);
    else this.finish(turn);
  }

  appendText(text: string): void {
    this.#hideProgress();
    if (!this.#text) {
      this.finishThinking(undefined);
      const part = element('div', { class: 'markdown', 'data-testid': 'answer' });
      this.#answer.append(part);
      this.#text = new StreamingMarkdown(part, this.#services.settled);
    }
    this.#text.append(text);
  }

  appendThinking(text: string): void {
    this.#hideProgress();
    if (!this.#thinking) {
      this.#finishText();
      this.#thinking = new ThinkingLine(this.#services.settled);
      this.#answer.append(this.#thinking.element);
    }
    this.#thinking.append(text);
  }

  /** Its text is complete; without a duration it was broken off. */
  finishThinking(durationMs: number | undefined): void {
    this.#thinking?.finish(durationMs);
    this.#thinking = undefined;
  }

  addPart(part: PartView): void {
    this.#hideProgress();
    if (part.type === 'text') {
      this.appendText(part.text);
      return;
    }
    if (part.type === 'thinking') {
      this.appendThinking(part.text);
      if (part.durationMs !== undefined) this.finishThinking(part.durationMs);
      return;
    }
    this.#finishText();
    this.finishThinking(undefined);
    if (part.type === 'notice') {
      this.#answer.append(element('p', { class: 'notice' }, icon('info'), element('span', {}, part.text)));
      return;
    }
    const row = drawToolCall(part);
    this.#tools.set(part.id, row);
    this.#answer.append(row);
  }

  finishTool(call: ToolCallView): void {
    const row = this.#tools.get(call.id);
    if (row) updateToolCall(row, call);
    this.#showProgress('Working…');
  }

  /** `waiting`: what the turn waits for, in words; without it only that something is going on. */
  setWaiting(waiting: string | undefined): void {
    if (waiting === undefined && (this.#text || this.#thinking)) this.#hideProgress();
    else this.#showProgress(waiting ?? 'Working…', waiting !== undefined);
  }

  finish(turn: TurnView): void {
    this.#hideProgress();
    this.#finishText();
    this.finishThinking(undefined);
    this.#turnElement.dataset['status'] = turn.status;
    const { post } = this.#services;
    if (turn.failure) this.#answer.append(drawFailure(turn.failure, turn.id, post));
    if (turn.actions && turn.actions.length > 0) this.#footer.append(drawActions(turn.actions, turn.id, post));
    const line = element('div', { class: 'facts-line' });
    if (turn.facts) line.append(drawFacts(turn.facts));
    else if (turn.status === 'stopped') line.append(element('span', { class: 'facts' }, 'stopped'));
    const text = turn.parts.flatMap(part => (part.type === 'text' ? [part.text] : [])).join('\n\n');
    if (text) line.append(this.#copyButton(text));
    if (line.childElementCount > 0) this.#footer.append(line);
  }

  /** The cost of a turn that had finished is known now. */
  setFacts(facts: FactsView): void {
    const old = this.#footer.querySelector<HTMLDetailsElement>('.facts-details');
    if (!old) return;
    const drawn = drawFacts(facts);
    drawn.toggleAttribute('open', old.open);
    // Whoever reads them, or has the focus there, goes on.
    patch(old, drawn);
  }

  /** What can be done about the failure has changed. */
  setFailure(turn: TurnView): void {
    const old = this.#answer.querySelector<HTMLElement>(':scope > .failure');
    if (old && turn.failure) redrawFailure(old, drawFailure(turn.failure, turn.id, this.#services.post));
  }

  #copyButton(text: string): HTMLButtonElement {
    const { post, announce } = this.#services;
    const button = iconButton(
      'copy',
      'Copy Answer',
      { class: 'icon-button quiet', 'data-testid': 'copy-answer' },
      () => {
        post({ type: 'copy', text });
        confirmCopy(button, announce);
      },
    );
    return button;
  }

  #finishText(): void {
    this.#text?.finish();
    this.#text = undefined;
  }

  #showProgress(text: string, cancellable = false): void {
    this.#hideProgress();
    this.#progress = element(
      'div',
      { class: 'progress', 'data-testid': 'waiting' },
      icon('loading', 'spin'),
      element('span', {}, text),
    );
    if (cancellable)
      this.#progress.append(
        textButton('Cancel', { class: 'link-button' }, () => {
          this.#services.post({ type: 'stop' });
        }),
      );
    this.#answer.append(this.#progress);
  }

  #hideProgress(): void {
    this.#progress?.remove();
    this.#progress = undefined;
  }
}

function drawQuestion({ text, contexts, images }: QuestionView): HTMLElement[] {
  const question = element('div', { class: 'question', 'data-testid': 'question' });
  if (text) question.append(element('div', { class: 'question-text', dir: 'auto' }, text));
  if (contexts.length + images.length > 0)
    question.append(element('div', { class: 'chips' }, ...contexts.map(drawContext), ...images.map(drawImage)));
  return [element('h2', { class: 'author' }, 'You'), question];
}

const drawContext = ({ label, kind }: ContextView): HTMLElement =>
  element(
    'span',
    { class: 'chip', 'data-kind': kind, title: label },
    icon('code'),
    element('span', { class: 'chip-name' }, label),
  );

function drawImage({ name, width, height, thumbnail, tokens }: ImageView): HTMLElement {
  const size = `${formatCount(width)} × ${formatCount(height)}`;
  const cost = tokens === undefined ? 'tokens unknown' : formatPlural(tokens, 'token', 'tokens');
  return element(
    'span',
    { class: 'chip image-chip', title: `${name}, ${size}, ${cost}`, 'data-testid': 'question-image' },
    element('img', { src: thumbnail, alt: '' }),
    element(
      'span',
      { class: 'chip-text' },
      element('span', { class: 'chip-name' }, name),
      element('span', { class: 'chip-facts' }, `${size} · ${cost}`),
    ),
  );
}
