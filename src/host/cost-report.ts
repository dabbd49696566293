import type { Clock } from '../core/clock.ts';
import { Money } from '../core/money.ts';
import type { CallArchive, Group, Span } from '../cost/call-archive.ts';
import type { Cap } from '../cost/call-store.ts';
import type { Ledger } from '../cost/ledger.ts';
import { onOtherModels, pricedModels, priceBoundaries } from '../cost/other-models.ts';
import type {
  CostQuery,
  CostViewState,
  OthersScope,
  OthersView,
  RequestFacts,
  RequestsView,
} from '../protocol/cost-view-state.ts';
import { barsOf, spanOf } from './cost-spans.ts';
import type { Periods } from './cost-status.ts';
import {
  describeBudgets,
  describeChart,
  describeGroups,
  describeOther,
  describePeriods,
  moneyView,
  nameIn,
} from './describe-costs.ts';
import { describeFacts, describeRequest } from './describe-request.ts';

export interface CostReportOptions {
  readonly ledger: Ledger;
  readonly archive: CallArchive;
  readonly periods: () => Periods;
  readonly caps: () => readonly Cap[];
  readonly clock: Clock;
  readonly locale: string;
  readonly unavailable: string | undefined;
}

const pageSize = 50;
/** Groups in the table: whoever has more conversations than this looks for one in the requests. */
const mostGroups = 100;

/** What the cost view shows, part by part: asks the archive, and puts the answers into words. */
export class CostReport {
  #options: CostReportOptions;

  constructor(options: CostReportOptions) {
    this.#options = options;
  }

  summary(): Pick<CostViewState, 'periods' | 'budgets' | 'notices'> {
    const { ledger, periods, caps, clock, locale } = this.#options;
    return {
      periods: describePeriods(ledger, periods(), clock.now(), locale),
      budgets: describeBudgets(caps(), ledger, locale),
      notices: this.#notices(),
    };
  }

  async chart(query: CostQuery, signal: AbortSignal): Promise<Pick<CostViewState, 'chart' | 'groups'>> {
    const { archive, locale } = this.#options;
    const bars = this.#bars(query);
    const sums = await archive.sums(query.by, bars, signal);
    const nameOf = nameIn(query.by, conversation => archive.titleOf(conversation));
    return {
      chart: describeChart(bars, sums, nameOf, locale),
      groups: describeGroups(sums, nameOf, locale, mostGroups),
    };
  }

  async requests(query: CostQuery, signal: AbortSignal): Promise<RequestsView> {
    const { archive, locale } = this.#options;
    const { order, descending, offset, search } = query;
    const { calls, more } = await archive.page(
      { span: this.spanOf(query), group: groupIn(query), search, order, descending, offset, limit: pageSize },
      signal,
    );
    const titleOf = (conversation: string): string | undefined => archive.titleOf(conversation);
    return { requests: calls.map(call => describeRequest(call, titleOf, locale)), offset, more };
  }

  facts(id: string): RequestFacts | undefined {
    const { archive, locale } = this.#options;
    const call = archive.find(id);
    return call && describeFacts(call, conversation => archive.titleOf(conversation), locale);
  }

  async others(scope: OthersScope, query: CostQuery, signal: AbortSignal): Promise<OthersView> {
    const { archive, clock, locale, periods } = this.#options;
    const now = clock.now();
    const models = pricedModels(now);
    const { session } = periods();
    const which =
      scope === 'session'
        ? { span: { from: 0, to: Number.MAX_SAFE_INTEGER }, session: session.session }
        : { span: this.spanOf(query), group: groupIn(query) };
    const sums = await archive.usage(which, priceBoundaries(models, now), signal);
    const count = (of: (sum: (typeof sums)[number]) => number): number => sums.reduce((all, sum) => all + of(sum), 0);
    const calls = count(sum => sum.calls);
    const money = Money.sum(sums.map(sum => sum.money));
    const unknownCalls = count(sum => sum.unknownCalls);
    const comparable = unknownCalls === 0 ? money : Money.zero;
    return {
      scope,
      calls,
      actual: moneyView({ money, calls, unknownCalls, estimatedCalls: 0 }, locale),
      models:
        calls === 0 ? [] : onOtherModels(sums, models, now).map(other => describeOther(other, comparable, locale)),
    };
  }

  /** All of the range, or the one bar that was chosen. */
  spanOf(query: CostQuery): Span {
    const bars = this.#bars(query);
    return bars.find(({ from }) => from === query.bar) ?? spanOf(bars);
  }

  #bars({ range }: CostQuery): readonly Span[] {
    const { archive, clock } = this.#options;
    return barsOf(range, clock.now(), range === 'all' ? archive.begins() : undefined);
  }

  #notices(): string[] {
    const { archive, locale, unavailable } = this.#options;
    const { calls, money } = archive.deleted({ from: 0, to: Number.MAX_SAFE_INTEGER });
    return [
      ...(unavailable === undefined && !archive.partial
        ? []
        : [
            `Costs cannot be kept beyond this window (${unavailable ?? 'there is no database'}): only this window’s requests are shown, and they are gone with it.`,
          ]),
      ...(calls > 0
        ? [
            `${calls === 1 ? 'One deleted request' : `${calls.toLocaleString(locale)} deleted requests`} (${money.format(locale)}) still count for budgets and sums, for 32 days from when they were made.`,
          ]
        : []),
    ];
  }
}

const groupIn = ({ group }: CostQuery): Group | undefined => group && { by: group.by, key: group.key };
