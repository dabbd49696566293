import { element } from '../element.ts';

/** A select with its label. `onChange` hears one of the values. */
export function choice<Value extends string>(
  label: string,
  values: readonly (readonly [value: Value, text: string])[],
  onChange: (value: Value) => void,
  key: string,
): { readonly element: HTMLElement; select(value: Value): void } {
  const select = element(
    'select',
    { 'data-key': key, 'data-testid': key },
    ...values.map(([value, text]) => element('option', { value }, text)),
  );
  select.addEventListener('change', () => onChange(select.value as Value));
  return {
    element: element('label', { class: 'choice' }, `${label} `, select),
    select: value => {
      select.value = value;
    },
  };
}
