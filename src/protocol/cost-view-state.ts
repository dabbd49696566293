/** What the cost view shows. The host owns it, page and host fold changes into it alike. Text is ready to be shown; money is never counted here. */
export interface CostViewState {
  readonly query: CostQuery;
  readonly periods: readonly PeriodView[];
  readonly budgets: readonly BudgetView[];
  /** What is missing or stands out, in sentences. */
  readonly notices: readonly string[];
  /** undefined while it is being added up for the first time. */
  readonly chart: ChartView | undefined;
  readonly groups: readonly GroupView[];
  readonly requests: RequestsView | undefined;
  readonly facts: RequestFacts | undefined;
  readonly others: OthersView | undefined;
}

export type CostViewChanges = { readonly [part in keyof CostViewState]?: CostViewState[part] };

export const changeCostView = (state: CostViewState, changes: CostViewChanges): CostViewState => ({
  ...state,
  ...changes,
});

export const costRanges = ['7-days', '30-days', '90-days', 'month', 'all'] as const;
export type CostRange = (typeof costRanges)[number];
export const costDimensions = ['model', 'provider', 'feature', 'workspace', 'conversation'] as const;
export type CostDimension = (typeof costDimensions)[number];
export const requestOrders = ['time', 'cost', 'input', 'output'] as const;
export type RequestOrder = (typeof requestOrders)[number];

/** What a person asked to see. */
export interface CostQuery {
  readonly range: CostRange;
  readonly by: CostDimension;
  /** Only the requests of one group, and of one bar of the chart (its beginning, ms). */
  readonly group?: { readonly by: CostDimension; readonly key: string; readonly label: string };
  readonly bar?: number;
  readonly search: string;
  readonly order: RequestOrder;
  readonly descending: boolean;
  readonly offset: number;
}

export const firstQuery: CostQuery = {
  range: '30-days',
  by: 'model',
  search: '',
  order: 'time',
  descending: true,
  offset: 0,
};

/** "≈ $0.0042" in the person's locale, and every digit: "0.004213500000". */
export interface MoneyView {
  readonly text: string;
  readonly exact: string;
}

export interface PeriodView {
  readonly name: string;
  readonly cost: MoneyView;
  readonly calls: number;
  /** "≈ $12.70 by November 30". */
  readonly forecast?: string;
}

export interface BudgetView {
  readonly name: string;
  readonly left: MoneyView;
  readonly limit: string;
  /** 0 to 1, of what is used. */
  readonly used: number;
}

export interface ChartView {
  /** Bottom to top; the last may be all others together. */
  readonly series: readonly string[];
  readonly bars: readonly BarView[];
  /** Lines to read amounts by: 0 to 1 of the height. */
  readonly axis: readonly { readonly at: number; readonly label: string }[];
}

export interface BarView {
  /** ms; what a query's `bar` says. */
  readonly from: number;
  readonly label: string;
  readonly cost: MoneyView;
  readonly calls: number;
  /** One for each series: its height, 0 to 1, for drawing only. */
  readonly parts: readonly { readonly height: number; readonly cost: MoneyView }[];
}

export interface GroupView {
  readonly key: string;
  readonly label: string;
  /** Who answers, where the label does not say it. */
  readonly detail?: string;
  readonly cost: MoneyView;
  /** 0 to 1, of what is known of all. */
  readonly share?: number;
  readonly calls: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

export interface RequestsView {
  readonly requests: readonly RequestView[];
  readonly offset: number;
  readonly more: boolean;
}

export interface RequestView {
  readonly id: string;
  /** ms. */
  readonly started: number;
  readonly model: string;
  readonly feature: string;
  readonly workspace: string;
  readonly conversation: string;
  /** Absent where nobody counted. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cost: MoneyView;
  readonly state: string;
}

export interface RequestFacts {
  readonly id: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** The provider's own object. */
  readonly usage?: string;
}

export interface OthersView {
  readonly scope: OthersScope;
  /** What these requests did cost, and how many they are. */
  readonly actual: MoneyView;
  readonly calls: number;
  readonly models: readonly OtherModelView[];
}

export const othersScopes = ['session', 'range'] as const;
export type OthersScope = (typeof othersScopes)[number];

export interface OtherModelView {
  readonly model: string;
  readonly provider: string;
  readonly cost: MoneyView;
  /** "−62 %"; absent where there is nothing to compare with. */
  readonly difference?: string;
  readonly note: string;
}
