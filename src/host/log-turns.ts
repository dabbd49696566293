import type { ChatSession } from '../chat/chat-session.ts';
import type { Disposable } from '../core/disposable.ts';
import type { Log } from '../core/log.ts';
import { formatCost } from './format-cost.ts';

/** One line for each turn and each wait in it: sizes, counts, cost and how it ended; never what was said. */
export function logTurns(session: ChatSession, log: Log): Disposable {
  return session.onEvent(event => {
    // Once for each wait: "Rate limit hit, retrying in 2s (attempt 1/5)".
    if (event.type === 'turn-progressed' && event.event.type === 'waiting' && event.event.begins)
      return log.info(`${event.turn.feature}: ${event.turn.model ?? 'no model'} · ${event.event.text}`);
    if (event.type !== 'turn-finished') return;
    const { turn, ending } = event;
    const { cost, failure } = ending;
    const tokens =
      cost.inputTokens === undefined ? 'no tokens reported' : `${cost.inputTokens} in, ${cost.outputTokens} out`;
    const line = [
      `${turn.feature}: ${ending.model || 'no model'}`,
      `${cost.calls} request(s)`,
      tokens,
      cost.calls === 0 ? 'nothing billed' : formatCost(cost),
      `${turn.entries.filter(({ type }) => type === 'tool').length} tool call(s)`,
      `${Math.round(ending.durationMs)} ms`,
      failure ? `${failure.code}: ${failure.message}` : (ending.stopReason ?? ending.status),
    ].join(' · ');
    if (failure) log.warn(line);
    else log.info(line);
  });
}
