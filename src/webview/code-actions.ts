import type { Post } from './vscode-api.ts';

/** Copy and Insert at Cursor of every code block below `root`: one listener, so that drawing a block creates none. */
export function listenToCodeActions(root: Element, post: Post, announce: (text: string) => void): void {
  root.addEventListener('click', event => {
    const button = event.target instanceof Element ? event.target.closest('button[data-testid]') : null;
    const kind = button?.getAttribute('data-testid');
    if (!button || (kind !== 'copy-code' && kind !== 'insert-code')) return;
    const code = button.closest('.code-block')?.querySelector('code')?.textContent ?? '';
    const text = code.replace(/\n$/, '');
    if (kind === 'insert-code') post({ type: 'insert', text });
    else {
      post({ type: 'copy', text });
      confirmCopy(button, announce);
    }
  });
}

/** Shows a check mark where the copy icon is, for a moment. */
export function confirmCopy(button: Element, announce: (text: string) => void): void {
  const glyph = button.querySelector('.codicon');
  glyph?.classList.replace('codicon-copy', 'codicon-check');
  announce('Copied');
  setTimeout(() => glyph?.classList.replace('codicon-check', 'codicon-copy'), 1500);
}
