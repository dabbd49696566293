import type { RequestFacts } from '../../protocol/cost-view-state.ts';
import { element } from '../element.ts';

/** Everything that is known of a request, and the usage as the provider reported it. */
export function drawFacts({ facts, usage }: RequestFacts): HTMLElement {
  return element(
    'div',
    { class: 'facts', 'data-testid': 'facts' },
    element(
      'dl',
      {},
      ...facts.map(({ name, value }) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
    ),
    ...(usage === undefined
      ? []
      : [element('h3', {}, 'Usage as reported'), element('pre', { tabindex: '0', 'aria-label': 'Usage as reported' }, usage)]),
  );
} // prettier-ignore
