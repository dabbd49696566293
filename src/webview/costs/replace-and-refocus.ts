/** Whoever stands on something that is drawn anew goes on standing on it: things are known by their `data-key`. */
export function replaceAndRefocus(part: Element, children: readonly Node[]): void {
  const focused = part.contains(document.activeElement)
    ? (document.activeElement as HTMLElement | SVGElement).dataset['key']
    : undefined;
  part.replaceChildren(...children);
  if (focused === undefined) return;
  for (const candidate of part.querySelectorAll<HTMLElement | SVGElement>('[data-key]'))
    if (candidate.dataset['key'] === focused) return candidate.focus({ preventScroll: true });
}
