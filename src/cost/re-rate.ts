import { setImmediate } from 'node:timers/promises';
import { type Clock, systemClock } from '../core/clock.ts';
import { Money } from '../core/money.ts';
import type { Usage } from '../llm/usage.ts';
import { findVendor } from '../llm/vendors.ts';
import { always, type CallArchive, type CallRecord, type NewCost } from './call-archive.ts';
import { costOf } from './cost-of.ts';

/** What pricing a model's calls again would change. */
export interface ReRateDifference {
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
  /** Of which the cost was unknown. */
  readonly unknownBefore: number;
  /** What is known of the cost of these calls now, and what it would be. */
  readonly before: Money;
  readonly after: Money;
}

export interface ReRate {
  readonly costs: readonly NewCost[];
  readonly differences: readonly ReRateDifference[];
  /** Calls whose cost stays: the same, without counts, told by the provider itself, or without a price today. */
  readonly unchanged: number;
}

/** How long calls are priced before others get their turn. */
const sliceMs = 5;

/**
 * Every call at the price that today's list has for the day it was made. Nothing is written: see `CallArchive.reprice`. Calls without
 * counts stay as they are, and so does a known cost for which the list has no price today.
 */
export async function planReRate(
  archive: CallArchive,
  signal?: AbortSignal,
  clock: Clock = systemClock,
): Promise<ReRate> {
  const costs: NewCost[] = [];
  const differences = new Map<string, ReRateDifference>();
  let unchanged = 0;
  let began = clock.monotonic();
  for await (const calls of archive.read({ span: always }, signal))
    for (const call of calls) {
      if (clock.monotonic() - began > sliceMs) {
        await setImmediate();
        signal?.throwIfAborted();
        began = clock.monotonic();
      }
      const cost = newCostOf(call);
      if (!cost) {
        unchanged++;
        continue;
      }
      costs.push(cost);
      const key = `${call.provider}/${call.model}`;
      differences.set(key, withCall(differences.get(key), call, cost));
    }
  return {
    costs,
    differences: [...differences.values()].sort((a, b) => change(b).compare(change(a))),
    unchanged,
  };
}

/** undefined where nothing changes. */
export function newCostOf(call: CallRecord): NewCost | undefined {
  const { id, provider, model, started, tier, state } = call;
  if (state === 'reserved' || state === 'rejected' || call.priceSource === 'provider') return undefined;
  const usage = countsOf(call);
  if (!usage) return undefined;
  const { money, source, flags } = costOf({ provider, model, usage, at: started, ...(tier && { tier }) });
  if (!money || (call.cost && money.equals(call.cost))) return undefined;
  return {
    id,
    old: call.cost,
    cost: money,
    least: leastOf(call, money),
    // A call without a price may have had counts of ours.
    state: state === 'estimated' || call.rawUsage === undefined ? 'estimated' : 'reported',
    usage,
    priceSource: source?.name,
    priceDate: source?.dataDate,
    flags,
  };
}

/**
 * What a call cost at least goes down with its cost, and up with nothing: its tokens were fewer than those that are priced, and perhaps of
 * another kind.
 */
function leastOf({ least, cost: old }: CallRecord, cost: Money): Money | undefined {
  if (!least || !old || old.pico <= 0n) return undefined;
  const scaled = new Money((least.pico * cost.pico) / old.pico);
  return scaled.compare(least) < 0 ? scaled : least;
}

/** The provider's own object read again, by what is known of it today; where it cannot be, the counts that were read from it then. */
function countsOf({ provider, rawUsage, usage }: CallRecord): Usage | undefined {
  if (rawUsage === undefined) return usage;
  const read = findVendor(provider)?.readUsage?.(JSON.parse(rawUsage));
  if (!read) return usage;
  const { raw: _raw, ...counts } = read;
  return counts;
}

function withCall(
  known: ReRateDifference | undefined,
  { provider, model }: CallRecord,
  { old, cost }: NewCost,
): ReRateDifference {
  const { calls, unknownBefore, before, after } = known ?? {
    calls: 0,
    unknownBefore: 0,
    before: Money.zero,
    after: Money.zero,
  };
  return {
    provider,
    model,
    calls: calls + 1,
    unknownBefore: unknownBefore + (old ? 0 : 1),
    before: old ? before.add(old) : before,
    after: after.add(cost),
  };
}

function change({ before, after }: ReRateDifference): Money {
  const difference = after.subtract(before);
  return difference.pico < 0n ? Money.zero.subtract(difference) : difference;
}
