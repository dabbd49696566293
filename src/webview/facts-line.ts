import type { FactsView } from '../protocol/chat-view-state.ts';
import { element } from './element.ts';
import { formatCount, formatDuration, formatPlural } from './numbers.ts';

/** "gpt-5.4 · 1,520 → 384 · $0.0069 · 2.1 s"; opens to the same in words, with what the short form leaves out. */
export function drawFacts(facts: FactsView): HTMLElement {
  const summary = element('summary', { class: 'facts', 'data-testid': 'facts' });
  shortFacts(facts).forEach((text, index) => {
    if (index > 0) summary.append(' · ');
    summary.append(element('span', {}, text));
  });
  const list = element('dl', { class: 'facts-list' });
  for (const [name, value] of longFacts(facts)) list.append(element('dt', {}, name), element('dd', {}, value));
  return element('details', { class: 'facts-details' }, summary, list);
}

function shortFacts(facts: FactsView): string[] {
  const known = facts.inputTokens !== undefined || facts.outputTokens !== undefined;
  const short = [
    facts.model,
    known ? `${countOr(facts.inputTokens)} → ${countOr(facts.outputTokens)}` : 'tokens unknown',
    facts.cost === 'unknown' ? 'cost unknown' : facts.cost,
    formatDuration(facts.durationMs),
  ];
  if (facts.toolCalls > 0) short.push(formatPlural(facts.toolCalls, 'tool call', 'tool calls'));
  if (facts.stopNote) short.push(facts.stopNote);
  return short;
}

function longFacts(facts: FactsView): [name: string, value: string][] {
  const including = (count: number | undefined, what: string): string =>
    count === undefined ? '' : `, ${formatCount(count)} of them ${what}`;
  const long: [string, string][] = [
    ['Model', facts.model],
    ['Input', `${tokens(facts.inputTokens)}${including(facts.cachedTokens, 'cached')}`],
    ['Output', `${tokens(facts.outputTokens)}${including(facts.reasoningTokens, 'for reasoning')}`],
    ['Cost', facts.costNote ? `${facts.cost}. ${facts.costNote}` : facts.cost],
    ['Time', formatDuration(facts.durationMs)],
    ['Tools', formatPlural(facts.toolCalls, 'call', 'calls')],
  ];
  if (facts.stopNote) long.push(['Ended', facts.stopNote]);
  return long;
}

const countOr = (count: number | undefined): string => (count === undefined ? 'unknown' : formatCount(count));
const tokens = (count: number | undefined): string =>
  count === undefined ? 'unknown' : formatPlural(count, 'token', 'tokens');
