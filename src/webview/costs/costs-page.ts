import type { FromCostView, ToCostView } from '../../protocol/cost-messages.ts';
import { changeCostView, type CostQuery, type CostViewState } from '../../protocol/cost-view-state.ts';
import { element, icon } from '../element.ts';
import { CostChart } from './cost-chart.ts';
import type { CostsHost } from './costs-host.ts';
import { drawGroups } from './groups-table.ts';
import { drawOthers } from './other-models.ts';
import { replaceAndRefocus } from './replace-and-refocus.ts';
import { RequestsSection } from './requests-section.ts';
import { drawSummary } from './summary.ts';

/** The whole cost view: folds what the host says into the state and draws the parts of it that changed. */
export class CostsPage {
  readonly #host: CostsHost;
  readonly #summary = element('section', { class: 'summary', 'aria-label': 'Totals' });
  readonly #notices = element('div', { class: 'notices', role: 'status' });
  readonly #chart: CostChart;
  readonly #groups = element('section', { 'aria-labelledby': 'groups-title' });
  readonly #requests: RequestsSection;
  readonly #others = element('section', { 'aria-labelledby': 'others-title' });
  readonly #drawn = new Map<HTMLElement, string>();
  #state: CostViewState | undefined;

  constructor(root: HTMLElement, post: (message: FromCostView) => void) {
    this.#host = {
      post,
      ask: changes => {
        if (!this.#state) return;
        const { bar, ...query } = this.#state.query;
        // A bar is of its range: another one has others.
        const kept = changes.range === undefined && bar !== undefined ? { bar } : {};
        this.#ask({ ...query, ...kept, offset: 0, ...changes });
      },
      forget: what => {
        if (!this.#state) return;
        const { [what]: _gone, ...query } = this.#state.query;
        this.#ask({ ...query, offset: 0 });
      },
    };
    this.#chart = new CostChart(this.#host);
    this.#requests = new RequestsSection(this.#host);
    root.replaceChildren(
      element(
        'main',
        { class: 'costs' },
        this.#header(),
        this.#notices,
        this.#summary,
        this.#chart.element,
        this.#groups,
        this.#requests.element,
        this.#others,
      ),
    );
  }

  receive(message: ToCostView): void {
    if (message.type === 'snapshot') this.#show(message.state);
    else if (this.#state) this.#show(changeCostView(this.#state, message.changes));
  }

  #ask(query: CostQuery): void {
    this.#host.post({ type: 'query', query });
  }

  #header(): HTMLElement {
    const button = (label: string, name: string, type: 'export' | 're-rate' | 'delete'): HTMLElement => {
      const made = element(
        'button',
        { type: 'button', class: 'button secondary', 'data-testid': type },
        icon(name),
        element('span', {}, label),
      );
      made.addEventListener('click', () => this.#host.post({ type }));
      return made;
    };
    return element(
      'header',
      {},
      element('h1', {}, 'Costs'),
      element(
        'div',
        { class: 'actions' },
        button('Export…', 'export', 'export'),
        button('Re-rate…', 'refresh', 're-rate'),
        button('Delete…', 'trash', 'delete'),
      ),
    );
  }

  #show(state: CostViewState): void {
    this.#state = state;
    const { periods, budgets, notices, groups, query, others } = state;
    this.#draw(this.#notices, notices, () => notices.map(notice => element('p', {}, icon('info'), ` ${notice}`)));
    this.#draw(this.#summary, [periods, budgets], () => drawSummary(periods, budgets));
    this.#chart.show(state);
    this.#draw(this.#groups, [groups, query.by, query.group], () => drawGroups(state, this.#host));
    this.#requests.show(state);
    this.#draw(this.#others, [others], () => drawOthers(others, this.#host));
  }

  /** Draws a part anew only where something in it changed, and leaves the focus where it was. */
  #draw(part: HTMLElement, shown: unknown, draw: () => readonly Node[]): void {
    const now = JSON.stringify(shown);
    if (this.#drawn.get(part) === now) return;
    this.#drawn.set(part, now);
    replaceAndRefocus(part, draw());
  }
}
