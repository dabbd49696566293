import { type MarkdownBlock, type MarkdownContext, renderBlocks } from './markdown-renderer.ts';
import { OpenFence } from './open-fence.ts';
import { patch } from './patch.ts';

interface DrawnBlock {
  /** What the element was drawn from; empty while it is fed by other means. */
  html: string;
  element: Element;
}

/**
 * Draws Markdown while it arrives. Only the last top-level block is parsed and drawn again, at most once per frame; finished blocks are
 * never touched, and an open code fence is only appended to. `finish` compares with a rendering of the whole text (a link definition may
 * come last) and redraws just the blocks that differ, so the end is what one-shot Markdown gives.
 */
export class StreamingMarkdown {
  readonly #element: Element;
  readonly #settled: (block: Element) => void;
  #source = '';
  #arrived = '';
  #blocks: DrawnBlock[] = [];
  /** Blocks before this one, and the text before `#tailStart`, are final. */
  #firstOpen = 0;
  #tailStart = 0;
  #checkedTo = 0;
  #context: MarkdownContext = {};
  #fence: OpenFence | undefined;
  #frame: number | undefined;
  #notBefore = 0;
  #finished = false;

  /** `settled` is told every block that will not change any more, e.g. to highlight its code. */
  constructor(element: Element, settled: (block: Element) => void = () => {}) {
    this.#element = element;
    this.#settled = settled;
  }

  append(text: string): void {
    if (this.#finished) return;
    this.#arrived += text;
    this.#frame ??= requestAnimationFrame(this.#onFrame);
  }

  /** The text is complete. Further calls do nothing. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    this.#source += normalise(this.#arrived);
    this.#arrived = '';
    this.#replaceAll(renderBlocks(this.#source, {}));
  }

  readonly #onFrame = (now: number): void => {
    this.#frame = undefined;
    if (now < this.#notBefore) {
      this.#frame = requestAnimationFrame(this.#onFrame);
      return;
    }
    const started = performance.now();
    this.#take();
    // One block can be long (a table of 500 rows). Drawing then takes a quarter of the time instead of all of it.
    const spent = performance.now() - started;
    this.#notBefore = spent < 8 ? 0 : now + spent * 4;
  };

  #take(): void {
    // Half of a line end or of a surrogate pair waits for its other half.
    const held = /[\r\ud800-\udbff]$/.exec(this.#arrived)?.[0] ?? '';
    const text = normalise(held ? this.#arrived.slice(0, -1) : this.#arrived);
    this.#arrived = held;
    const before = this.#source.length;
    this.#source += text;
    if (this.#fence) {
      const used = this.#fence.append(text);
      if (used === undefined) return;
      this.#closeFence(before + used);
    }
    this.#drawTail();
  }

  #drawTail(): void {
    while (this.#source[this.#tailStart] === '\n') this.#tailStart += 1;
    const lineEnd = this.#source.lastIndexOf('\n') + 1;
    if (lineEnd > this.#checkedTo) this.#settle(lineEnd);
    this.#checkedTo = lineEnd;
    if (this.#startFence()) return;
    const tail = this.#source.slice(this.#tailStart);
    this.#draw(renderBlocks(withoutDoubtfulLine(tail), copy(this.#context)));
  }

  /** Finds the blocks that whole lines have ended: all but the last, and the last too if it is a closed fence. */
  #settle(lineEnd: number): void {
    const lines = this.#source.slice(this.#tailStart, lineEnd);
    const context = copy(this.#context);
    const blocks = renderBlocks(lines, context);
    const last = blocks.at(-1);
    const count = last?.closedFence ? blocks.length : blocks.length - 1;
    if (!last || count < 1) return;
    this.#draw(blocks);
    for (const { element } of this.#blocks.slice(this.#firstOpen, this.#firstOpen + count)) this.#settled(element);
    this.#firstOpen += count;
    this.#context = context;
    this.#tailStart += last.closedFence ? lines.length : offsetOfLine(lines, last.startLine);
  }

  /** From here on the last block is code: show what there is of it and only append. */
  #startFence(): boolean {
    const opening = /^(`{3,}(?=[^`\n]*\n)|~{3,})[^\n]*\n/.exec(
      this.#source.slice(this.#tailStart, this.#tailStart + 500),
    );
    const markup = opening?.[1];
    if (!opening || !markup) return false;
    this.#draw(renderBlocks(opening[0], {}));
    const block = this.#blocks[this.#firstOpen];
    const code = block?.element.querySelector('code');
    if (!block || !code) return false;
    block.html = '';
    this.#fence = new OpenFence(code, markup);
    this.#fence.append(this.#source.slice(this.#tailStart + opening[0].length));
    return true;
  }

  #closeFence(end: number): void {
    const block = this.#blocks[this.#firstOpen];
    const [whole] = renderBlocks(this.#source.slice(this.#tailStart, end), {});
    this.#fence = undefined;
    this.#tailStart = end;
    this.#checkedTo = end;
    if (!block || !whole) return;
    block.html = whole.html;
    this.#firstOpen += 1;
    this.#settled(block.element);
  }

  /** Makes the open blocks on the page these ones. */
  #draw(wanted: readonly MarkdownBlock[]): void {
    wanted.forEach(({ html }, index) => {
      const drawn = this.#blocks[this.#firstOpen + index];
      if (drawn) redraw(drawn, html);
      else {
        const element = parse(html);
        this.#blocks.push({ html, element });
        this.#element.append(element);
      }
    });
    for (const { element } of this.#blocks.splice(this.#firstOpen + wanted.length)) element.remove();
  }

  #replaceAll(wanted: readonly MarkdownBlock[]): void {
    const old = this.#blocks;
    let start = 0;
    while (start < old.length && start < wanted.length && old[start]?.html === wanted[start]?.html) start += 1;
    let same = 0;
    while (
      same < old.length - start &&
      same < wanted.length - start &&
      old[old.length - 1 - same]?.html === wanted[wanted.length - 1 - same]?.html
    )
      same += 1;
    const kept = old.splice(old.length - same);
    const settledBefore = Math.min(start, this.#firstOpen);
    this.#firstOpen = start;
    if (kept.length === 0) this.#draw(wanted.slice(start));
    else {
      const middle = wanted.slice(start, wanted.length - same);
      this.#drawBefore(middle, kept[0]?.element);
    }
    this.#blocks.push(...kept);
    for (const { element } of this.#blocks.slice(settledBefore)) this.#settled(element);
  }

  #drawBefore(wanted: readonly MarkdownBlock[], next: Element | undefined): void {
    const drawn = this.#blocks.splice(this.#firstOpen);
    for (const [index, { html }] of wanted.entries()) {
      const block = drawn[index] ?? { html, element: parse(html) };
      if (drawn[index]) redraw(block, html);
      else this.#element.insertBefore(block.element, next ?? null);
      this.#blocks.push(block);
    }
    for (const { element } of drawn.slice(wanted.length)) element.remove();
  }
}

function redraw(block: DrawnBlock, html: string): void {
  if (block.html === html) return;
  block.element = patch(block.element, parse(html));
  block.html = html;
}

function parse(html: string): Element {
  const template = document.createElement('template');
  template.innerHTML = html;
  const element = template.content.firstElementChild;
  if (!element) throw new Error('A Markdown block rendered to no element');
  return document.adoptNode(element);
}

/** CommonMark's line ends (§2.1), where a lone carriage return is one, and its stand-in for NUL (§2.3). */
const normalise = (text: string): string => text.replaceAll(/\r\n?/g, '\n').replaceAll('\0', '\ufffd');

/**
 * A last, unfinished line of nothing but markers ("-", "##", "1.", "|--") can become almost anything: a heading for the paragraph above,
 * a list, a rule, a table. It is held back until it is more, so that the page does not flicker through all of these.
 */
function withoutDoubtfulLine(tail: string): string {
  const start = tail.lastIndexOf('\n') + 1;
  return /^\s*(?:[-=+*_#>`~|: \t]+|\d+[.)]?\s*)$/.test(tail.slice(start)) ? tail.slice(0, start) : tail;
}

function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let index = 0; index < line; index += 1) offset = text.indexOf('\n', offset) + 1;
  return offset;
}

const copy = ({ references, outline }: MarkdownContext): MarkdownContext => ({
  ...(references && { references: { ...references } }),
  ...(outline && { outline }),
});
