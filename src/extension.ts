import * as vscode from 'vscode';
import { DisposableStore } from './core/disposable.ts';
import { commandNames } from './host/command-names.ts';
import type { Engine } from './host/engine.ts';
import type { PublicApi } from './host/public-api.ts';

/**
 * Puts up the status-bar item and the places a person can begin from. Nothing else happens before one of them is used: the engine,
 * with the wire, the database and the tools in it, is a bundle of its own that is loaded then.
 */
export function activate(context: vscode.ExtensionContext): PublicApi {
  const own = new DisposableStore();
  context.subscriptions.push(own);

  const status = own.add(vscode.window.createStatusBarItem('cost', vscode.StatusBarAlignment.Right, 100));
  status.name = 'Pennyloom Session Cost';
  status.text = '$(credit-card) Pennyloom';
  status.accessibilityInformation = { label: 'Pennyloom: nothing spent in this session', role: 'button' };
  status.tooltip = 'Pennyloom: nothing spent in this session';
  status.command = 'pennyloom.showCosts';
  status.show();

  let loading: Promise<Engine> | undefined;
  const engine = (): Promise<Engine> =>
    (loading ??= import('./host/engine.ts').then(({ createEngine }) => own.add(createEngine(context, status))));

  for (const name of commandNames)
    own.add(vscode.commands.registerCommand(`pennyloom.${name}`, async () => (await engine()).commands[name]()));
  own.add(
    vscode.window.registerWebviewViewProvider('pennyloom.chat', {
      resolveWebviewView: async view => (await engine()).showChat(view),
    }),
  );
  return { version: 1 };
}
