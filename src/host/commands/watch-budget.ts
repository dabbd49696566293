import * as vscode from 'vscode';
import { BudgetWatch, type BudgetWatchOptions } from '../budget-watch.ts';
import type { ChatView } from '../chat-view.ts';
import { explainFailure } from '../explain-failure.ts';
import { readSettings } from '../settings.ts';
import type { ChatSession } from '../../chat/chat-session.ts';

export interface WatchBudgetParts extends Pick<BudgetWatchOptions, 'ledger' | 'clock' | 'caps'> {
  readonly session: ChatSession;
  readonly view: ChatView;
}

/** Keeps the card of a refused question true, and tells whoever asked for it when its budget starts anew. */
export function watchBudget({ session, view, ...parts }: WatchBudgetParts): BudgetWatch {
  const tryAgain = 'Try Again';
  return new BudgetWatch({
    ...parts,
    session,
    model: () => readSettings().asked,
    tell: (turn, failure, outlook) => view.showFailure(turn.id, explainFailure(failure, vscode.env.language, outlook)),
    remind: turn =>
      void vscode.window
        .showInformationMessage('The budget has started anew: there is room for your question.', tryAgain)
        .then(async picked => {
          if (picked !== tryAgain) return;
          await view.focus();
          await session.retry(turn.id);
        }),
  });
}
