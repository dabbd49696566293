/** Within this many pixels of the end the person is "at the end". */
const tolerance = 24;

/**
 * Keeps a scroller at its end while the person is at its end, and never moves it otherwise. Who scrolls up is left alone; who comes
 * back to the end is followed again.
 */
export class FollowEnd {
  readonly #scroller: HTMLElement;
  readonly #onChange: (following: boolean) => void;
  #following = true;
  #lastTop = 0;

  /** `content`: the growing child of `scroller`. */
  constructor(scroller: HTMLElement, content: HTMLElement, onChange: (following: boolean) => void) {
    this.#scroller = scroller;
    this.#onChange = onChange;
    scroller.addEventListener('scroll', this.#onScroll, { passive: true });
    const sizes = new ResizeObserver(() => {
      if (this.#following) this.#scrollToEnd();
    });
    sizes.observe(content);
    sizes.observe(scroller);
  }

  get following(): boolean {
    return this.#following;
  }

  /** Goes to the end and stays there. */
  follow(): void {
    this.#set(true);
    this.#scrollToEnd();
  }

  readonly #onScroll = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    // Growing content also fires this, with the same or a larger position: only a move towards the start means "let me read".
    if (scrollHeight - scrollTop - clientHeight <= tolerance) this.#set(true);
    else if (scrollTop < this.#lastTop) this.#set(false);
    this.#lastTop = scrollTop;
  };

  #scrollToEnd(): void {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#lastTop = this.#scroller.scrollTop;
  }

  #set(following: boolean): void {
    if (this.#following === following) return;
    this.#following = following;
    this.#onChange(following);
  }
}
