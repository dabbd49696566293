type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/** An element with attributes (true: present, false or undefined: absent) and children. Strings become text nodes, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    created.setAttribute(name, value === true ? '' : value);
  }
  created.append(...children);
  return created;
}

/** A codicon; decoration only, the words stand beside it or in a label. */
export const icon = (name: string, modifier = ''): HTMLElement =>
  element('span', {
    class: `codicon codicon-${name}${modifier && ` codicon-modifier-${modifier}`}`,
    'aria-hidden': 'true',
  });

/** A button that shows an icon only; `label` is its tooltip and its name. */
export function iconButton(
  name: string,
  label: string,
  attributes: Attributes,
  onClick: () => void,
): HTMLButtonElement {
  const button = element(
    'button',
    { type: 'button', class: 'icon-button', title: label, 'aria-label': label, ...attributes },
    icon(name),
  );
  button.addEventListener('click', onClick);
  return button;
}

/** A button with words on it. */
export function textButton(label: string, attributes: Attributes, onClick: () => void): HTMLButtonElement {
  const button = element('button', { type: 'button', class: 'button secondary', ...attributes }, label);
  button.addEventListener('click', onClick);
  return button;
}
