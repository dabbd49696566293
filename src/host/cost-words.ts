import type { LedgerTotal } from '../cost/ledger.ts';
import type { Line } from '../llm/policy-pool.ts';
import type { RateLimitHeadroom, RateLimitWindow } from '../llm/stream-event.ts';
import { type BudgetStanding, budgetState, budgetTitle, fullest, tightest } from './budget-standing.ts';
import { formatCost, spokenCost } from './format-cost.ts';
import { formatMoment } from './periods.ts';

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

/** The same for a screen reader, with what the colour says: "Pennyloom session cost: 4.23 cents, day budget used up". */
export function spokenLabel(total: LedgerTotal, standings: readonly BudgetStanding[], locale: string): string {
  const state = { free: undefined, near: 'nearly used up', over: 'used up' }[budgetState(standings)];
  const budget = state && `, ${fullest(standings)?.cap.name} budget ${state}`;
  return `Pennyloom${spokenTotal(total, locale)}${budget ?? ''}`;
}

function spokenTotal(total: LedgerTotal, locale: string): string {
  if (total.running) return ` session cost: about ${spokenCost(total.money.add(total.running), locale)}, answering`;
  if (total.calls === 0) return ': nothing spent in this session';
  if (total.unknownCalls === total.calls) return ' session cost: unknown';
  const honest = total.unknownCalls > 0 ? 'at least ' : total.estimatedCalls > 0 ? 'about ' : '';
  return ` session cost: ${honest}${spokenCost(total.money, locale)}`;
}

/** Everything else, as Markdown with links to our own commands. Model ids in it come from a server: they are told as text. */
export function tooltipText(
  totals: Totals,
  standings: readonly BudgetStanding[],
  { headroom, lines: waiting }: Limits,
  locale: string,
): string {
  const { session, today, month } = totals;
  const number = (count: number): string => count.toLocaleString(locale);
  const named = (name: string): BudgetStanding | undefined =>
    standings.find(({ cap }) => cap.setting === `budget.${name}`);
  const lines = [
    '**Pennyloom**',
    '',
    '| | | |',
    '|:--|--:|:--|',
    periodRow('Session', session, named('session'), locale),
    periodRow('Today', today, named('day'), locale),
    periodRow('This month', month, named('month'), locale),
    ...standings.flatMap(standing => groupRow(standing, locale)),
    ...leastLeft(standings, locale),
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

function periodRow(name: string, total: LedgerTotal, budget: BudgetStanding | undefined, locale: string): string {
  return `| ${name} | ${gap}${formatCost(total, locale)} | ${gap}${budget ? leftOf(budget, locale) : 'no budget set'} |`;
}

/** Budgets of a part of the month's spending have a row of their own: what that part has cost is no other row's amount. */
function groupRow(standing: BudgetStanding, locale: string): string[] {
  const { cap, total } = standing;
  const { workspace, feature } = cap.filter;
  if (workspace === undefined && feature === undefined) return [];
  const name = feature === undefined ? 'This workspace' : escapeCell(budgetTitle(cap));
  return [`| ${name}, this month | ${gap}${formatCost(total, locale)} | ${gap}${leftOf(standing, locale)} |`];
}

const leftOf = ({ left, cap }: BudgetStanding, locale: string): string =>
  `${left.format(locale)} left of ${cap.limit.format(locale)}`;

/** A request has to fit under every budget: where there are several, or nothing is left, the one that decides is told. */
function leastLeft(standings: readonly BudgetStanding[], locale: string): string[] {
  const least = tightest(standings);
  if (!least) return [];
  const { cap, left } = least;
  const name = escapeCell(cap.name);
  if (left.pico > 0n)
    return standings.length > 1 ? ['', `At most ${left.format(locale)} more, by the ${name} budget`] : [];
  const until = cap.until === undefined ? 'in this session' : `until ${formatMoment(cap.until, locale)}`;
  return ['', `The ${name} budget is used up: nothing more is sent ${until}`];
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
