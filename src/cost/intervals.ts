import { Money } from '../core/money.ts';
import type { Unreported } from './call-store.ts';

/** Between what and what a cost lies; `most` undefined where nobody knows. */
export interface Interval {
  readonly least: Money;
  readonly most: Money | undefined;
}

/** @param sum of all calls, as far as it is known. @returns undefined where all of them were reported. */
export function intervalOf(calls: readonly Unreported[], sum: Money): Interval | undefined {
  if (calls.length === 0) return undefined;
  const reported = sum.subtract(Money.sum(calls.flatMap(({ cost }) => cost ?? [])));
  const bounds = calls.flatMap(({ most }) => most ?? []);
  return {
    least: reported.add(Money.sum(calls.flatMap(({ least }) => least ?? []))),
    most: bounds.length === calls.length ? reported.add(Money.sum(bounds)) : undefined,
  };
}
