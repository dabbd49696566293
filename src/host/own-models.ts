import * as vscode from 'vscode';
import { readOwnModels } from '../cost/own-models.ts';
import { overridePrices } from '../cost/price-list.ts';
import { amendCatalog } from '../llm/model-catalog.ts';
import { vendors } from '../llm/vendors.ts';
import { ownModelsSetting } from './settings.ts';

/** Lays the person's own prices and facts over the built-in ones, now and at each change of the setting; says what cannot be read. */
export function followOwnModels(now: () => number): vscode.Disposable {
  const apply = (): void => {
    const day = new Date(now()).toISOString().slice(0, 10);
    const { prices, amendments, complaints } = readOwnModels(ownModelsSetting(), Object.keys(vendors), day);
    overridePrices(prices);
    amendCatalog(amendments);
    if (complaints.length > 0) void complain(complaints);
  };
  apply();
  return vscode.workspace.onDidChangeConfiguration(change => {
    if (change.affectsConfiguration('pennyloom.models')) apply();
  });
}

async function complain(complaints: readonly string[]): Promise<void> {
  const openSettings = 'Open Settings';
  const picked = await vscode.window.showWarningMessage(
    `"pennyloom.models" is only used in part. ${complaints.join(' ')}`,
    openSettings,
  );
  if (picked) await vscode.commands.executeCommand('workbench.action.openSettings', 'pennyloom.models');
}
