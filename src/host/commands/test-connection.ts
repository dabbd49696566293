import * as vscode from 'vscode';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Ledger } from '../../cost/ledger.ts';
import { LlmError } from '../../llm/llm-error.ts';
import type { ActionId } from '../../protocol/chat-view-state.ts';
import { type ConnectionReport, testConnection } from '../connection-test.ts';
import type { ProviderMaker } from '../provider-maker.ts';

export interface ConnectionParts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: Log;
  readonly providerFor: ProviderMaker;
  readonly act: (action: ActionId) => void;
}

/** Tests what the settings say at this moment, and shows that it does. */
export function checkConnection({
  newId,
  providerFor,
  ledger,
  clock,
  log,
}: ConnectionParts): Thenable<ConnectionReport> {
  return vscode.window.withProgress(
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
}

export async function testAndTell(parts: ConnectionParts): Promise<void> {
  const report = await checkConnection(parts);
  if (report.ok) return void vscode.window.showInformationMessage(report.text);
  const picked = await vscode.window.showErrorMessage(report.text, ...report.actions.map(({ label }) => label));
  const action = report.actions.find(({ label }) => label === picked);
  if (action) parts.act(action.id);
}
