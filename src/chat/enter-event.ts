import type { Turn } from './conversation.ts';
import type { TurnEvent } from './run-turn.ts';

/** Writes into the turn what happens in it. @returns false where the person was told the same before. */
export function enterEvent(turn: Turn, event: Exclude<TurnEvent, { type: 'headroom' }>): boolean {
  const { entries } = turn;
  const last = entries.at(-1);
  switch (event.type) {
    case 'text':
      if (last?.type === 'text') last.text += event.text;
      else entries.push({ type: 'text', text: event.text });
      return true;
    case 'thinking':
      if (last?.type === 'thinking' && last.durationMs === undefined) last.text += event.text;
      else entries.push({ type: 'thinking', text: event.text });
      return true;
    case 'thought': {
      const thinking = entries.findLast(({ type }) => type === 'thinking');
      if (thinking?.type === 'thinking') thinking.durationMs = event.durationMs;
      return true;
    }
    case 'tool-started': {
      const { id, name, arguments: args } = event.call;
      const { summary } = event;
      entries.push({ type: 'tool', call: { id, name, arguments: args, summary, status: 'running' } });
      return true;
    }
    case 'tool-finished': {
      const { callId, status, text, truncated, durationMs } = event.result;
      const entry = entries.find(one => one.type === 'tool' && one.call.id === callId);
      if (entry?.type === 'tool') Object.assign(entry.call, { status, result: text, truncated, durationMs });
      return true;
    }
    case 'notice':
      // Every step of a turn is adjusted alike; told once is enough.
      if (entries.some(entry => entry.type === 'notice' && entry.text === event.text)) return false;
      entries.push({ type: 'notice', text: event.text });
      return true;
    case 'waiting':
      return true;
    case 'messages':
      turn.messages.push(...event.messages);
      return true;
  }
}
