/**
 * Makes `current` look like `wanted` and returns the element now in the page. Nodes that stay the same stay the same objects, and text
 * that only grew is only appended to: a selection, a focused button and a scrolled table survive the redraw of the block around them.
 */
export function patch(current: Element, wanted: Element): Element {
  if (current.tagName !== wanted.tagName) {
    current.replaceWith(wanted);
    return wanted;
  }
  patchAttributes(current, wanted);
  const old = [...current.childNodes];
  const next = [...wanted.childNodes];
  next.forEach((node, index) => {
    const before = old[index];
    if (!before) current.append(node);
    else if (before instanceof Text && node instanceof Text) patchText(before, node.data);
    else if (before instanceof Element && node instanceof Element) patch(before, node);
    else before.replaceWith(node);
  });
  for (const node of old.slice(next.length)) node.remove();
  return current;
}

function patchText(node: Text, text: string): void {
  if (node.data === text) return;
  if (text.startsWith(node.data)) node.appendData(text.slice(node.data.length));
  else node.data = text;
}

function patchAttributes(current: Element, wanted: Element): void {
  for (const name of current.getAttributeNames()) if (!wanted.hasAttribute(name)) current.removeAttribute(name);
  for (const { name, value } of wanted.attributes)
    if (current.getAttribute(name) !== value) current.setAttribute(name, value);
}
