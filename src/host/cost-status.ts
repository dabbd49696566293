import * as vscode from 'vscode';
import type { Disposable } from '../core/disposable.ts';
import { DisposableStore } from '../core/disposable.ts';
import { Money } from '../core/money.ts';
import type { CallFilter } from '../cost/call-store.ts';
import type { Ledger, LedgerTotal } from '../cost/ledger.ts';
import type { Line, PolicyPool } from '../llm/policy-pool.ts';
import type { RateLimitHeadroom, RateLimitWindow } from '../llm/stream-event.ts';
import { formatCost, spokenCost } from './format-cost.ts';
import type { Budgets } from './settings.ts';

export interface Periods {
  readonly session: CallFilter;
  readonly today: CallFilter;
  readonly month: CallFilter;
}

export interface CostStatusOptions {
  readonly item: vscode.StatusBarItem;
  readonly ledger: Ledger;
  readonly periods: () => Periods;
  readonly budgets: () => Budgets;
  readonly policies: Pick<PolicyPool, 'lines' | 'onDidChangeLines'>;
}

/** A budget counts as near from here on. */
const nearShare = 80n;

/** The status-bar item: what this session has cost, always; the rest in the tooltip. Listens to the ledger and nothing else. */
export class CostStatus implements Disposable {
  #options: CostStatusOptions;
  #own = new DisposableStore();
  #headroom: RateLimitHeadroom | undefined;

  constructor(options: CostStatusOptions) {
    this.#options = options;
    this.#own.add(options.ledger.onDidChange(() => this.update()));
    this.#own.add(options.policies.onDidChangeLines(() => this.update()));
    this.update();
  }

  /** What the server said about its limits with the last answer. */
  showHeadroom(headroom: RateLimitHeadroom): void {
    this.#headroom = headroom;
    this.update();
  }

  update(): void {
    const { item, ledger, periods, budgets, policies } = this.#options;
    const { session, today, month } = periods();
    const totals = { session: ledger.total(session), today: ledger.total(today), month: ledger.total(month) };
    const locale = vscode.env.language;
    item.text = statusText(totals.session, locale);
    const label = spokenLabel(totals.session, locale);
    item.accessibilityInformation = { label, role: 'button' };
    item.tooltip = tooltip(totals, budgets(), { headroom: this.#headroom, lines: policies.lines }, locale);
    item.backgroundColor = background(totals, budgets());
  }

  dispose(): void {
    this.#own.dispose();
  }
}

/** Cells of a hover's tables have no padding of their own. */
const gap = '&nbsp;&nbsp;&nbsp;';

interface Totals {
  readonly session: LedgerTotal;
  readonly today: LedgerTotal;
  readonly month: LedgerTotal;
}

function statusText(total: LedgerTotal, locale: string): string {
  if (total.running) return `$(loading~spin) ≈ ${total.money.add(total.running).format(locale)}`;
  if (total.calls === 0) return '$(credit-card) Pennyloom';
  return `$(credit-card) ${formatCost(total, locale)}`;
}

function spokenLabel(total: LedgerTotal, locale: string): string {
  if (total.running)
    return `Pennyloom session cost: about ${spokenCost(total.money.add(total.running), locale)}, answering`;
  if (total.calls === 0) return 'Pennyloom: nothing spent in this session';
  if (total.unknownCalls === total.calls) return 'Pennyloom session cost: unknown';
  const honest = total.unknownCalls > 0 ? 'at least ' : total.estimatedCalls > 0 ? 'about ' : '';
  return `Pennyloom session cost: ${honest}${spokenCost(total.money, locale)}`;
}

function background({ session, today, month }: Totals, budgets: Budgets): vscode.ThemeColor | undefined {
  const shares = (
    [
      [session, budgets.session],
      [today, budgets.day],
      [month, budgets.month],
    ] as const
  ).flatMap(([total, limit]) => (limit ? [usedPercent(total.committed, limit)] : []));
  const most = shares.reduce((a, b) => (a > b ? a : b), 0n);
  if (most >= 100n) return new vscode.ThemeColor('statusBarItem.errorBackground');
  return most >= nearShare ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
}

const usedPercent = (spent: Money, limit: Money): bigint =>
  limit.pico === 0n ? 100n : (spent.pico * 100n) / limit.pico;

function tooltip(
  totals: Totals,
  budgets: Budgets,
  { headroom, lines: waiting }: Limits,
  locale: string,
): vscode.MarkdownString {
  const { session, today, month } = totals;
  const number = (count: number): string => count.toLocaleString(locale);
  const lines = [
    '**Pennyloom**',
    '',
    '| | | |',
    '|:--|--:|:--|',
    periodRow('Session', session, budgets.session, locale),
    periodRow('Today', today, budgets.day, locale),
    periodRow('This month', month, budgets.month, locale),
  ];
  if (session.models.length > 0)
    lines.push(
      '',
      `| Session by model |${['in', 'cached', 'out', 'reasoning', 'cost'].map(name => `${gap}${name} |`).join('')}`,
      '|:--|--:|--:|--:|--:|--:|',
      ...session.models.map(
        total =>
          `| ${[escapeCell(total.model), number(total.inputTokens), number(total.cachedTokens), number(total.outputTokens), number(total.reasoningTokens), formatCost(total, locale)].join(` | ${gap}`)} |`,
      ),
    );
  if (session.unknownCalls > 0)
    lines.push(
      '',
      `${session.unknownCalls} of ${session.calls} requests have no known price or count: the sum is at least this.`,
    );
  if (headroom) lines.push('', ...headroomLines(headroom, number));
  for (const line of waiting) lines.push('', waitingLine(line, number));
  const priceDate = session.models
    .flatMap(total => total.priceDate ?? [])
    .sort()
    .at(-1);
  if (priceDate) lines.push('', `Prices of ${priceDate}`);
  lines.push(
    '',
    '[Show Costs](command:pennyloom.showCosts) · [Settings](command:pennyloom.openSettings) · [Reset Session](command:pennyloom.resetSessionCost)',
  );
  const markdown = new vscode.MarkdownString(lines.join('\n'));
  // Model ids in it come from a server: only our own three commands may be clicked.
  markdown.isTrusted = {
    enabledCommands: ['pennyloom.showCosts', 'pennyloom.openSettings', 'pennyloom.resetSessionCost'],
  };
  return markdown;
}

const leftOf = (budget: Money, { committed }: LedgerTotal): Money =>
  budget.compare(committed) > 0 ? budget.subtract(committed) : Money.zero;

function periodRow(name: string, total: LedgerTotal, budget: Money | undefined, locale: string): string {
  const left = budget ? `${leftOf(budget, total).format(locale)} left of ${budget.format(locale)}` : 'no budget set';
  return `| ${name} | ${gap}${formatCost(total, locale)} | ${gap}${left} |`;
}

/** What is known of the provider's rate limits, and who waits for them. */
interface Limits {
  readonly headroom: RateLimitHeadroom | undefined;
  readonly lines: readonly Line[];
}

const waitingLine = ({ model, queued, nextInMs }: Line, number: (count: number) => string): string =>
  `Waiting for the rate limit of ${escapeCell(model)}: ${queued === 1 ? '1 request' : `${number(queued)} requests`}, the next goes in ${number(Math.ceil(nextInMs / 1000))} s`;

function headroomLines({ requests, tokens }: RateLimitHeadroom, number: (count: number) => string): string[] {
  const line = (what: string, { limit, remaining }: RateLimitWindow): string =>
    `Rate limit: ${number(remaining)} of ${number(limit)} ${what} left ${bar(remaining / limit)}`;
  return [...(requests ? [line('requests', requests), ''] : []), ...(tokens ? [line('tokens', tokens)] : [])];
}

const bar = (share: number): string => {
  const full = Math.round(Math.min(1, Math.max(0, share)) * 10);
  return '▰'.repeat(full) + '▱'.repeat(10 - full);
};

const escapeCell = (text: string): string => text.replace(/[\\`*_{}[\]()#+!|<>~$-]/g, '\\$&');
