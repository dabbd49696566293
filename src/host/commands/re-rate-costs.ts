import * as vscode from 'vscode';
import type { CallArchive } from '../../cost/call-archive.ts';
import { planReRate, type ReRate, type ReRateDifference } from '../../cost/re-rate.ts';
import { labelOf } from '../describe-costs.ts';

/** Prices every request again, shows the difference, and writes it only when it is wanted. Resolves to whether anything changed. */
export async function reRateCosts({ archive }: { readonly archive: CallArchive }): Promise<boolean> {
  const plan = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Pennyloom: pricing all requests again…', cancellable: true },
    (_progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      return planReRate(archive, stop.signal).catch((error: unknown) => {
        if (stop.signal.aborted) return undefined;
        throw error;
      });
    },
  ); // prettier-ignore
  if (!plan) return false;
  if (plan.costs.length === 0) {
    void vscode.window.showInformationMessage('Every request already has the price that today’s list has for its day.');
    return false;
  }
  const apply = 'Re-rate';
  const picked = await vscode.window.showWarningMessage(
    question(plan),
    { modal: true, detail: plan.differences.map(difference).join('\n') },
    apply,
  );
  if (picked !== apply) return false;
  const replaced = archive.reprice(plan.costs);
  vscode.window.setStatusBarMessage(`$(check) ${replaced.toLocaleString(vscode.env.language)} requests re-rated`, 5000);
  return true;
}

function question({ costs, unchanged }: ReRate): string {
  const count = (calls: number): string => calls.toLocaleString(vscode.env.language);
  return `${count(costs.length)} of ${count(costs.length + unchanged)} requests would cost something else at the prices that today’s list has for their days.`;
}

function difference({ provider, model, calls, unknownBefore, before, after }: ReRateDifference): string {
  const locale = vscode.env.language;
  const unknown = unknownBefore > 0 ? ` and ${unknownBefore.toLocaleString(locale)} unknown` : '';
  return `${model} (${labelOf(provider)}), ${calls.toLocaleString(locale)}: ${before.format(locale)}${unknown} → ${after.format(locale)}`;
}
