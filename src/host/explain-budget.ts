import type { FailureRecord } from '../chat/failure-record.ts';
import type { FailureView } from '../protocol/chat-view-state.ts';
import { formatMoment } from './periods.ts';

const nothing = 'This request was not sent, and nothing was billed for it.';
const tryAgain = { id: 'try-again', label: 'Try Again' } as const;

/** How a refused question stands by now. */
export type BudgetOutlook =
  /** It would be refused again. */
  | {
      readonly state: 'blocked';
      /** Why, with the figures of now. */
      readonly title: string;
      readonly setting?: string;
      /** When enough is left again, milliseconds since the epoch; absent where waiting does not help. */
      readonly until?: number;
      /** The person is told then. */
      readonly reminded: boolean;
    }
  /** Every budget has room for it. */
  | { readonly state: 'room' }
  /** Another model would be asked now; whether that fits is known when it is asked. */
  | { readonly state: 'other-model'; readonly model: string };

/** A budget that would be passed: one sentence of what is left; then raise it, wait, or ask for something cheaper. */
export function explainBudget(
  { message, budget = {} }: FailureRecord,
  locale: string | undefined,
  outlook?: BudgetOutlook,
): Pick<FailureView, 'title' | 'hint' | 'mended' | 'resolutions' | 'actions'> {
  const { setting, until, unknown } = budget;
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
  if (outlook && outlook.state !== 'blocked') return askAgain(message, outlook);
  return blocked({ title: message, ...(setting && { setting }), ...(until && { until }), ...outlook }, locale);
}

type Blocked = Omit<Extract<BudgetOutlook, { state: 'blocked' }>, 'state' | 'reminded'> & {
  /** Absent where nobody watches for the moment. */
  readonly reminded?: boolean;
};

/** Three ways out: more money, time, or a cheaper model. Time is one only where the budget starts anew by itself. */
function blocked(
  { title, setting, until, reminded }: Blocked,
  locale: string | undefined,
): ReturnType<typeof explainBudget> {
  const then = until && formatMoment(until, locale);
  const wait =
    setting === 'budget.session'
      ? 'Or reset the session, in the tooltip of the status bar: its budget starts anew with it.'
      : then
        ? `Or wait until ${then}, when it starts anew.`
        : 'Or wait until it starts anew.';
  return {
    title,
    ...(then && {
      hint: reminded
        ? `You are told on ${then}, while this window is open. Nothing is sent by itself.`
        : `It starts anew on ${then}. The question stays here.`,
    }),
    resolutions: [
      nothing,
      setting ? `Raise "${setting}" in the settings.` : 'Raise the budget in the settings.',
      wait,
      'Or switch to a cheaper model, or lower maxTokens.',
    ],
    actions: [
      { id: 'raise-budget', label: 'Raise Budget', primary: true },
      { id: 'switch-model', label: 'Switch to a Cheaper Model' },
      ...(then && reminded === false ? [{ id: 'remind-of-budget' as const, label: 'Remind Me Then' }] : []),
      tryAgain,
    ],
  };
}

const askAgain = (
  message: string,
  outlook: Exclude<BudgetOutlook, { state: 'blocked' }>,
): ReturnType<typeof explainBudget> => ({
  ...(outlook.state === 'room'
    ? { title: 'There is room in the budget for this question now.', hint: 'The question is still here.', mended: true }
    : { title: message, hint: `${outlook.model} would be asked now.` }),
  resolutions: [],
  actions: [
    { ...tryAgain, primary: true },
    { id: 'raise-budget', label: 'Change Budget' },
    { id: 'switch-model', label: 'Switch Model' },
  ],
});
