import { maxOffset } from '../../protocol/cost-messages.ts';
import type { CostViewState, RequestOrder, RequestView } from '../../protocol/cost-view-state.ts';
import { element, icon, textButton } from '../element.ts';
import { formatCount } from '../numbers.ts';
import type { CostsHost } from './costs-host.ts';
import { replaceAndRefocus } from './replace-and-refocus.ts';
import { drawFacts } from './request-facts.ts';
import { amount } from './summary.ts';

const times = new Intl.DateTimeFormat(document.documentElement.lang || undefined, {
  dateStyle: 'medium',
  timeStyle: 'short',
});
/** As many as the host gives at a time. */
const pageSize = 50;
/** Typing is waited for: each letter would be a question of its own. */
const searchAfterMs = 250;

const columns: readonly { readonly name: string; readonly order?: RequestOrder; readonly look?: string }[] = [
  { name: 'Time', order: 'time' },
  { name: 'Model', look: 'name' },
  { name: 'Feature', look: 'wide name' },
  { name: 'Workspace', look: 'wide name' },
  { name: 'Conversation', look: 'wide name' },
  { name: 'Input', order: 'input', look: 'wide' },
  { name: 'Output', order: 'output', look: 'wide' },
  { name: 'Cost', order: 'cost' },
  { name: 'State', look: 'wide name' },
];

/** Every request of the range: searched, narrowed, sorted, a page at a time. A row opens what is known of its request. */
export class RequestsSection {
  readonly element: HTMLElement;
  readonly #host: CostsHost;
  readonly #search = element('input', {
    type: 'search',
    placeholder: 'Search requests',
    'aria-label': 'Search requests',
    maxlength: '200',
    'data-testid': 'search',
  });
  readonly #chips = element('div', { class: 'chips' });
  readonly #list = element('div', { class: 'requests' });
  readonly #status = element('div', { class: 'visually-hidden', role: 'status' });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #drawn = '';

  constructor(host: CostsHost) {
    this.#host = host;
    this.#search.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => host.ask({ search: this.#search.value }), searchAfterMs);
    });
    this.element = element(
      'section',
      { 'aria-labelledby': 'requests-title' },
      element(
        'div',
        { class: 'section-head' },
        element('h2', { id: 'requests-title' }, 'Requests'),
        this.#search,
        this.#chips,
      ),
      this.#list,
      this.#status,
    );
  }

  show(state: CostViewState): void {
    const { requests, query, facts, chart } = state;
    const now = JSON.stringify([requests, query, facts]);
    if (now === this.#drawn) return;
    this.#drawn = now;
    // What is being typed is newer than what comes back.
    if (document.activeElement !== this.#search) this.#search.value = query.search;
    const bar = chart?.bars.find(({ from }) => from === query.bar);
    replaceAndRefocus(this.#chips, [
      ...(query.group ? [this.#chip(query.group.label, 'group')] : []),
      ...(query.bar === undefined ? [] : [this.#chip(bar?.label ?? 'one day', 'bar')]),
    ]);
    replaceAndRefocus(this.#list, this.#drawList(state));
    if (requests) this.#status.textContent = `${formatCount(requests.requests.length)} requests shown`;
  }

  #chip(label: string, what: 'group' | 'bar'): HTMLElement {
    const name = `Show all, not only “${label}”`;
    const chip = element(
      'button',
      { type: 'button', class: 'chip', title: name, 'aria-label': name, 'data-key': what },
      `${label} `,
      icon('close'),
    );
    chip.addEventListener('click', () => this.#host.forget(what));
    return chip;
  }

  #drawList(state: CostViewState): Node[] {
    const { requests, query } = state;
    if (!requests) return [element('p', { class: 'quiet' }, 'Looking…')];
    if (requests.requests.length === 0) {
      const narrowed = query.search || query.group || query.bar !== undefined;
      return [
        element('p', { class: 'quiet' }, narrowed ? 'No request matches.' : 'No requests were made in this range.'),
      ];
    }
    return [
      element(
        'table',
        { 'data-testid': 'requests' },
        element('thead', {}, element('tr', {}, ...columns.map(column => this.#head(column, state)))),
        element('tbody', {}, ...requests.requests.flatMap(request => this.#rows(request, state))),
      ),
      this.#pager(state),
    ];
  }

  #head({ name, order, look }: (typeof columns)[number], { query }: CostViewState): HTMLElement {
    const sorted = order === query.order;
    const way = query.descending ? 'descending' : 'ascending';
    const cell = element('th', { scope: 'col', class: look, 'aria-sort': sorted && way });
    if (!order) {
      cell.append(name);
      return cell;
    }
    const sort = element('button', { type: 'button', class: 'sort', 'data-key': `sort ${order}` }, name);
    if (sorted) sort.append(' ', icon(query.descending ? 'arrow-down' : 'arrow-up'));
    sort.addEventListener('click', () => this.#host.ask({ order, descending: !(sorted && query.descending) }));
    cell.append(sort);
    return cell;
  }

  #rows(request: RequestView, { facts }: CostViewState): HTMLElement[] {
    const { id, started, model, feature, workspace, conversation, inputTokens, outputTokens, cost, state } = request;
    const opened = facts?.id === id;
    const open = element(
      'button',
      { type: 'button', class: 'open', 'aria-expanded': String(opened), 'data-key': `open ${id}` },
      icon(opened ? 'chevron-down' : 'chevron-right'),
      times.format(started),
    );
    open.addEventListener('click', () => this.#host.post(opened ? { type: 'open' } : { type: 'open', id }));
    const text = (value: string): HTMLElement => element('td', { class: 'wide name' }, value);
    const count = (tokens: number | undefined): HTMLElement =>
      element('td', { class: 'wide' }, tokens === undefined ? 'unknown' : formatCount(tokens));
    return [
      element(
        'tr',
        {},
        element('th', { scope: 'row', class: 'time' }, open),
        element('td', { class: 'name' }, model),
        ...[feature, workspace, conversation].map(text),
        count(inputTokens),
        count(outputTokens),
        element('td', {}, amount(cost)),
        text(state),
      ),
      ...(facts && opened
        ? [element('tr', { class: 'facts-row' }, element('td', { colspan: String(columns.length) }, drawFacts(facts)))]
        : []),
    ];
  }

  #pager({ requests }: CostViewState): HTMLElement {
    const { offset, more, requests: shown } = requests!;
    const to = (at: number): void => this.#host.ask({ offset: at });
    const button = (label: string, enabled: boolean, at: number): HTMLElement =>
      textButton(label, { disabled: !enabled, 'data-key': label }, () => to(at));
    return element(
      'nav',
      { class: 'pager', 'aria-label': 'Pages of requests' },
      button('Previous', offset > 0, Math.max(0, offset - pageSize)),
      element('span', { class: 'quiet' }, `${formatCount(offset + 1)} to ${formatCount(offset + shown.length)}`),
      button('Next', more && offset + pageSize <= maxOffset, offset + pageSize),
    );
  }
}
