import * as vscode from 'vscode';
import type { CallArchive, NewCost, Repriced } from '../../cost/call-archive.ts';
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
  const yes = 'Re-rate';
  const picked = await vscode.window.showWarningMessage(
    question(plan),
    { modal: true, detail: plan.differences.map(difference).join('\n') },
    yes,
  );
  if (picked !== yes) return false;
  return apply(archive, plan.costs);
}

/** Shows how far it is; may be stopped, and done again for the rest. Resolves to whether anything changed. */
async function apply(archive: CallArchive, costs: readonly NewCost[]): Promise<boolean> {
  const count = (calls: number): string => calls.toLocaleString(vscode.env.language);
  let so: Repriced = { done: 0, replaced: 0 };
  const told = (): string => `${count(so.replaced)} of ${count(costs.length)} requests re-rated`;
  const options = { location: vscode.ProgressLocation.Notification, title: 'Pennyloom: re-rating…', cancellable: true };
  try {
    await vscode.window.withProgress(options, async (progress, token) => {
      let percent = 0;
      for await (so of archive.reprice(costs)) {
        if (token.isCancellationRequested) break;
        const increment = Math.floor((so.done * 100) / costs.length) - percent;
        if (increment === 0) continue;
        percent += increment;
        progress.report({ increment, message: `${count(so.done)} of ${count(costs.length)}` });
      }
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`Pennyloom: ${told()}, then: ${reason}. The others keep the costs they had; re-rate again to go on.`);
    return so.replaced > 0;
  }
  if (so.done === costs.length) vscode.window.setStatusBarMessage(`$(check) ${count(so.replaced)} requests re-rated`, 5000);
  else void vscode.window.showInformationMessage(`Stopped: ${told()}. The others keep the costs they had; re-rate again to go on.`);
  return so.replaced > 0;
} // prettier-ignore

function question({ costs, unchanged }: ReRate): string {
  const count = (calls: number): string => calls.toLocaleString(vscode.env.language);
  return `${count(costs.length)} of ${count(costs.length + unchanged)} requests would cost something else at the prices that today’s list has for their days.`;
}

function difference({ provider, model, calls, unknownBefore, before, after }: ReRateDifference): string {
  const locale = vscode.env.language;
  const unknown = unknownBefore > 0 ? ` and ${unknownBefore.toLocaleString(locale)} unknown` : '';
  return `${model} (${labelOf(provider)}), ${calls.toLocaleString(locale)}: ${before.format(locale)}${unknown} → ${after.format(locale)}`;
}
