import * as vscode from 'vscode';
import { modelOfDeployment } from '../../llm/azure-openai/deployments.ts';
import { type AzureMove, modelToAskAbout, movedSettings, settingsOfMove } from '../azure-move.ts';
import type { GuideDocument } from '../guide-document.ts';
import type { SecretKeys } from '../secret-keys.ts';
import { readSettings } from '../settings.ts';
import { askForMove, type MoveAnswers } from './azure-questions.ts';
import { checkConnection, type ConnectionParts } from './test-connection.ts';

export interface MigrationParts extends ConnectionParts {
  readonly keys: SecretKeys;
  readonly guide: GuideDocument;
}

/**
 * The reference's ten steps of moving to Azure, as far as they can be taken here: shows the guide, asks, writes settings and key at once when all
 * is answered, and tests the connection. Whoever leaves before the last question has changed nothing; whoever sees the test fail can go back.
 */
export async function migrateToAzure(parts: MigrationParts): Promise<void> {
  const { keys, guide, clock } = parts;
  await guide.show();
  const restore = remember();
  for (let answers: MoveAnswers | undefined = {}; ;) {
    const asked = await askForMove(answers, keys, clock.now());
    if (!asked) return;
    await write(asked.move);
    if (asked.key) await keys.set('azure-openai', new URL(asked.move.address.base).origin, asked.key);
    guide.update();
    const next = await test(parts, asked.move);
    if (next === 'undo') {
      await restore();
      guide.update();
      vscode.window.setStatusBarMessage('$(discard) Settings are as before', 5000);
    }
    if (next !== 'change') return;
    answers = asked.answers;
  }
}

/** @returns what the person wants after it; nothing more where it answered. */
async function test(parts: MigrationParts, move: AzureMove): Promise<'change' | 'undo' | undefined> {
  for (;;) {
    const report = await checkConnection(parts);
    parts.guide.update(report.ok ? 'answered' : 'failed');
    if (report.ok) return void askAboutModel(report.text, report.model, move);
    const picked = await vscode.window.showErrorMessage(report.text, 'Change…', 'Try Again', 'Undo');
    if (picked !== 'Try Again') return picked === 'Change…' ? 'change' : picked === 'Undo' ? 'undo' : undefined;
  }
}

/** What Azure says answered is a question to the person, who knows whether it stays so. */
async function askAboutModel(
  text: string,
  answered: string | undefined,
  { deployment, model }: AzureMove,
): Promise<void> {
  const found = modelToAskAbout(answered, model && modelOfDeployment(deployment, { [deployment]: model }));
  if (!found) return void vscode.window.showInformationMessage(text);
  const use = `Use the Price of ${found}`;
  const asked = `${text} Azure says that ${deployment} is ${found}.`;
  if ((await vscode.window.showInformationMessage(asked, use)) !== use) return;
  const { deployments } = readSettings().azure;
  await own().update('azure.deployments', { ...deployments, [deployment]: found }, vscode.ConfigurationTarget.Global);
}

const own = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('pennyloom');

async function write(move: AzureMove): Promise<void> {
  const { azure } = readSettings();
  const endpoints = own().get<{ readonly [provider: string]: string }>('endpoints', {});
  const changes = settingsOfMove(move, { endpoints, deployments: azure.deployments, entraHosts: azure.entraHosts });
  for (const [name, value] of changes) await own().update(name, value, placeOf(name).target);
}

/** @returns what makes the settings as they are now, however many attempts come between; who is asked first, as it is written last. */
function remember(): () => Promise<void> {
  const before = movedSettings.map(name => ({ name, ...placeOf(name) }));
  return async () => {
    for (const { name, target, value } of before.toReversed()) await own().update(name, value, target);
  };
}

/** Where a setting is in force, and what stands there: over a workspace's own, the user's changes nothing. */
function placeOf(name: string): { readonly target: vscode.ConfigurationTarget; readonly value: unknown } {
  const found = own().inspect(name);
  return found?.workspaceValue === undefined
    ? { target: vscode.ConfigurationTarget.Global, value: found?.globalValue }
    : { target: vscode.ConfigurationTarget.Workspace, value: found.workspaceValue };
}
