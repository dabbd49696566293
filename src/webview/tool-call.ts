import type { ToolCallView } from '../protocol/chat-view-state.ts';
import { element, icon } from './element.ts';
import { formatDuration } from './numbers.ts';

const states = {
  running: { glyph: () => icon('loading', 'spin'), label: 'running' },
  done: { glyph: () => icon('check'), label: 'done' },
  failed: { glyph: () => icon('error'), label: 'failed' },
  'not-run': { glyph: () => icon('circle-slash'), label: 'not run' },
} as const;

/** One line that opens to what the model asked for and what it got. */
export function drawToolCall(call: ToolCallView): HTMLDetailsElement {
  const row = element('details', { class: 'tool-call', 'data-testid': 'tool-call', 'data-name': call.name });
  updateToolCall(row, call);
  return row;
}

/** Draws a call's new state into its row; whether it is open stays as it is. */
export function updateToolCall(row: HTMLDetailsElement, call: ToolCallView): void {
  const state = states[call.status];
  row.dataset['status'] = call.status;
  const summary = element(
    'summary',
    { class: 'tool-summary' },
    icon('chevron-right'),
    state.glyph(),
    element('span', { class: 'tool-title' }, call.summary),
    element('span', { class: 'visually-hidden' }, `, ${state.label}`),
  );
  if (call.durationMs !== undefined)
    summary.append(element('span', { class: 'tool-duration' }, formatDuration(call.durationMs)));
  const body = element('div', { class: 'tool-body' }, section('Arguments', call.arguments));
  if (call.result !== undefined)
    body.append(section(call.truncated ? 'Result (shortened)' : 'Result', call.result || 'Empty.'));
  // The summary may have the focus: it stays the same object in the same place.
  const old = row.querySelector('summary');
  if (old) {
    old.replaceChildren(...summary.childNodes);
    old.nextElementSibling?.remove();
    row.append(body);
  } else row.append(summary, body);
}

const section = (title: string, text: string): HTMLElement =>
  element(
    'div',
    {},
    element('div', { class: 'tool-section-title' }, title),
    element('pre', { class: 'tool-text', tabindex: '0', role: 'group', 'aria-label': title }, text),
  );
