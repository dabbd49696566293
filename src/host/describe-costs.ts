import { Money } from '../core/money.ts';
import type { Dimension, GroupSum, Span } from '../cost/call-archive.ts';
import { addedUp, GroupSums, shareOf } from '../cost/call-arithmetic.ts';
import type { CallFilter, Cap } from '../cost/call-store.ts';
import { forecast } from '../cost/forecast.ts';
import type { Ledger, LedgerTotal } from '../cost/ledger.ts';
import type { OtherCost } from '../cost/other-models.ts';
import { findVendor } from '../llm/vendors.ts';
import type {
  BarView,
  BudgetView,
  ChartView,
  GroupView,
  MoneyView,
  OtherModelView,
  PeriodView,
} from '../protocol/cost-view-state.ts';
import { budgetTitle, standingsOf } from './budget-standing.ts';
import { explainFlag } from './cost-flags.ts';
import { monthAround } from './cost-spans.ts';
import { type CostParts, formatCost } from './format-cost.ts';

/** Colours a chart has; what comes after them is drawn together. */
const mostSeries = 6;

export const moneyView = (parts: CostParts, locale: string): MoneyView => {
  const { money, calls, unknownCalls } = parts;
  if (calls > 0 && unknownCalls === calls) return { text: 'unknown', exact: 'unknown' };
  const unknown = unknownCalls > 0 ? `, and ${unknownCalls.toLocaleString(locale)} of unknown cost` : '';
  return { text: formatCost(parts, locale), exact: `$${money.toString()}${unknown}` };
};

export const labelOf = (provider: string): string => findVendor(provider)?.label ?? provider;

export function describePeriods(
  ledger: Ledger,
  periods: { readonly session: CallFilter; readonly today: CallFilter; readonly month: CallFilter },
  now: number,
  locale: string,
): PeriodView[] {
  const month = ledger.total(periods.month);
  const whole = monthAround(now);
  const likely = forecast(month.money, whole, now);
  const lastDay = new Date(whole.to - 1).toLocaleDateString(locale, { month: 'long', day: 'numeric' });
  const period = (name: string, total: LedgerTotal): PeriodView => ({
    name,
    cost: total.running ? runningView(total, locale) : moneyView(total, locale),
    calls: total.calls,
  });
  return [
    period('This session', ledger.total(periods.session)),
    period('Today', ledger.total(periods.today)),
    {
      ...period('This month', month),
      ...(month.calls > 0 && {
        forecast: likely ? `≈ ${likely.format(locale)} by ${lastDay}` : 'too early for a forecast',
      }),
    },
  ];
}

function runningView(total: LedgerTotal, locale: string): MoneyView {
  const money = total.money.add(total.running!);
  return { text: `≈ ${money.format(locale)}`, exact: `about $${money.toString()}, still running` };
}

export const describeBudgets = (caps: readonly Cap[], ledger: Ledger, locale: string): BudgetView[] =>
  standingsOf(caps, filter => ledger.total(filter)).map(({ cap, left, total }) => ({
    name: budgetTitle(cap),
    left: { text: left.format(locale), exact: `$${left.toString()}` },
    limit: cap.limit.format(locale),
    used: Math.min(1, shareOf(total.committed, cap.limit) ?? 1),
  }));

/** What is known of a group, to be shown: its name, and who answers where the name does not tell. */
export type NameOf = (key: string) => { readonly label: string; readonly detail?: string };

export const nameIn =
  (by: Dimension, titleOf: (conversation: string) => string | undefined): NameOf =>
  key => {
    if (by === 'model') {
      const slash = key.indexOf('/');
      return { label: key.slice(slash + 1), detail: labelOf(key.slice(0, slash)) };
    }
    if (by === 'provider') return { label: labelOf(key) };
    if (by === 'conversation' && key) return { label: titleOf(key) || 'Untitled' };
    return { label: key || { feature: 'none', workspace: 'no folder', conversation: 'no conversation' }[by] };
  };

export function describeChart(
  bars: readonly Span[],
  sums: readonly (readonly GroupSum[])[],
  nameOf: NameOf,
  locale: string,
): ChartView {
  const keys = allTogether(sums).map(({ key }) => key);
  const own = keys.length > mostSeries ? keys.slice(0, mostSeries - 1) : keys;
  const others = new Set(keys.slice(own.length));
  const totals = sums.map(groups => addedUp(groups, ''));
  const most = totals.reduce((top, total) => (total && total.money.pico > top ? total.money.pico : top), 0n);
  const height = (money: Money): number => (most > 0n ? Number((money.pico * 1_000_000n) / most) / 1_000_000 : 0);
  const part = (sum: GroupSum | undefined): BarView['parts'][number] =>
    sum ? { height: height(sum.money), cost: moneyView(sum, locale) } : { height: 0, cost: { text: '', exact: '' } };
  return {
    series: [...own.map(key => nameOf(key).label), ...(others.size > 0 ? [`${others.size} others`] : [])],
    axis: axisOf(most, locale),
    bars: bars.map((span, at) => {
      const groups = sums[at]!;
      const total = totals[at];
      const rest = addedUp(
        groups.filter(({ key }) => others.has(key)),
        '',
      );
      return {
        from: span.from,
        label: barLabel(span, locale),
        cost: total ? moneyView(total, locale) : { text: '$0.00', exact: '$0' },
        calls: total?.calls ?? 0,
        parts: [
          ...own.map(key => part(groups.find(group => group.key === key))),
          ...(others.size > 0 ? [part(rest)] : []),
        ],
      };
    }),
  };
}

function barLabel({ from, to }: Span, locale: string): string {
  const isMonth = to - from > 2 * 86_400_000;
  return new Date(from).toLocaleDateString(
    locale,
    isMonth ? { month: 'short', year: 'numeric' } : { month: 'short', day: 'numeric' },
  );
}

/** A round amount at or under the highest bar, and half of it. */
function axisOf(most: bigint, locale: string): ChartView['axis'] {
  if (most <= 0n) return [];
  const power = 10n ** BigInt(most.toString().length - 1);
  const top = [5n, 2n, 1n].map(step => step * power).find(amount => amount <= most)!;
  return [top / 2n, top].map(pico => ({
    at: Number((pico * 10_000n) / most) / 10_000,
    label: new Money(pico).format(locale),
  }));
}

export function describeGroups(
  sums: readonly (readonly GroupSum[])[],
  nameOf: NameOf,
  locale: string,
  most: number,
): GroupView[] {
  const groups = allTogether(sums);
  const whole = addedUp(groups, '')?.money;
  return groups.slice(0, most).map(sum => {
    const { key, calls, inputTokens, cachedTokens, outputTokens, reasoningTokens, money } = sum;
    const share = whole && sum.unknownCalls < calls ? shareOf(money, whole) : undefined;
    return {
      key,
      ...nameOf(key),
      cost: moneyView(sum, locale),
      ...(share !== undefined && { share }),
      calls,
      inputTokens,
      cachedTokens,
      outputTokens,
      reasoningTokens,
    };
  });
}

function allTogether(sums: readonly (readonly GroupSum[])[]): GroupSum[] {
  const all = new GroupSums();
  for (const groups of sums) for (const sum of groups) all.add(sum);
  return all.dearestFirst();
}

export function describeOther(
  { model, provider, money, flags, priceDate }: OtherCost,
  actual: Money,
  locale: string,
): OtherModelView {
  const change = actual.pico > 0n ? Number(((money.pico - actual.pico) * 1000n) / actual.pico) / 1000 : undefined;
  return {
    model,
    provider: labelOf(provider),
    cost: { text: `≈ ${money.format(locale)}`, exact: `$${money.toString()} for the same number of tokens` },
    ...(change !== undefined && {
      difference: change.toLocaleString(locale, {
        style: 'percent',
        signDisplay: 'exceptZero',
        maximumFractionDigits: Math.abs(change) < 0.1 ? 1 : 0,
      }),
    }),
    note: [`Prices of ${priceDate}.`, ...flags.map(explainFlag)].join(' '),
  };
}
