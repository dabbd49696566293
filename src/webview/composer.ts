import type { ModelView } from '../protocol/chat-view-state.ts';
import type { DraftImage } from '../protocol/from-webview.ts';
import type { ToWebview } from '../protocol/to-webview.ts';
import { ComposerNotices } from './composer-notices.ts';
import { DraftImages } from './draft-images.ts';
import { element, icon, iconButton } from './element.ts';
import { Estimate } from './estimate.ts';
import { listenToDrops, pastedFiles } from './paste-image.ts';
import type { Host } from './vscode-api.ts';

interface Sent {
  readonly text: string;
  readonly images: readonly DraftImage[];
}

/** UTF-16 units from which on a draft is priced more seldom: it crosses to the host each time. */
const longDraft = 100_000;

/** Where a question is written: text, images, model, and the one button that sends and stops. */
export class Composer {
  readonly element: HTMLElement;
  readonly #host: Host;
  readonly #lastQuestion: () => string | undefined;
  readonly #images: DraftImages;
  readonly #text: HTMLTextAreaElement;
  readonly #refusal = element('div', { class: 'refusal', role: 'alert', 'data-testid': 'refusal', hidden: true });
  readonly #notices: ComposerNotices;
  readonly #files: HTMLInputElement;
  readonly #attach: HTMLButtonElement;
  readonly #modelButton: HTMLButtonElement;
  readonly #estimate = new Estimate();
  readonly #send: HTMLButtonElement;
  #model: ModelView | undefined;
  #running = false;
  /** Handed to the host, which has not said yet whether it takes it. */
  #sent: Sent | undefined;
  #sendWhenReady = false;
  /** What was priced last, so that the same is not asked twice. */
  #priced = '';
  #priceTimer: ReturnType<typeof setTimeout> | undefined;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;

  /** `lastQuestion`: what the arrow up brings back into an empty composer. */
  constructor(host: Host, lastQuestion: () => string | undefined) {
    this.#host = host;
    this.#lastQuestion = lastQuestion;
    this.#images = new DraftImages(reason => this.#showRefusal(reason), this.#onImages);
    this.#text = element('textarea', {
      'data-testid': 'composer',
      rows: '1',
      placeholder: 'Ask about your code',
      'aria-label': 'Ask about your code. Enter sends, Shift+Enter starts a new line.',
    });
    this.#files = element('input', {
      type: 'file',
      accept: 'image/png,image/jpeg,image/webp,image/gif',
      multiple: true,
      hidden: true,
      'data-testid': 'file-input',
    });
    this.#attach = iconButton('attach', 'Attach Images', { 'data-testid': 'attach' }, this.#onAttach);
    this.#modelButton = element('button', { type: 'button', class: 'model-button', 'data-testid': 'model' });
    this.#send = iconButton('send', 'Send', { class: 'icon-button send-button', 'data-testid': 'send' }, () => {});
    this.#notices = new ComposerNotices(host.post);
    const bar = element(
      'div',
      { class: 'composer-bar' },
      this.#attach,
      this.#modelButton,
      element('span', { class: 'spacer' }),
      this.#estimate.element,
      this.#send,
    );
    const box = element('div', { class: 'composer-box' }, this.#images.element, this.#text, this.#files, bar);
    this.element = element(
      'div',
      { class: 'composer', role: 'form', 'aria-label': 'Question' },
      this.#notices.element,
      this.#refusal,
      box,
    );
    this.#text.value = host.readDraft().text;
    this.#listen();
    this.#update();
  }

  setRunning(running: boolean): void {
    this.#running = running;
    this.#update();
  }

  setModel(model: ModelView): void {
    const changed = this.#model?.id !== model.id;
    this.#model = model;
    this.#images.setModel(model);
    this.#notices.setModel(model);
    if (changed) {
      this.#hideRefusal();
      this.#askForPrices(true);
    }
    this.#modelButton.replaceChildren(element('span', { class: 'model-name' }, model.name), icon('chevron-down'));
    this.#modelButton.setAttribute('aria-label', `${model.name} of ${model.provider}, switch model`);
    this.#modelButton.title = `Switch Model (${model.provider}, ${model.name}${model.price ? `: ${model.price}` : ''})`;
    this.#attach.setAttribute('aria-disabled', String(!model.vision));
    this.#attach.title = model.vision ? 'Attach Images' : `${model.name} cannot read images`;
    this.#attach.setAttribute('aria-label', this.#attach.title);
    this.#update();
  }

  /** Says above the text that a key is missing; the welcome says it where there is no conversation. */
  setKeyNotice(shown: boolean): void {
    this.#notices.setKeyMissing(shown);
  }

  focus(): void {
    this.#text.focus();
  }

  /** Puts a question into the composer, ready to be changed or sent. */
  fill(text: string): void {
    this.#text.value = text;
    this.#onInput();
    this.#text.focus();
    this.#text.setSelectionRange(text.length, text.length);
  }

  /** The host began the turn. */
  accepted(): void {
    this.#sent = undefined;
    this.#saveDraft();
    this.#update();
  }

  /** The host did not take the question: it comes back, before what was written meanwhile. */
  refused(reason: string): void {
    const sent = this.#sent;
    this.#sent = undefined;
    if (sent) {
      this.#text.value = [sent.text, this.#text.value].filter(Boolean).join('\n');
      this.#images.restore(sent.images);
    }
    this.#saveDraft();
    this.#showRefusal(reason);
    this.#update();
  }

  price({ images, likely, most }: Extract<ToWebview, { type: 'draft-priced' }>): void {
    this.#images.price(images);
    // An answer to a draft that is gone by now is not shown.
    if (this.#priced) this.#estimate.show(likely, most);
  }

  /** Takes files dropped anywhere on `target`. */
  acceptDrops(target: HTMLElement): void {
    listenToDrops(target, this.#addFiles, hovering => target.classList.toggle('dropping', hovering));
  }

  #listen(): void {
    this.#text.addEventListener('keydown', this.#onKey);
    this.#text.addEventListener('input', this.#onInput);
    this.#text.addEventListener('paste', event => {
      const files = pastedFiles(event.clipboardData);
      if (files.length === 0) return;
      event.preventDefault();
      this.#addFiles(files);
    });
    this.#files.addEventListener('change', () => {
      this.#addFiles([...(this.#files.files ?? [])]);
      // The same file chosen twice is a change too.
      this.#files.value = '';
      this.#text.focus();
    });
    this.#modelButton.addEventListener('click', () => this.#host.post({ type: 'pick-model' }));
    this.#send.addEventListener('click', event => {
      // The second half of a double click on Send must not stop what the first half began.
      if (!this.#running) this.#trySend();
      else if (event.detail < 2) this.#host.post({ type: 'stop' });
    });
    addEventListener('pagehide', () => this.#saveDraft());
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      if (!this.#running) this.#trySend();
    } else if (event.key === 'ArrowUp' && this.#text.value === '') {
      const last = this.#lastQuestion();
      if (!last) return;
      event.preventDefault();
      this.fill(last);
    }
  };

  readonly #onInput = (): void => {
    this.#update();
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => this.#saveDraft(), 300);
    clearTimeout(this.#priceTimer);
    this.#priceTimer = setTimeout(() => this.#askForPrices(false), this.#text.value.length > longDraft ? 1000 : 150);
  };

  readonly #onAttach = (): void => {
    if (this.#model?.vision === false)
      this.#showRefusal(`${this.#model.name} cannot read images. Switch to a model that can.`);
    else this.#files.click();
  };

  readonly #addFiles = (files: readonly File[]): void => {
    this.#hideRefusal();
    void this.#images.add(files);
  };

  readonly #onImages = (): void => {
    this.#askForPrices(false);
    this.#update();
    if (this.#sendWhenReady && !this.#images.busy) this.#trySend();
  };

  #trySend(): void {
    const text = this.#text.value.trim();
    if (this.#sent || (!text && this.#images.images.length === 0 && !this.#images.busy)) return;
    this.#sendWhenReady = this.#images.busy;
    if (this.#sendWhenReady) return;
    const { images } = this.#images;
    if (images.length > 0 && this.#model?.vision === false) {
      this.#showRefusal(`${this.#model.name} cannot read images. Remove them or switch to a model that can.`);
      return;
    }
    this.#hideRefusal();
    this.#sent = { text, images };
    this.#host.post({ type: 'send', text, images });
    this.#text.value = '';
    // Nothing is left to be priced.
    clearTimeout(this.#priceTimer);
    this.#priced = '';
    this.#images.clear();
    this.#estimate.show();
    this.#update();
  }

  /** Asks what sending the draft would cost, when it or the model changed. */
  #askForPrices(always: boolean): void {
    clearTimeout(this.#priceTimer);
    const images = this.#images.images.map(({ id, width, height }) => ({ id, width, height }));
    const text = this.#text.value.trim();
    const draft = [...images.map(({ id }) => id), text].join(' ');
    const empty = text === '' && images.length === 0;
    if (draft === this.#priced && !(always && !empty)) return;
    // An empty draft has no price, unless its last image has just gone.
    if (empty) this.#estimate.show();
    if (empty && !this.#priced) return;
    this.#priced = empty ? '' : draft;
    this.#host.post({ type: 'draft', text, images });
  }

  /** What was sent counts as the draft until the host took it: a reload in between loses nothing. */
  #saveDraft(): void {
    clearTimeout(this.#saveTimer);
    this.#host.writeDraft({ text: this.#sent && !this.#text.value ? this.#sent.text : this.#text.value });
  }

  #update(): void {
    const label = this.#running ? 'Stop' : 'Send';
    const empty = this.#text.value.trim() === '' && !this.#images.images.length && !this.#images.busy;
    this.#send.dataset['testid'] = this.#running ? 'stop' : 'send';
    this.#send.title = this.#running ? 'Stop (Escape)' : 'Send (Enter)';
    this.#send.setAttribute('aria-label', label);
    this.#send.setAttribute('aria-disabled', String(!this.#running && (empty || this.#sent !== undefined)));
    this.#send.replaceChildren(icon(this.#running ? 'debug-stop' : 'send'));
  }

  #showRefusal(reason: string): void {
    this.#sendWhenReady = false;
    this.#refusal.replaceChildren(
      icon('warning'),
      element('span', { class: 'refusal-text' }, reason),
      iconButton('close', 'Dismiss', {}, () => {
        this.#hideRefusal();
        this.#text.focus();
      }),
    );
    this.#refusal.hidden = false;
  }

  #hideRefusal(): void {
    this.#refusal.hidden = true;
    this.#refusal.replaceChildren();
  }
}
