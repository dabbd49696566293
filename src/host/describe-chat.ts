import type { ChatEvent } from '../chat/chat-session.ts';
import type { Ending, Entry, Question, ToolCallRecord, Turn, TurnCost } from '../chat/conversation.ts';
import type { ToolResult, TurnEvent } from '../chat/run-turn.ts';
import type {
  ActionView,
  ChatViewEvent,
  FactsView,
  PartView,
  QuestionView,
  ToolCallView,
  TurnView,
} from '../protocol/chat-view-state.ts';
import { explainFailure } from './explain-failure.ts';
import { explainPrices } from './explain-price.ts';
import { explainCost, formatTurnCost } from './format-cost.ts';

/** The conversation in the words of the view: the same for a snapshot of what was and for an event of what happens. */
export function describeTurn(turn: Turn, locale?: string): TurnView {
  const { ending } = turn;
  const base = { id: turn.id, question: describeQuestion(turn.question), parts: turn.entries.map(describeEntry) };
  if (!ending) return { ...base, status: 'running' };
  return { ...base, status: ending.status, ...describeEnding(ending, turn, locale) };
}

/** undefined for what the transcript does not show. */
export function describeEvent(event: ChatEvent, locale?: string): ChatViewEvent | undefined {
  switch (event.type) {
    case 'turn-started':
      return { type: 'turn-started', turn: describeTurn(event.turn, locale) };
    case 'turn-progressed':
      return describeProgress(event.turn, event.event);
    case 'turn-finished':
      return {
        type: 'turn-finished',
        turnId: event.turn.id,
        status: event.ending.status,
        ...describeEnding(event.ending, event.turn, locale),
      };
    case 'turn-counted':
      return { type: 'facts-changed', turnId: event.turn.id, facts: describeFacts(event.ending, event.turn, locale) };
    case 'conversation-opened':
    case 'headroom-changed':
      return undefined;
  }
}

function describeProgress(turn: Turn, event: TurnEvent): ChatViewEvent | undefined {
  const turnId = turn.id;
  switch (event.type) {
    case 'text':
      return { type: 'text-appended', turnId, text: event.text };
    case 'thinking':
      return { type: 'thinking-appended', turnId, text: event.text };
    case 'thought':
      return { type: 'thinking-finished', turnId, durationMs: event.durationMs };
    case 'tool-started':
    case 'notice': {
      const entry = turn.entries.at(-1);
      return entry && { type: 'part-added', turnId, part: describeEntry(entry) };
    }
    case 'tool-finished': {
      const call = findCall(turn, event.result);
      return call && { type: 'tool-finished', turnId, call: describeCall(call) };
    }
    case 'waiting':
      return { type: 'waiting-changed', turnId, ...(event.text !== undefined && { waiting: event.text }) };
    case 'messages':
    case 'headroom':
      return undefined;
  }
}

function findCall(turn: Turn, { callId }: ToolResult): ToolCallRecord | undefined {
  const entry = turn.entries.find(one => one.type === 'tool' && one.call.id === callId);
  return entry?.type === 'tool' ? entry.call : undefined;
}

function describeQuestion({ text, images, contexts }: Question): QuestionView {
  return {
    text,
    images: images.map(({ id, name, mediaType, width, height, thumbnail, tokens }) => ({
      id,
      name,
      mediaType,
      width,
      height,
      thumbnail,
      ...(tokens !== undefined && { tokens }),
    })),
    contexts: contexts.map(({ kind, path, startLine, endLine }) => ({
      kind,
      label: startLine === endLine ? `${path}:${startLine}` : `${path}:${startLine}-${endLine}`,
    })),
  };
}

function describeEntry(entry: Entry): PartView {
  return entry.type === 'tool' ? describeCall(entry.call) : entry;
}

function describeCall(call: ToolCallRecord): ToolCallView {
  const { id, name, summary, status, result, truncated, durationMs } = call;
  return {
    type: 'tool',
    id,
    name,
    summary,
    status,
    arguments: prettyJson(call.arguments),
    ...(result !== undefined && { result }),
    ...(truncated !== undefined && { truncated }),
    ...(durationMs !== undefined && { durationMs }),
  };
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text || '{}'), null, 2);
  } catch {
    return text;
  }
}

function describeEnding(ending: Ending, turn: Turn, locale?: string): Pick<TurnView, 'failure' | 'facts' | 'actions'> {
  const actions = offeredActions(ending);
  return {
    ...(ending.failure && { failure: explainFailure(ending.failure, locale) }),
    // Where nothing was sent there is nothing to tell about it.
    ...((ending.cost.calls > 0 || ending.cost.counting) && { facts: describeFacts(ending, turn, locale) }),
    ...(actions.length > 0 && { actions }),
  };
}

function describeFacts(
  { model, cost, durationMs, stopReason, status }: Ending,
  turn: Turn,
  locale?: string,
): FactsView {
  const { inputTokens, outputTokens, cachedTokens, reasoningTokens } = cost;
  const stopNote = status === 'stopped' ? 'stopped' : stopReason && stopNotes[stopReason];
  return {
    model: model || 'unknown model',
    cost: formatTurnCost(cost, locale),
    costNote: costNote(cost),
    durationMs,
    toolCalls: turn.entries.filter(({ type }) => type === 'tool').length,
    // All calls unknown means that nobody reported a count: 0 would be a lie.
    ...(inputTokens !== undefined && inputTokens > 0 && { inputTokens }),
    ...(outputTokens !== undefined && (outputTokens > 0 || (inputTokens ?? 0) > 0) && { outputTokens }),
    ...(cachedTokens && { cachedTokens }),
    ...(reasoningTokens && { reasoningTokens }),
    ...(stopNote && { stopNote }),
  };
}

function costNote({ prices, priceDate, ...cost }: TurnCost): string {
  if (!prices) return explainCost(cost, priceDate);
  return [explainPrices(prices), explainCost(cost, undefined)].filter(Boolean).join(' ');
}

const stopNotes: { readonly [reason in NonNullable<Ending['stopReason']>]?: string } = {
  max_tokens: 'cut off at maxTokens',
  content_filter: 'ended by the content filter',
  refusal: 'refused',
  'tool-limit': 'tool limit reached',
};

function offeredActions({ status, stopReason }: Ending): ActionView[] {
  if (status === 'stopped') return [{ id: 'try-again', label: 'Ask Again' }];
  if (stopReason === 'max_tokens' || stopReason === 'tool-limit')
    return [{ id: 'continue', label: 'Continue', primary: true }];
  return [];
}
