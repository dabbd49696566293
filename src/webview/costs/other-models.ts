import type { OthersScope, OthersView } from '../../protocol/cost-view-state.ts';
import { element, textButton } from '../element.ts';
import { formatPlural } from '../numbers.ts';
import type { CostsHost } from './costs-host.ts';
import { amount } from './summary.ts';

const scopes: readonly (readonly [OthersScope, string])[] = [
  ['session', 'This session'],
  ['range', 'What is shown'],
];

/** What the same tokens would have cost on other models. Worked out when it is asked for. */
export function drawOthers(others: OthersView | undefined, host: CostsHost): Node[] {
  return [
    element(
      'div',
      { class: 'section-head' },
      element('h2', { id: 'others-title' }, 'On other models'),
      ...scopes.map(([scope, label]) =>
        textButton(label, { 'aria-pressed': String(others?.scope === scope), 'data-key': `scope ${scope}` }, () =>
          host.post({ type: 'compare', scope }),
        ),
      ),
    ),
    ...(others ? drawAnswer(others) : [element('p', { class: 'quiet' }, 'What the same requests would have cost elsewhere.')]),
  ]; // prettier-ignore
}

function drawAnswer({ calls, actual, models }: OthersView): Node[] {
  if (calls === 0) return [element('p', { class: 'quiet' }, 'There is no request with token counts to compare.')];
  return [
    element(
      'p',
      {},
      `${formatPlural(calls, 'request', 'requests')} cost `,
      amount(actual),
      '. An estimate: every model counts the same text in tokens of its own, and answers at its own length.',
    ),
    element(
      'div',
      { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': 'Costs on other models' },
      element(
        'table',
        { 'data-testid': 'others' },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...['Model', 'Would have cost', 'Difference'].map(name => element('th', { scope: 'col' }, name)),
            element('th', { scope: 'col', class: 'wide name' }, 'Price'),
          ),
        ),
        element(
          'tbody',
          {},
          ...models.map(({ model, provider, cost, difference, note }) =>
            element(
              'tr',
              {},
              element('th', { scope: 'row' }, model, element('span', { class: 'quiet' }, ` ${provider}`)),
              element('td', {}, amount(cost)),
              element('td', {}, difference ?? ''),
              element('td', { class: 'wide name quiet' }, note),
            ),
          ),
        ),
      ),
    ),
  ];
}
