import * as vscode from 'vscode';
import type { Clock } from '../../core/clock.ts';
import { always, type CallArchive, type CallQuery, type Span } from '../../cost/call-archive.ts';
import type { CostQuery } from '../../protocol/cost-view-state.ts';

/** No day and no month that a budget may still count began longer ago. */
const budgetsReachBackMs = 32 * 86_400_000;

/** What is older is not counted by any budget any more. */
export const keepFrom = (now: number): number => now - budgetsReachBackMs;

/** Asks what to delete and whether it is meant, and says what goes and what stays. Resolves to whether anything was deleted. */
export async function deleteCosts(
  { archive, clock }: { readonly archive: CallArchive; readonly clock: Clock },
  query: CostQuery,
  shown: Span,
): Promise<boolean> {
  const picked = await vscode.window.showQuickPick(choices(query, shown), {
    title: 'Pennyloom: Delete Costs',
    placeHolder: 'Which requests?',
  });
  if (!picked) return false;
  const confirm = 'Delete';
  const answer = await vscode.window.showWarningMessage(
    `Delete the requests of ${picked.label.toLowerCase()}?`,
    { modal: true, detail: consequences },
    confirm,
  );
  if (answer !== confirm) return false;
  const { removed, reduced } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Pennyloom: deleting costs…' },
    () => archive.delete(picked.query, keepFrom(clock.now()), clock.now()),
  );
  const count = (calls: number): string => calls.toLocaleString(vscode.env.language);
  void vscode.window.showInformationMessage(
    `${count(removed + reduced)} requests deleted.${reduced > 0 ? ` Of ${count(reduced)} the amounts stay for budgets.` : ''}`,
  );
  return true;
}

const consequences = [
  'They disappear from the list, from searches and from exports, and cannot be brought back. Conversations stay.',
  'Of requests of the last 32 days, time, model, feature, workspace and amount are kept until then, so that no budget is passed by deleting: sums of today and of this month stay what was spent. Tokens, conversation and everything else go at once.',
].join('\n\n');

function choices(query: CostQuery, shown: Span): (vscode.QuickPickItem & { readonly query: CallQuery })[] {
  const day = (at: number): string => new Date(at).toLocaleDateString(vscode.env.language);
  const range = `${day(shown.from)} – ${day(shown.to - 1)}`;
  return [
    ...(query.group
      ? [
          {
            label: `“${query.group.label}”`,
            description: range,
            query: { span: shown, group: { by: query.group.by, key: query.group.key } },
          },
        ]
      : []),
    { label: 'The days shown', description: range, query: { span: shown } },
    { label: 'All time', description: 'everything there is', query: { span: always } },
  ];
}
