import { Money } from '../core/money.ts';
import type { Span } from './call-archive.ts';

/** Before this much of a month is over, what it has cost says nothing of what it will cost. */
const leastShare = 0.1;

/**
 * What a month will have cost if it goes on as it has gone so far; undefined while that would be a guess.
 * @param spent since the month began
 */
export function forecast(spent: Money, { from, to }: Span, now: number): Money | undefined {
  const elapsed = Math.min(now, to) - from;
  if (elapsed < (to - from) * leastShare) return undefined;
  return new Money((spent.pico * BigInt(to - from)) / BigInt(elapsed));
}
