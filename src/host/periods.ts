import type { Cap } from '../cost/call-store.ts';
import type { Periods } from './cost-status.ts';
import type { Budgets } from './settings.ts';

/** The spans a person thinks in: this session, and today and this month by the clock on their wall. */
export function periodsAt(now: number, session: string): Periods {
  const date = new Date(now);
  const midnight = new Date(date.getFullYear(), date.getMonth(), date.getDate());
  const firstOfMonth = new Date(date.getFullYear(), date.getMonth(), 1);
  return { session: { session }, today: { since: midnight.getTime() }, month: { since: firstOfMonth.getTime() } };
}

/** The budgets that are set, as limits a call has to fit under. */
export function capsOf(budgets: Budgets, periods: Periods): Cap[] {
  const { session, day, month } = budgets;
  return [
    ...(session ? [{ name: 'session', limit: session, filter: periods.session }] : []),
    ...(day ? [{ name: 'day', limit: day, filter: periods.today }] : []),
    ...(month ? [{ name: 'month', limit: month, filter: periods.month }] : []),
  ];
}
