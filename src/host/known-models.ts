import * as vscode from 'vscode';
import { readOwnModels } from '../cost/own-models.ts';
import { overridePrices } from '../cost/price-list.ts';
import { amendCatalog } from '../llm/model-catalog.ts';
import { vendors } from '../llm/vendors.ts';
import { believe, type ModelLists } from './model-lists.ts';
import { ownModelsSetting, readSettings } from './settings.ts';

/**
 * Lays what the provider listed and what the person's settings say over the built-in facts and prices, now and at each change of the
 * settings; says what cannot be read.
 */
export function followKnownModels(lists: ModelLists, now: () => number): vscode.Disposable {
  const applyList = (): void => {
    const { provider, endpoint } = readSettings();
    believe(lists.at(provider, endpoint));
  };
  const applyOwn = (): void => {
    const day = new Date(now()).toISOString().slice(0, 10);
    const { prices, amendments, complaints } = readOwnModels(ownModelsSetting(), Object.keys(vendors), day);
    overridePrices(prices);
    amendCatalog(amendments);
    if (complaints.length > 0) void complain(complaints);
  };
  applyOwn();
  applyList();
  return vscode.workspace.onDidChangeConfiguration(change => {
    if (change.affectsConfiguration('pennyloom.models')) applyOwn();
    if (change.affectsConfiguration('pennyloom')) applyList();
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
