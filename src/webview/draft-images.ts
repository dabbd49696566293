import type { ModelView } from '../protocol/chat-view-state.ts';
import type { DraftImage } from '../protocol/from-webview.ts';
import { element, icon, iconButton } from './element.ts';
import { formatBytes, formatCount, formatPlural } from './numbers.ts';
import { prepareImage } from './prepare-image.ts';

/** The protocol takes no more images in one question. */
const mostImages = 20;

interface Entry {
  readonly chip: HTMLElement;
  readonly facts: HTMLElement;
  /** Undefined while the file is being read and shrunk. */
  image?: DraftImage;
}

/** The images of a draft: their chips above the text, and the reason when one was refused. */
export class DraftImages {
  readonly element = element('div', { class: 'chips draft-chips', role: 'group', 'aria-label': 'Attached images' });
  readonly #refuse: (reason: string) => void;
  readonly #onChange: () => void;
  #entries: Entry[] = [];
  #model: ModelView | undefined;
  #count = 0;

  /** `refuse` shows a sentence; `onChange` hears whenever the list or an image's state changed. */
  constructor(refuse: (reason: string) => void, onChange: () => void) {
    this.#refuse = refuse;
    this.#onChange = onChange;
    this.element.hidden = true;
  }

  get images(): readonly DraftImage[] {
    return this.#entries.flatMap(({ image }) => (image ? [image] : []));
  }

  /** Whether an image is still being prepared. */
  get busy(): boolean {
    return this.#entries.some(({ image }) => !image);
  }

  setModel(model: ModelView): void {
    this.#model = model;
  }

  /** Takes files in, each with its chip or with the reason why not. */
  async add(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    if (this.#model && !this.#model.vision) {
      this.#refuse(`${this.#model.name} cannot read images. Switch to a model that can.`);
      return;
    }
    await Promise.all(files.map(file => this.#addOne(file)));
  }

  /** Shows images that are ready already: a refused question comes back. */
  restore(images: readonly DraftImage[]): void {
    for (const image of images) {
      const entry = this.#createEntry(image.name);
      this.#complete(entry, image);
    }
    this.#changed();
  }

  clear(): void {
    this.#entries = [];
    this.element.replaceChildren();
    this.#changed();
  }

  /** The host's answer to what the images cost. */
  price(prices: readonly { readonly id: string; readonly tokens?: number }[]): void {
    for (const { id, tokens } of prices) {
      const entry = this.#entries.find(({ image }) => image?.id === id);
      if (entry?.image) entry.facts.textContent = imageFacts(entry.image, tokens ?? 'unknown');
    }
  }

  async #addOne(file: File): Promise<void> {
    const name = (file.name || 'Pasted image').slice(0, 200);
    if (this.#entries.length >= mostImages) {
      this.#refuse(`${name} was not attached. A question takes at most ${mostImages} images.`);
      return;
    }
    const entry = this.#createEntry(name);
    this.#changed();
    const prepared = await prepareImage(file, name, this.#nextId());
    // It may have been removed meanwhile.
    if (!this.#entries.includes(entry)) return;
    if (prepared.ok) this.#complete(entry, prepared.image);
    else {
      this.#remove(entry);
      this.#refuse(`${name} was not attached. ${prepared.reason}`);
    }
    this.#changed();
  }

  #createEntry(name: string): Entry {
    const facts = element('span', { class: 'chip-facts' }, 'Reading…');
    const chip = element(
      'span',
      { class: 'chip image-chip', 'data-testid': 'attachment', 'aria-busy': 'true', title: name },
      element('span', { class: 'chip-picture' }, icon('loading', 'spin')),
      element('span', { class: 'chip-text' }, element('span', { class: 'chip-name' }, name), facts),
    );
    const entry: Entry = { chip, facts };
    chip.append(
      iconButton('close', `Remove ${name}`, { 'data-testid': 'remove-attachment' }, () => {
        const next = chip.nextElementSibling ?? chip.previousElementSibling;
        this.#remove(entry);
        this.#changed();
        if (next instanceof HTMLElement) next.querySelector('button')?.focus();
      }),
    );
    this.#entries.push(entry);
    this.element.append(chip);
    return entry;
  }

  #complete(entry: Entry, image: DraftImage): void {
    entry.image = image;
    entry.chip.removeAttribute('aria-busy');
    entry.chip.querySelector('.chip-picture')?.replaceWith(element('img', { src: image.thumbnail, alt: '' }));
    entry.facts.textContent = imageFacts(image);
  }

  #remove(entry: Entry): void {
    this.#entries = this.#entries.filter(other => other !== entry);
    entry.chip.remove();
  }

  #changed(): void {
    this.element.hidden = this.#entries.length === 0;
    this.#onChange();
  }

  /** Unique among the drafts of this page and, by the clock, of earlier pages. */
  #nextId(): string {
    this.#count += 1;
    return `image-${Date.now().toString(36)}-${this.#count}`;
  }
}

function imageFacts({ width, height, bytes }: DraftImage, tokens?: number | 'unknown'): string {
  const facts = [`${formatCount(width)} × ${formatCount(height)}`, formatBytes(bytes.length)];
  if (tokens === 'unknown') facts.push('tokens unknown');
  else if (tokens !== undefined) facts.push(formatPlural(tokens, 'token', 'tokens'));
  return facts.join(' · ');
}
