import type { ModelView } from '../protocol/chat-view-state.ts';
import { element, icon } from './element.ts';
import type { Post } from './vscode-api.ts';

/** What is to be known before a question is asked: that a key is missing, what the model cannot do, that its days are counted. */
export class ComposerNotices {
  readonly element: HTMLElement;
  readonly #key: HTMLElement;
  readonly #keyText = element('span', {});
  readonly #notes: HTMLElement;

  constructor(post: Post) {
    const set = button('Set API Key', 'set-key', post);
    this.#key = element('div', { class: 'key-notice', hidden: true, 'data-testid': 'key-notice' }, this.#keyText, set);
    this.#notes = element('div', { class: 'model-notes', hidden: true, 'data-testid': 'model-notes' });
    this.element = element('div', {}, this.#key, this.#notes);
  }

  setKeyMissing(missing: boolean): void {
    this.#key.hidden = !missing;
  }

  setModel({ provider, notes = [] }: ModelView): void {
    this.#keyText.textContent = `Questions need an API key of ${provider}.`;
    this.#notes.hidden = notes.length === 0;
    this.#notes.replaceChildren(
      ...notes.map(note => element('p', { class: 'model-note' }, icon('info'), element('span', {}, note))),
    );
  }
}

function button(label: string, action: 'set-key', post: Post): HTMLButtonElement {
  const made = element('button', { type: 'button', class: 'button', 'data-action': action }, label);
  made.addEventListener('click', () => post({ type: 'action', action }));
  return made;
}
