import * as vscode from 'vscode';
import type { ChatSession } from '../chat/chat-session.ts';
import type { Dispatcher } from '../llm/http/http-call.ts';
import type { PolicyPool } from '../llm/policy-pool.ts';
import type { ChatView } from './chat-view.ts';
import type { CommandName } from './command-names.ts';
import { clearApiKey } from './commands/clear-api-key.ts';
import { chooseModel } from './commands/choose-model.ts';
import { chooseProvider, setUpProvider } from './commands/choose-provider.ts';
import { refreshModels } from './commands/refresh-models.ts';
import { explainSelection } from './commands/explain-selection.ts';
import { migrateToAzure, type MigrationParts } from './commands/migrate-to-azure.ts';
import type { Reconciler } from './commands/reconcile.ts';
import { setApiKey } from './commands/set-api-key.ts';
import { testAndTell } from './commands/test-connection.ts';
import type { CostView } from './cost-view.ts';
import type { ModelLists } from './model-lists.ts';
import type { ReadOnlyPage } from './read-only-page.ts';
import { readSettings } from './settings.ts';

/** What each command does, by its name after "pennyloom.". */
export type Commands = { readonly [name in CommandName]: () => unknown };

export interface CommandParts extends MigrationParts {
  readonly session: ChatSession;
  readonly view: ChatView;
  readonly costs: CostView;
  readonly reconciler: Reconciler;
  readonly lists: ModelLists;
  readonly comparison: ReadOnlyPage;
  readonly channel: vscode.LogOutputChannel;
  readonly policies: PolicyPool;
  readonly dispatcher: Dispatcher;
  /** What holds in every window. */
  readonly memory: vscode.Memento;
  readonly resetSession: () => void;
}

/** Whatever takes more than a line is a file of its own in `commands/`. */
export function engineCommands(parts: CommandParts): Commands {
  const { keys, session, view, costs, lists, channel, clock, policies, dispatcher, memory } = parts;
  const refresh = async (): Promise<boolean> => {
    const told = await refreshModels(parts);
    if (told) view.refreshModel();
    return told;
  };
  const choose = (): Promise<void> => chooseModel({ lists, clock, refresh });
  const choosing = { keys, dispatcher, memory, chooseModel: choose };
  return {
    setApiKey: () => setApiKey(keys, provider => setUpProvider({ provider, endpoint: '' }, choosing)),
    clearApiKey: async () => {
      const { provider } = readSettings();
      if (await clearApiKey(keys)) await parts.reconciler.forgetKey(provider);
    },
    testConnection: () => testAndTell(parts),
    migrateToAzure: () => migrateToAzure(parts),
    newChat: async () => {
      session.newChat();
      await view.focus();
    },
    focusChat: () => view.focus(),
    stopAnswer: () => session.stop(),
    chooseProvider: () => chooseProvider(choosing),
    chooseModel: choose,
    refreshModels: refresh,
    compareProviders: () => parts.comparison.show(),
    explainSelection: async () => {
      const input = await explainSelection();
      if (!input) return;
      await view.focus();
      await session.send(input);
    },
    showCosts: () => costs.show(),
    reconcileCosts: () => parts.reconciler.run(),
    resetSessionCost: parts.resetSession,
    resetCircuitBreakers: () => {
      policies.resetBreakers();
      vscode.window.setStatusBarMessage('$(debug-restart) Paused providers are asked again', 5000);
    },
    openSettings: () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:pennyloom.pennyloom'),
    showLog: () => channel.show(),
  };
}
