import * as vscode from 'vscode';
import type { Clock } from '../../core/clock.ts';
import { vendorAt } from '../../llm/vendors.ts';
import { modelChoices, warningAbout } from '../model-choices.ts';
import type { ModelLists } from '../model-lists.ts';
import { readSettings } from '../settings.ts';

export interface ChooseModelParts {
  readonly lists: ModelLists;
  readonly clock: Clock;
  /** Asks the host for its list; false where that failed, and was said. */
  readonly refresh: () => Promise<boolean>;
}

type ModelItem = vscode.QuickPickItem & { readonly id?: string };

/** Lists what can be asked, by what it is best for, and makes the chosen one the model of the next question. */
export async function chooseModel(parts: ChooseModelParts): Promise<void> {
  const { provider, asked: current, endpoint } = readSettings();
  const other: ModelItem = { label: 'Another Model…', alwaysShow: true };
  const refresh = refreshItem(parts);
  const picked = await vscode.window.showQuickPick([...modelItems(parts), separator(''), other, refresh], {
    title: `Pennyloom: Choose Model of ${vendorAt(provider, endpoint).label}`,
    placeHolder: 'Prices are US dollars per 1M tokens',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!picked) return;
  if (picked === refresh) {
    if (await parts.refresh()) await chooseModel(parts);
    return;
  }
  const id = picked === other ? await askForId(provider, current, parts.clock.now()) : picked.id;
  if (id) await setModel(id);
}

function modelItems({ lists, clock }: ChooseModelParts): ModelItem[] {
  const { provider, asked: current, endpoint, azure } = readSettings();
  const groups = modelChoices({
    provider,
    host: vendorAt(provider, endpoint).label,
    current,
    ...((provider as string) === 'azure-openai' && { deployments: azure.deployments }),
    list: lists.at(provider, endpoint),
    now: clock.now(),
    locale: vscode.env.language,
  });
  return groups.flatMap(({ label, choices }) => [
    separator(label),
    ...choices.map(({ id, description, detail }) => ({
      id,
      label: id === current ? `$(check) ${id}` : id,
      description,
      detail,
    })),
  ]);
}

const separator = (label: string): ModelItem => ({ label, kind: vscode.QuickPickItemKind.Separator });

function refreshItem({ lists }: ChooseModelParts): ModelItem {
  const { provider, endpoint } = readSettings();
  const { label } = vendorAt(provider, endpoint);
  const day = lists.at(provider, endpoint)?.day;
  return {
    label: '$(refresh) Refresh Models',
    description: day ? `${label} was asked on ${day}` : `ask ${label} which models this key may use`,
    alwaysShow: true,
  };
}

function askForId(provider: string, current: string, now: number): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: 'Pennyloom: Choose Model',
    prompt: 'Model id, exactly as the provider writes it. Its cost is shown as unknown if no price is known.',
    value: current,
    validateInput: text => {
      if (!text.trim()) return 'A model id is required';
      const warning = warningAbout(provider, text.trim(), now);
      return warning ? { message: warning, severity: vscode.InputBoxValidationSeverity.Warning } : undefined;
    },
  });
}

/** undefined for what the provider suggests. */
export const setModel = (id: string | undefined): Thenable<void> =>
  vscode.workspace.getConfiguration('pennyloom').update('model', id, target());

/** Where the setting is overridden by the workspace, changing the user's would change nothing. */
function target(): vscode.ConfigurationTarget {
  const found = vscode.workspace.getConfiguration('pennyloom').inspect('model');
  return found?.workspaceValue === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
}
