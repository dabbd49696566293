import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as vscode from 'vscode';
import type { Clock } from '../../core/clock.ts';
import { always, type CallArchive, type Span } from '../../cost/call-archive.ts';
import { exportCalls, type Exported, type ExportFormat } from '../../cost/export.ts';

const formats: readonly (vscode.QuickPickItem & { readonly format: ExportFormat; readonly extension: string })[] = [
  { label: 'CSV', description: 'for spreadsheets; nothing in it can run as a formula', format: 'csv', extension: 'csv' },
  { label: 'JSON', description: 'everything, with the usage as the provider reported it', format: 'json', extension: 'json' },
  { label: 'FOCUS 1.2', description: 'FinOps Open Cost and Usage Specification, as CSV', format: 'focus', extension: 'csv' },
]; // prettier-ignore

/** Asks for what, how and where to, and writes the file while it is read. Nothing in the view changes by it. */
export async function exportCosts(
  { archive, clock }: { readonly archive: CallArchive; readonly clock: Clock },
  shown: Span,
): Promise<false> {
  const picked = await vscode.window.showQuickPick(formats, {
    title: 'Pennyloom: Export Costs',
    placeHolder: 'Format',
  });
  const range = picked && (await pickRange(shown));
  if (!picked || !range) return false;
  const day = new Date(clock.now()).toISOString().slice(0, 10);
  const name = `pennyloom-costs-${day}${picked.format === 'focus' ? '-focus' : ''}.${picked.extension}`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const target = await vscode.window.showSaveDialog({
    title: 'Export Costs',
    ...(folder !== undefined && { defaultUri: vscode.Uri.file(join(folder, name)) }),
    filters: { [picked.label]: [picked.extension] },
  });
  if (!target) return false;
  const exported: Exported = { calls: 0, leftOut: 0 };
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Pennyloom: exporting costs…', cancellable: true },
    async (_progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      const facts = { now: clock.now(), titleOf: (id: string) => archive.titleOf(id) };
      const portions = archive.read({ span: range }, stop.signal);
      try {
        await writeWhole(target.fsPath, exportCalls(picked.format, portions, facts, exported), stop.signal);
      } catch (error) {
        if (!stop.signal.aborted) throw error;
        exported.calls = -1;
      }
    },
  );
  if (exported.calls >= 0) await tell(target, exported);
  return false;
}

async function pickRange(shown: Span): Promise<Span | undefined> {
  const day = (at: number): string => new Date(at).toLocaleDateString(vscode.env.language);
  const ranges = [
    { label: 'What is shown', description: `${day(shown.from)} – ${day(shown.to - 1)}`, span: shown },
    { label: 'Everything', description: '', span: always },
  ];
  const picked = await vscode.window.showQuickPick(ranges, {
    title: 'Pennyloom: Export Costs',
    placeHolder: 'Which requests?',
    // The question before gives the focus back to the view as it goes, sometimes only when this one is already there.
    ignoreFocusOut: true,
  });
  return picked?.span;
}

/** A file is there whole or not at all; one that was there before stays until then. */
async function writeWhole(path: string, pieces: AsyncIterable<string>, signal: AbortSignal): Promise<void> {
  const partial = `${path}.part`;
  try {
    await pipeline(Readable.from(pieces), createWriteStream(partial), { signal });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function tell(target: vscode.Uri, { calls, leftOut }: Exported): Promise<void> {
  const locale = vscode.env.language;
  const missing =
    leftOut > 0 ? ` ${leftOut.toLocaleString(locale)} without a known cost are left out: FOCUS has no place for them.` : '';
  const open = 'Open';
  const picked = await vscode.window.showInformationMessage(
    `${calls.toLocaleString(locale)} ${calls === 1 ? 'request' : 'requests'} exported.${missing}`,
    open,
  );
  if (picked === open) await vscode.commands.executeCommand('vscode.open', target);
} // prettier-ignore
