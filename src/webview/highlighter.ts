/** Larger blocks stay plain: 20 KB take up to 40 ms, the longest a single task may hold up scrolling. */
const largestBlock = 20_000;

type Highlight = (code: string, language: string) => string | undefined;

/** Colours finished code blocks when the browser is idle, one block per idle moment. Loads the languages with the first block. */
export class Highlighter {
  readonly #source: string | undefined;
  readonly #nonce: string;
  readonly #queue: Element[] = [];
  readonly #seen = new WeakSet<Element>();
  #loading: Promise<Highlight | undefined> | undefined;
  #busy = false;

  /** `source`: address of the highlight bundle; without one code stays plain. `nonce`: what the page's policy asks of scripts. */
  constructor(source: string | undefined, nonce: string) {
    this.#source = source;
    this.#nonce = nonce;
  }

  /** Queues the code in `block`; a block may be given again. */
  enqueue(block: Element): void {
    if (!this.#source) return;
    for (const code of block.querySelectorAll('code[data-language]')) {
      if (this.#seen.has(code) || (code.textContent?.length ?? 0) > largestBlock) continue;
      this.#seen.add(code);
      this.#queue.push(code);
    }
    if (this.#queue.length > 0 && !this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    const highlight = await (this.#loading ??= this.#load());
    for (let code = this.#queue.shift(); code; code = this.#queue.shift()) {
      if (!highlight) continue;
      await idle();
      const html = highlight(code.textContent ?? '', code.getAttribute('data-language')?.toLowerCase() ?? '');
      if (html !== undefined) code.innerHTML = html;
    }
    this.#busy = false;
  }

  #load(): Promise<Highlight | undefined> {
    return new Promise(resolve => {
      const script = document.createElement('script');
      script.nonce = this.#nonce;
      script.src = this.#source ?? '';
      const done = (): void => resolve((globalThis as { pennyloomHighlight?: Highlight }).pennyloomHighlight);
      script.addEventListener('load', done);
      // Plain code is no reason to bother anyone.
      script.addEventListener('error', done);
      document.head.append(script);
    });
  }
}

const idle = (): Promise<void> =>
  new Promise(resolve => {
    requestIdleCallback(() => resolve(), { timeout: 500 });
  });
