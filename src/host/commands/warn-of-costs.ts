import * as vscode from 'vscode';
import type { Disposable } from '../../core/disposable.ts';
import type { Ledger } from '../../cost/ledger.ts';
import { CostWarning } from '../cost-warning.ts';
import { readSettings } from '../settings.ts';

/** A notification with one thing to do, because the status bar alone is easily overlooked. */
export function warnOfCosts(of: { readonly ledger: Ledger; readonly sessionId: () => string }): Disposable {
  const show = 'Show Costs';
  return new CostWarning({
    ...of,
    warnAt: () => readSettings().costs.warnAt,
    warn: text =>
      void vscode.window.showWarningMessage(text, show).then(picked => {
        if (picked === show) void vscode.commands.executeCommand('pennyloom.showCosts');
      }),
    locale: vscode.env.language,
  });
}
