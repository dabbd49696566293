import type { ActionView, FailureView } from '../protocol/chat-view-state.ts';
import { element, icon } from './element.ts';
import type { Post } from './vscode-api.ts';

/** What went wrong, where the answer would be, with the next actions as buttons. */
export function drawFailure(failure: FailureView, turnId: string, post: Post): HTMLElement {
  const { code, title, hint, mended } = failure;
  const card = element(
    'div',
    {
      class: mended ? 'failure mended' : 'failure',
      role: 'group',
      'aria-label': mended ? 'Notice' : 'Error',
      'data-testid': 'failure',
      'data-code': code,
    },
    element('div', { class: 'failure-title' }, icon(mended ? 'info' : 'error'), element('span', {}, title)),
  );
  if (hint) card.append(element('p', { class: 'failure-hint' }, hint));
  if (failure.resolutions.length > 0) {
    const steps = failure.resolutions.map(step => element('li', {}, step));
    card.append(fold('What you can do', element('ol', {}, ...steps)));
  }
  if (failure.detail)
    card.append(fold('What the server said', element('p', { class: 'failure-detail' }, failure.detail)));
  if (failure.actions.length > 0) card.append(drawActions(failure.actions, turnId, post));
  return card;
}

/** Puts a failure's new card in the old one's place: what was unfolded stays so, and whoever had the focus on a button keeps one. */
export function redrawFailure(old: HTMLElement, drawn: HTMLElement): void {
  const folds = [...old.querySelectorAll('details')];
  [...drawn.querySelectorAll('details')].forEach((fold, at) => fold.toggleAttribute('open', folds[at]?.open ?? false));
  const hadFocus = old.contains(document.activeElement);
  old.replaceWith(drawn);
  if (hadFocus) drawn.querySelector<HTMLElement>('.actions .button')?.focus();
}

/** A row of buttons that ask the host for something. */
export function drawActions(actions: readonly ActionView[], turnId: string | undefined, post: Post): HTMLElement {
  const buttons = actions.map(({ id, label, primary }) => {
    const button = element(
      'button',
      { type: 'button', class: primary ? 'button' : 'button secondary', 'data-action': id },
      label,
    );
    button.addEventListener('click', () => {
      post({ type: 'action', action: id, ...(turnId !== undefined && { turnId }) });
    });
    return button;
  });
  return element('div', { class: 'actions' }, ...buttons);
}

const fold = (title: string, content: HTMLElement): HTMLElement =>
  element('details', { class: 'fold' }, element('summary', {}, icon('chevron-right'), title), content);
