import { element, icon } from './element.ts';
import { StreamingMarkdown } from './markdown.ts';
import { formatDuration } from './numbers.ts';

/** One line that opens to what the model shows of its reasoning. Nobody pays for drawing what is folded away. */
export class ThinkingLine {
  readonly element = element('details', { class: 'thinking', 'data-testid': 'thinking' });
  readonly #glyph = element('span', { class: 'thinking-glyph' }, icon('loading', 'spin'));
  readonly #title = element('span', { class: 'tool-title' }, 'Thinking…');
  readonly #settled: (block: Element) => void;
  #drawn: StreamingMarkdown | undefined;
  #undrawn = '';
  #isOver = false;

  /** `settled` is told every finished Markdown block. */
  constructor(settled: (block: Element) => void) {
    this.#settled = settled;
    const summary = element('summary', { class: 'tool-summary' }, icon('chevron-right'), this.#glyph, this.#title);
    this.element.append(summary);
    this.element.addEventListener('toggle', () => this.#draw());
  }

  append(text: string): void {
    if (this.#drawn) this.#drawn.append(text);
    else this.#undrawn += text;
  }

  /** Whether it is open stays as it is. Without a duration it was broken off. */
  finish(durationMs: number | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#drawn?.finish();
    this.#glyph.replaceChildren(icon('lightbulb'));
    this.#title.textContent = durationMs === undefined ? 'Thought' : `Thought for ${formatDuration(durationMs)}`;
  }

  #draw(): void {
    if (!this.element.open || this.#drawn) return;
    const body = element('div', { class: 'tool-body markdown', 'data-testid': 'thinking-text' });
    this.element.append(body);
    this.#drawn = new StreamingMarkdown(body, this.#settled);
    this.#drawn.append(this.#undrawn);
    this.#undrawn = '';
    if (this.#isOver) this.#drawn.finish();
  }
}
