import type { BudgetView, MoneyView, PeriodView } from '../../protocol/cost-view-state.ts';
import { element } from '../element.ts';
import { formatPlural } from '../numbers.ts';

/** An amount for a person; every digit of it is its tooltip. */
export const amount = ({ text, exact }: MoneyView): HTMLElement =>
  element('span', { class: 'amount', title: exact }, text);

/** The periods, and what is left of each budget. */
export function drawSummary(periods: readonly PeriodView[], budgets: readonly BudgetView[]): HTMLElement[] {
  return [
    element(
      'dl',
      { class: 'totals' },
      ...periods.map(({ name, cost, calls, forecast }) =>
        element(
          'div',
          {},
          element('dt', {}, name),
          element('dd', {}, amount(cost)),
          element(
            'dd',
            { class: 'quiet' },
            [formatPlural(calls, 'request', 'requests'), ...(forecast === undefined ? [] : [forecast])].join(' · '),
          ),
        ),
      ),
      ...budgets.map(drawBudget),
    ),
    ...(budgets.length === 0 ? [element('p', { class: 'quiet' }, 'No budget is set.')] : []),
  ];
}

function drawBudget({ name, left, limit, used }: BudgetView): HTMLElement {
  const percent = Math.round(used * 100);
  const meter = element('meter', {
    min: '0',
    max: '100',
    high: '80',
    value: String(percent),
    'aria-label': `${name} budget used`,
  });
  return element(
    'div',
    {},
    element('dt', {}, `${name} budget left`),
    element('dd', {}, amount(left)),
    element('dd', { class: 'quiet' }, meter, ` of ${limit}`),
  );
}
