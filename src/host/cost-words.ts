import { Money } from '../core/money.ts';
import type { LedgerTotal } from '../cost/ledger.ts';
import type { Line } from '../llm/policy-pool.ts';
import type { RateLimitHeadroom, RateLimitWindow } from '../llm/stream-event.ts';
import { formatCost, spokenCost } from './format-cost.ts';
import type { Budgets } from './settings.ts';

// What the status bar says of costs: words alone, so that they can be held to what was promised.

/** Cells of a hover's tables have no padding of their own. */
const gap = '&nbsp;&nbsp;&nbsp;';

/** Of the spans a person thinks in. */
export interface Totals {
  readonly session: LedgerTotal;
  readonly today: LedgerTotal;
  readonly month: LedgerTotal;
}

/** "$(credit-card) $0.0423"; while an answer is written "$(loading~spin) ≈ $0.0431". */
export function statusText(total: LedgerTotal, locale: string): string {
  if (total.running) return `$(loading~spin) ≈ ${total.money.add(total.running).format(locale)}`;
  if (total.calls === 0) return '$(credit-card) Pennyloom';
  return `$(credit-card) ${formatCost(total, locale)}`;
}

/** The same for a screen reader: "Pennyloom session cost: 4.23 cents". */
export function spokenLabel(total: LedgerTotal, locale: string): string {
  if (total.running)
    return `Pennyloom session cost: about ${spokenCost(total.money.add(total.running), locale)}, answering`;
  if (total.calls === 0) return 'Pennyloom: nothing spent in this session';
  if (total.unknownCalls === total.calls) return 'Pennyloom session cost: unknown';
  const honest = total.unknownCalls > 0 ? 'at least ' : total.estimatedCalls > 0 ? 'about ' : '';
  return `Pennyloom session cost: ${honest}${spokenCost(total.money, locale)}`;
}

/** A budget counts as near from here on, per cent. */
const nearShare = 80n;

/** How the fullest budget stands, what running calls may yet cost counted in. */
export function budgetState({ session, today, month }: Totals, budgets: Budgets): 'free' | 'near' | 'over' {
  const shares = (
    [
      [session, budgets.session],
      [today, budgets.day],
      [month, budgets.month],
    ] as const
  ).flatMap(([total, limit]) => (limit ? [usedPercent(total.committed, limit)] : []));
  if (shares.some(share => share >= 100n)) return 'over';
  return shares.some(share => share >= nearShare) ? 'near' : 'free';
}

const usedPercent = (spent: Money, limit: Money): bigint =>
  limit.pico === 0n ? 100n : (spent.pico * 100n) / limit.pico;

/** Everything else, as Markdown with links to our own commands. Model ids in it come from a server: they are told as text. */
export function tooltipText(
  totals: Totals,
  budgets: Budgets,
  { headroom, lines: waiting }: Limits,
  locale: string,
): string {
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
    '[Cost View](command:pennyloom.showCosts) · [Settings](command:pennyloom.openSettings) · [Reset Session](command:pennyloom.resetSessionCost)',
  );
  return lines.join('\n');
}

const leftOf = (budget: Money, { committed }: LedgerTotal): Money =>
  budget.compare(committed) > 0 ? budget.subtract(committed) : Money.zero;

function periodRow(name: string, total: LedgerTotal, budget: Money | undefined, locale: string): string {
  const left = budget ? `${leftOf(budget, total).format(locale)} left of ${budget.format(locale)}` : 'no budget set';
  return `| ${name} | ${gap}${formatCost(total, locale)} | ${gap}${left} |`;
}

/** What is known of the provider's rate limits, and who waits for them. */
export interface Limits {
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
