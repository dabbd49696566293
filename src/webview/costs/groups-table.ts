import type { CostViewState, GroupView } from '../../protocol/cost-view-state.ts';
import { element } from '../element.ts';
import { formatCount } from '../numbers.ts';
import type { CostsHost } from './costs-host.ts';
import { amount } from './summary.ts';

const titles = {
  model: 'By model',
  provider: 'By provider',
  feature: 'By feature',
  workspace: 'By workspace',
  conversation: 'By conversation',
} as const;

const percent = new Intl.NumberFormat(document.documentElement.lang || undefined, {
  style: 'percent',
  maximumFractionDigits: 0,
});

/** Sums of the range by what was chosen. The name of a group narrows the requests to it. */
export function drawGroups({ groups, query, chart }: CostViewState, host: CostsHost): Node[] {
  const { by, group: only } = query;
  const head = element('h2', { id: 'groups-title' }, titles[by]);
  if (!chart) return [head, element('p', { class: 'quiet' }, 'Adding up…')];
  if (groups.length === 0) return [head, element('p', { class: 'quiet' }, 'Nothing was spent in this range.')];
  const row = (group: GroupView): HTMLElement => {
    const chosen = only?.by === by && only.key === group.key;
    const name = element(
      'button',
      { type: 'button', class: 'link', 'data-key': `group ${group.key}`, 'aria-pressed': String(chosen) },
      group.label,
    );
    name.addEventListener('click', () =>
      chosen ? host.forget('group') : host.ask({ group: { by, key: group.key, label: group.label } }),
    );
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, name, ...(group.detail ? [element('span', { class: 'quiet' }, ` ${group.detail}`)] : [])),
      element('td', {}, amount(group.cost)),
      element('td', { class: 'wide' }, group.share === undefined ? '' : percent.format(group.share)),
      element('td', {}, formatCount(group.calls)),
      ...[group.inputTokens, group.cachedTokens, group.outputTokens, group.reasoningTokens].map(count =>
        element('td', { class: 'wide' }, formatCount(count)),
      ),
    );
  }; // prettier-ignore
  return [
    head,
    element(
      'table',
      { 'data-testid': 'groups' },
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { scope: 'col' }, 'Name'),
          element('th', { scope: 'col' }, 'Cost'),
          element('th', { scope: 'col', class: 'wide' }, 'Share'),
          element('th', { scope: 'col' }, 'Requests'),
          ...['Input', 'Cached', 'Output', 'Reasoning'].map(name => element('th', { scope: 'col', class: 'wide' }, name)),
        ),
      ),
      element('tbody', {}, ...groups.map(row)),
    ),
    element('p', { class: 'quiet' }, 'Tokens; cached is part of input, reasoning is part of output.'),
  ]; // prettier-ignore
}
