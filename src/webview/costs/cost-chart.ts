import type { BarView, ChartView, CostDimension, CostRange, CostViewState } from '../../protocol/cost-view-state.ts';
import { element } from '../element.ts';
import { formatPlural } from '../numbers.ts';
import { choice } from './choice.ts';
import type { CostsHost } from './costs-host.ts';
import { replaceAndRefocus } from './replace-and-refocus.ts';
import { amount } from './summary.ts';
import { svg } from './svg.ts';

const height = 180;
/** Room for the amounts at the left and the days at the foot. */
const margin = { left: 56, top: 8, foot: 22 };

const ranges: readonly (readonly [CostRange, string])[] = [
  ['7-days', 'Last 7 days'],
  ['30-days', 'Last 30 days'],
  ['90-days', 'Last 90 days'],
  ['month', 'This month'],
  ['all', 'All time'],
];
const dimensions: readonly (readonly [CostDimension, string])[] = [
  ['model', 'Model'],
  ['provider', 'Provider'],
  ['feature', 'Feature'],
  ['workspace', 'Workspace'],
  ['conversation', 'Conversation'],
];

/** Bars by day or month, stacked by what was chosen; the same as a table below. A bar, chosen, narrows the requests to its day. */
export class CostChart {
  readonly element: HTMLElement;
  readonly #host: CostsHost;
  readonly #range;
  readonly #by;
  readonly #plot = element('div', { class: 'plot' });
  readonly #readout = element('p', { class: 'quiet readout', 'data-testid': 'readout' });
  readonly #legend = element('ul', { class: 'legend', 'aria-hidden': 'true' });
  readonly #table = element('div', {
    class: 'table-scroll',
    tabindex: '0',
    role: 'region',
    'aria-label': 'Chart as table',
  });
  #chart: ChartView | undefined;
  #bar: number | undefined;
  #drawn = '';

  constructor(host: CostsHost) {
    this.#host = host;
    this.#range = choice('Range', ranges, range => host.ask({ range }), 'range');
    this.#by = choice('By', dimensions, by => host.ask({ by }), 'by');
    this.element = element(
      'section',
      { 'aria-labelledby': 'chart-title' },
      element(
        'div',
        { class: 'section-head' },
        element('h2', { id: 'chart-title' }, 'Spending'),
        this.#range.element,
        this.#by.element,
      ),
      this.#plot,
      this.#readout,
      this.#legend,
      element('details', { class: 'as-table' }, element('summary', {}, 'Show as table'), this.#table),
    );
    new ResizeObserver(() => this.#draw()).observe(this.#plot);
  }

  show({ chart, query }: CostViewState): void {
    this.#range.select(query.range);
    this.#by.select(query.by);
    this.#chart = chart;
    this.#bar = query.bar;
    this.#draw();
  }

  #draw(): void {
    const width = Math.floor(this.#plot.clientWidth);
    const now = JSON.stringify([width, this.#chart, this.#bar]);
    if (now === this.#drawn || width === 0) return;
    this.#drawn = now;
    const chart = this.#chart;
    if (!chart) return this.#plot.replaceChildren(element('p', { class: 'quiet' }, 'Adding up…'));
    replaceAndRefocus(this.#plot, [this.#drawPlot(chart, width)]);
    const chosen = chart.bars.find(({ from }) => from === this.#bar);
    this.#read(chosen ?? chart.bars.at(-1));
    this.#legend.replaceChildren(
      ...chart.series.map((label, at) =>
        element('li', {}, element('span', { class: `key series-${at}` }), ` ${label}`),
      ),
    );
    this.#table.replaceChildren(drawTable(chart));
  }

  #drawPlot(chart: ChartView, width: number): SVGElement {
    const inner = { width: width - margin.left, height: height - margin.top - margin.foot };
    const step = inner.width / chart.bars.length;
    const foot = margin.top + inner.height;
    const stop = chart.bars.findIndex(({ from }) => from === this.#bar);
    const lines = chart.axis.flatMap(({ at, label }) => {
      const y = foot - at * inner.height;
      return [
        svg('line', { class: 'grid', x1: margin.left, x2: width, y1: y, y2: y }),
        svg('text', { class: 'tick', x: margin.left - 6, y: y + 4, 'text-anchor': 'end' }, label),
      ];
    });
    const bars = chart.bars.map((bar, at) => {
      const group = this.#drawBar(bar, margin.left + at * step, step, inner.height);
      // One stop for Tab, arrows from there.
      group.setAttribute('tabindex', at === (stop === -1 ? chart.bars.length - 1 : stop) ? '0' : '-1');
      return group;
    });
    const plot = svg(
      'svg',
      { width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': 'Cost by time; arrow keys move from bar to bar' },
      ...lines,
      svg('line', { class: 'base', x1: margin.left, x2: width, y1: foot, y2: foot }),
      ...labelsOf(chart.bars, step, width),
      ...bars,
    ); // prettier-ignore
    plot.addEventListener('keydown', event => this.#move(event, bars));
    return plot;
  }

  #drawBar(bar: BarView, left: number, step: number, full: number): SVGElement {
    const gap = Math.min(4, step * 0.2);
    const chosen = bar.from === this.#bar;
    let top = margin.top + full;
    const parts = bar.parts.map(({ height: share }, at) => {
      // What cost anything at all can be seen.
      const high = share > 0 ? Math.max(1, share * full) : 0;
      top -= high;
      return svg('rect', { class: `series-${at}`, x: left + gap / 2, width: step - gap, y: top, height: high });
    });
    const group = svg(
      'g',
      {
        class: 'bar',
        role: 'button',
        'data-key': `bar ${bar.from}`,
        'aria-pressed': String(chosen),
        'aria-label': describe(bar, this.#chart!.series),
      },
      svg('rect', { class: 'hit', x: left, width: step, y: margin.top, height: full }),
      ...parts,
    );
    const choose = (): void => (chosen ? this.#host.forget('bar') : this.#host.ask({ bar: bar.from }));
    group.addEventListener('click', choose);
    group.addEventListener('pointerenter', () => this.#read(bar));
    group.addEventListener('focus', () => this.#read(bar));
    group.addEventListener('keydown', event => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      choose();
    });
    return group;
  }

  #move(event: KeyboardEvent, bars: readonly SVGElement[]): void {
    const at = bars.findIndex(bar => bar === document.activeElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: bars.length - 1 }[event.key];
    const bar = to === undefined ? undefined : bars[to];
    if (!bar) return;
    event.preventDefault();
    bars[at]?.setAttribute('tabindex', '-1');
    bar.setAttribute('tabindex', '0');
    bar.focus();
  }

  #read(bar: BarView | undefined): void {
    if (bar && this.#chart) this.#readout.textContent = describe(bar, this.#chart.series);
  }
}

function describe({ label, cost, calls, parts }: BarView, series: readonly string[]): string {
  const of = parts.flatMap(({ cost: { text } }, at) => (text ? [`${series[at]} ${text}`] : []));
  const detail = of.length > 1 ? `: ${of.join(', ')}` : of.length === 1 ? `, ${series[parts.findIndex(part => part.cost.text)]}` : '';
  return `${label}: ${cost.text}, ${formatPlural(calls, 'request', 'requests')}${detail}`;
} // prettier-ignore

/** As many labels as there is room for, the newest always among them. */
function labelsOf(bars: readonly BarView[], step: number, width: number): SVGElement[] {
  const every = Math.ceil(64 / step);
  return bars.flatMap(({ label }, at) => {
    if ((bars.length - 1 - at) % every !== 0) return [];
    const middle = margin.left + (at + 0.5) * step;
    const last = at === bars.length - 1 && middle + 24 > width;
    const x = last ? width : middle;
    return [svg('text', { class: 'tick', x, y: height - 6, 'text-anchor': last ? 'end' : 'middle' }, label)];
  });
}

function drawTable({ series, bars }: ChartView): HTMLElement {
  const head = ['Time', ...series, 'All', 'Requests'].map(name => element('th', { scope: 'col' }, name));
  const rows = bars
    .filter(({ calls }) => calls > 0)
    .toReversed()
    .map(({ label, parts, cost, calls }) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, label),
        ...parts.map(part => element('td', {}, amount(part.cost))),
        element('td', {}, amount(cost)),
        element('td', {}, String(calls)),
      ),
    );
  return element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows));
}
