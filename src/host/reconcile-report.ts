import { Money } from '../core/money.ts';
import type { Drift, Tally } from '../cost/reconcile.ts';

/** The comparison as a page of Markdown. Names come from a server: they are told as text. */
export function reconcileReport(drifts: readonly Drift[], days: number, locale?: string): string {
  const head = [
    '# Costs: Pennyloom and OpenAI',
    '',
    `The last ${days} days in UTC, as OpenAI bills them. What other programs spend with the same organization is in OpenAI's figures and not in Pennyloom's; the last hours may be missing in OpenAI's.`,
    '',
  ];
  if (drifts.length === 0) return [...head, 'Neither side has anything for these days.'].join('\n');
  const number = (count: number): string => count.toLocaleString(locale);
  const rows = drifts.map(({ day, model, ledger, provider }) => {
    const cells = [
      day,
      asText(model),
      number(ledger.calls),
      number(provider.calls),
      tokens(ledger, number),
      tokens(provider, number),
      money(ledger, locale),
      money(provider, locale),
      drift(ledger, provider, locale),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    ...head,
    '| Day | Model | Requests here | there | Tokens here (in, cached, out) | there | Cost here | there | Drift |',
    '|:--|:--|--:|--:|--:|--:|--:|--:|--:|',
    ...rows,
    '',
    summary(drifts, locale),
  ].join('\n');
}

const tokens = ({ inputTokens, cachedTokens, outputTokens }: Tally, number: (count: number) => string): string =>
  [inputTokens, cachedTokens, outputTokens].map(number).join(', ');

function money({ money: sum, calls, unknownCalls }: Tally, locale?: string): string {
  if (!sum || (calls > 0 && calls === unknownCalls)) return calls > 0 ? 'unknown' : '–';
  return `${unknownCalls > 0 ? '≥ ' : ''}${sum.format(locale)}`;
}

/** There less here: what the bill has more than the ledger. */
function drift(here: Tally, there: Tally, locale?: string): string {
  if (!there.money) return 'not billed yet';
  const difference = there.money.subtract(here.money ?? Money.zero);
  // The API tells floating-point numbers: a billionth of a dollar is their rounding, not ours.
  if (absolute(difference).pico < 1_000n) return 'none';
  return `${difference.pico > 0n ? '+' : ''}${difference.format(locale)}`;
}

const absolute = (amount: Money): Money => (amount.pico < 0n ? new Money(-amount.pico) : amount);

function summary(drifts: readonly Drift[], locale?: string): string {
  const total = (of: (drift: Drift) => Tally): Money => Money.sum(drifts.map(one => of(one).money ?? Money.zero));
  const here = total(({ ledger }) => ledger);
  const there = total(({ provider }) => provider);
  return `In all ${here.format(locale)} here, ${there.format(locale)} there.`;
}

const asText = (text: string): string => text.replace(/[\\`*_{}[\]()#+!|<>~&-]/g, '\\$&').replace(/\s+/g, ' ');
