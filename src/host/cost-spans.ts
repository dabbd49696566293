import type { Span } from '../cost/call-archive.ts';
import type { CostRange } from '../protocol/cost-view-state.ts';

/** From here on a bar is a month: more days than that nobody tells apart. */
const mostDays = 92;

const days = { '7-days': 7, '30-days': 30, '90-days': 90 } as const;

/** The days of a range, by the clock on the wall, up to today; months where it is long. Never none. */
export function barsOf(range: CostRange, now: number, begins: number | undefined): readonly Span[] {
  const today = new Date(now);
  const dayFromNow = (count: number): number =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() + count).getTime();
  const lastDays = (count: number): Span[] =>
    Array.from({ length: count }, (_, at) => ({ from: dayFromNow(at - count + 1), to: dayFromNow(at - count + 2) }));
  if (range === 'month') return lastDays(today.getDate());
  if (range !== 'all') return lastDays(days[range]);
  const first = new Date(Math.min(begins ?? now, now));
  const count = Math.round((dayFromNow(0) - midnight(first)) / 86_400_000) + 1;
  return count <= mostDays ? lastDays(Math.max(count, 7)) : monthsFrom(first, today);
}

/** All bars together. */
export const spanOf = (bars: readonly Span[]): Span => ({ from: bars[0]!.from, to: bars.at(-1)!.to });

export function monthAround(now: number): Span {
  const date = new Date(now);
  const first = (later: number): number => new Date(date.getFullYear(), date.getMonth() + later, 1).getTime();
  return { from: first(0), to: first(1) };
}

const midnight = (date: Date): number => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

function monthsFrom(first: Date, last: Date): Span[] {
  const count = (last.getFullYear() - first.getFullYear()) * 12 + last.getMonth() - first.getMonth() + 1;
  const begin = (at: number): number => new Date(first.getFullYear(), first.getMonth() + at, 1).getTime();
  return Array.from({ length: count }, (_, at) => ({ from: begin(at), to: begin(at + 1) }));
}
