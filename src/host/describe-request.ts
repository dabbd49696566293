import type { CallRecord } from '../cost/call-archive.ts';
import { priceOf } from '../cost/cost-of.ts';
import type { Rates } from '../cost/price-list.ts';
import type { MoneyView, RequestFacts, RequestView } from '../protocol/cost-view-state.ts';
import { explainFlag } from './cost-flags.ts';
import { labelOf } from './describe-costs.ts';

/** What has become of a call, by its state. */
const states: { readonly [state in CallRecord['state']]: { readonly word: string; readonly sentence: string } } = {
  reserved: { word: 'running', sentence: 'Under way: it can cost up to its bound.' },
  reported: { word: 'reported', sentence: 'The provider reported the tokens.' },
  estimated: { word: 'estimated', sentence: 'It ended before the provider’s counts came: the tokens are our own estimate.' },
  'unknown-price': { word: 'no price', sentence: 'The tokens are known, the price is not.' },
  lost: { word: 'lost', sentence: 'It was sent, and nobody knows what became of it: it cost anything between what is known to have arrived and its bound.' },
  rejected: { word: 'rejected', sentence: 'The provider answered with an error. That is not billed.' },
}; // prettier-ignore

export function costOfRequest({ state, cost, least, bound }: CallRecord, locale: string): MoneyView {
  const between = least && bound && `between $${least.toString()} and $${bound.toString()}`;
  if (cost) {
    if (state !== 'estimated') return { text: cost.format(locale), exact: `$${cost.toString()}` };
    const exact = `≈ $${cost.toString()}`;
    return { text: `≈ ${cost.format(locale)}`, exact: between ? `${exact} (${between})` : exact };
  }
  if (state === 'rejected') return { text: '$0.00', exact: '$0' };
  if (state === 'unknown-price' || !bound) return { text: 'unknown', exact: 'unknown' };
  const exact = between ?? `at most $${bound.toString()}`;
  if (state === 'lost' && between) return { text: `${least.format(locale)}–${bound.format(locale)}`, exact };
  return { text: `≤ ${bound.format(locale)}`, exact };
}

export function describeRequest(
  call: CallRecord,
  titleOf: (conversation: string) => string | undefined,
  locale: string,
): RequestView {
  const { id, started, model, feature, workspace, conversation, usage, state } = call;
  return {
    id,
    started,
    model,
    feature,
    workspace,
    conversation: titleOf(conversation) ?? '',
    ...(usage && {
      inputTokens: usage.inputTokens,
      outputTokens: usage.outputTokens,
    }),
    cost: costOfRequest(call, locale),
    state: states[state].word,
  };
}

/** Everything that is kept of a call, and the price it was given. */
export function describeFacts(
  call: CallRecord,
  titleOf: (conversation: string) => string | undefined,
  locale: string,
): RequestFacts {
  const { usage, bound, started, settled } = call;
  const tokens = (count: number | undefined): string => count?.toLocaleString(locale) ?? 'not reported';
  const price = priceOf(call.provider, call.model, started);
  const long = price?.aboveTokens !== undefined && price.rates.long ? price : undefined;
  const facts: [name: string, value: string | undefined][] = [
    ['State', states[call.state].sentence],
    ['Cost', costOfRequest(call, locale).exact],
    ['Bound before sending', bound ? `≤ $${bound.toString()}` : 'unknown'],
    ['Model', `${call.model}, ${labelOf(call.provider)}`],
    ['Sent', new Date(started).toLocaleString(locale)],
    ['Took', settled === undefined ? undefined : `${((settled - started) / 1000).toLocaleString(locale, { maximumFractionDigits: 1 })} s`],
    ['Input', usage && `${tokens(usage.inputTokens)} tokens`],
    ['of which cached', usage && tokens(usage.cachedInputTokens)],
    ['of which written to the cache', usage && tokens(usage.cacheWriteTokens)],
    ['Output', usage && `${tokens(usage.outputTokens)} tokens`],
    ['of which reasoning', usage && tokens(usage.reasoningTokens)],
    ['Price from', call.priceSource && `${call.priceSource}, data of ${call.priceDate ?? 'an unknown day'}`],
    ['Service tier', call.tier],
    ['Rates that day, by today’s list', price ? rates(price.rates.base) : 'unknown'],
    ['Above', long && `${long.aboveTokens!.toLocaleString(locale)} tokens of input: ${rates(long.rates.long!)}`],
    ['Worth a second look', call.flags.map(explainFlag).join(' ') || undefined],
    ['Feature', call.feature],
    ['Workspace', call.workspace || 'no folder'],
    ['Conversation', titleOf(call.conversation)],
  ]; // prettier-ignore
  return {
    id: call.id,
    facts: facts.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
    ...(call.rawUsage !== undefined && { usage: JSON.stringify(JSON.parse(call.rawUsage), undefined, 2) }),
  };
}

const rates = ({ input, cached, cacheWrite, output }: Rates): string =>
  [
    `$${input} in`,
    ...(cached === undefined ? [] : [`$${cached} cached`]),
    ...(cacheWrite === undefined ? [] : [`$${cacheWrite} cache write`]),
    `$${output} out per 1M tokens`,
  ].join(', ');
