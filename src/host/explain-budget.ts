import type { FailureRecord } from '../chat/failure-record.ts';
import type { FailureView } from '../protocol/chat-view-state.ts';
import { formatMoment } from './periods.ts';

/** A budget that would be passed: one sentence of what is left; then raise it, wait, or ask for something cheaper. */
export function explainBudget(
  { message, budget = {} }: FailureRecord,
  locale: string | undefined,
): Pick<FailureView, 'title' | 'resolutions' | 'actions'> {
  const { setting, until, unknown } = budget;
  const nothing = 'Nothing was sent and nothing was billed.';
  const tryAgain = { id: 'try-again', label: 'Try Again' } as const;
  if (unknown === 'ledger')
    return {
      title: message,
      resolutions: [
        nothing,
        'Make room on the disk, or let Pennyloom write to its folder, and reload the window.',
        'Or go without the budget.',
      ],
      actions: [
        { ...tryAgain, primary: true },
        { id: 'raise-budget', label: 'Change Budget' },
        { id: 'open-log', label: 'Open Log' },
      ],
    };
  if (unknown === 'price')
    return {
      title: message,
      resolutions: [
        nothing,
        'Switch to a model whose price is known.',
        'Or give this one its price in "models" in the settings, or go without the budget.',
      ],
      actions: [
        { id: 'switch-model', label: 'Switch Model', primary: true },
        { id: 'raise-budget', label: 'Change Budget' },
        tryAgain,
      ],
    };
  const anew = until && formatMoment(until, locale);
  return {
    title: message,
    resolutions: [
      nothing,
      setting ? `Raise "${setting}" in the settings.` : 'Raise the budget in the settings.',
      anew ? `Or wait until ${anew}, when it starts anew.` : 'Or wait until it starts anew.',
      'Or switch to a cheaper model, or lower maxTokens.',
    ],
    actions: [
      { id: 'raise-budget', label: 'Raise Budget', primary: true },
      { id: 'switch-model', label: 'Switch to a Cheaper Model' },
      tryAgain,
    ],
  };
}
