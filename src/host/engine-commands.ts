import * as vscode from 'vscode';
import type { ChatSession } from '../chat/chat-session.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Ledger } from '../cost/ledger.ts';
import { LlmError } from '../llm/llm-error.ts';
import type { PolicyPool } from '../llm/policy-pool.ts';
import type { ActionId } from '../protocol/chat-view-state.ts';
import type { ChatView } from './chat-view.ts';
import type { CommandName } from './command-names.ts';
import { chooseModel } from './commands/choose-model.ts';
import { explainSelection } from './commands/explain-selection.ts';
import { setApiKey } from './commands/set-api-key.ts';
import { testConnection } from './connection-test.ts';
import type { CostView } from './cost-view.ts';
import type { ProviderMaker } from './provider-maker.ts';
import type { SecretKeys } from './secret-keys.ts';
import { readSettings } from './settings.ts';

/** What each command does, by its name after "pennyloom.". */
export type Commands = { readonly [name in CommandName]: () => unknown };

export interface CommandParts {
  readonly keys: SecretKeys;
  readonly ledger: Ledger;
  readonly session: ChatSession;
  readonly view: ChatView;
  readonly costs: CostView;
  readonly channel: vscode.LogOutputChannel;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: Log;
  readonly providerFor: ProviderMaker;
  readonly policies: PolicyPool;
  readonly act: (action: ActionId) => void;
  readonly resetSession: () => void;
}

/** Whatever takes more than a line is a file of its own in `commands/`. */
export function engineCommands(parts: CommandParts): Commands {
  const { keys, session, view, costs, channel, clock, policies } = parts;
  return {
    setApiKey: () => setApiKey(keys),
    clearApiKey: async () => {
      await keys.clear(readSettings().provider);
      vscode.window.setStatusBarMessage('$(key) API key cleared', 5000);
    },
    testConnection: () => testAndTell(parts),
    newChat: async () => {
      session.newChat();
      await view.focus();
    },
    focusChat: () => view.focus(),
    stopAnswer: () => session.stop(),
    chooseModel: () => chooseModel(clock.now()),
    explainSelection: async () => {
      const input = await explainSelection();
      if (!input) return;
      await view.focus();
      await session.send(input);
    },
    showCosts: () => costs.show(),
    resetSessionCost: parts.resetSession,
    resetCircuitBreakers: () => {
      policies.resetBreakers();
      vscode.window.setStatusBarMessage('$(debug-restart) Paused providers are asked again', 5000);
    },
    openSettings: () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:pennyloom.pennyloom'),
    showLog: () => channel.show(),
  };
}

async function testAndTell({ newId, providerFor, ledger, clock, log, act }: CommandParts): Promise<void> {
  const report = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Pennyloom: testing the connection…' },
    async () => {
      const turn = newId();
      try {
        const provider = providerFor({ conversation: '', turn, feature: 'test' });
        return await testConnection(provider, ledger, turn, clock, vscode.env.language, log);
      } catch (error) {
        if (error instanceof LlmError) return { ok: false as const, text: error.message, actions: [] };
        throw error;
      }
    },
  );
  if (report.ok) return void vscode.window.showInformationMessage(report.text);
  const picked = await vscode.window.showErrorMessage(report.text, ...report.actions.map(({ label }) => label));
  const action = report.actions.find(({ label }) => label === picked);
  if (action) act(action.id);
}
