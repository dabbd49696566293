import type { Money } from '../core/money.ts';
import type { CallFacts, CallFilter, Cap } from '../cost/call-store.ts';
import type { Periods } from './cost-status.ts';
import type { Budgets } from './settings.ts';

/** The spans a person thinks in: this session, and today and this month by the clock on their wall. */
export function periodsAt(now: number, session: string): Periods {
  const date = new Date(now);
  const midnight = new Date(date.getFullYear(), date.getMonth(), date.getDate());
  const firstOfMonth = new Date(date.getFullYear(), date.getMonth(), 1);
  return { session: { session }, today: { since: midnight.getTime() }, month: { since: firstOfMonth.getTime() } };
}

/** When today and this month are over. */
function endsAt(now: number): { readonly today: number; readonly month: number } {
  const date = new Date(now);
  return {
    today: new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime(),
    month: new Date(date.getFullYear(), date.getMonth() + 1, 1).getTime(),
  };
}

/** "Dec 1, 2026, 12:00 AM", by the clock on their wall. */
export const formatMoment = (at: number, locale: string | undefined): string =>
  new Date(at).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' });

/** Who asks, as far as budgets tell them apart. */
export type Spender = Pick<CallFacts, 'session' | 'workspace' | 'feature'>;

/** The budgets that are set, as limits a call has to fit under. Those of a workspace and of a feature are for a calendar month. */
export function capsOf(budgets: Budgets, { feature, ...spender }: Spender, now: number): Cap[] {
  const ofFeature = budgets.features.get(feature);
  return capsWith(budgets, ofFeature ? [[feature, ofFeature]] : [], spender, now);
}

/** All that are set, whichever feature they are for. */
export const everyCap = (budgets: Budgets, spender: Omit<Spender, 'feature'>, now: number): Cap[] =>
  capsWith(budgets, budgets.features, spender, now);

function capsWith(
  budgets: Budgets,
  features: Iterable<readonly [feature: string, limit: Money]>,
  { session, workspace }: Omit<Spender, 'feature'>,
  now: number,
): Cap[] {
  const { today, month } = periodsAt(now, session);
  const ends = endsAt(now);
  const monthly = (name: string, limit: Money, setting: string, group: CallFilter): Cap => ({
    name,
    limit,
    filter: { ...month, ...group },
    setting,
    until: ends.month,
  });
  return [
    budgets.session && { name: 'session', limit: budgets.session, filter: { session }, setting: 'budget.session' },
    budgets.day && { name: 'day', limit: budgets.day, filter: today, setting: 'budget.day', until: ends.today },
    budgets.month && monthly('month', budgets.month, 'budget.month', {}),
    budgets.workspace && monthly('workspace', budgets.workspace, 'budget.workspace', { workspace }),
    ...[...features].map(([feature, limit]) => monthly(feature, limit, 'budget.features', { feature })),
  ].filter(cap => cap !== undefined);
}
