import type { ActionView, FailureView } from '../protocol/chat-view-state.ts';
import { element, icon } from './element.ts';
import type { Post } from './vscode-api.ts';

/** What went wrong, where the answer would be, with the next actions as buttons. */
export function drawFailure(failure: FailureView, turnId: string, post: Post): HTMLElement {
  const card = element(
    'div',
    { class: 'failure', role: 'group', 'aria-label': 'Error', 'data-testid': 'failure', 'data-code': failure.code },
    element('div', { class: 'failure-title' }, icon('error'), element('span', {}, failure.title)),
  );
  if (failure.resolutions.length > 0) {
    const steps = failure.resolutions.map(step => element('li', {}, step));
    card.append(fold('What you can do', element('ol', {}, ...steps)));
  }
  if (failure.detail)
    card.append(fold('What the server said', element('p', { class: 'failure-detail' }, failure.detail)));
  if (failure.actions.length > 0) card.append(drawActions(failure.actions, turnId, post));
  return card;
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
