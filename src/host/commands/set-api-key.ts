import * as vscode from 'vscode';
import { parseEndpoint } from '../../llm/endpoint.ts';
import { vendorOf } from '../../llm/vendors.ts';
import { checkKey, type SecretKeys } from '../secret-keys.ts';
import { readSettings } from '../settings.ts';

/** Asks for a key and saves it for the endpoint in force, and for that host only. Resolves to whether one was saved. */
export async function setApiKey(keys: SecretKeys): Promise<boolean> {
  const { provider, endpoint, keySource } = readSettings();
  const { label, keyForm, environment } = vendorOf(provider);
  const { origin, host } = parseEndpoint(endpoint);
  const typed = await vscode.window.showInputBox({
    title: `Pennyloom: Set API Key for ${label}`,
    prompt: `The key is kept in VS Code's secret storage and sent to ${host} only.`,
    ...(keyForm && { placeHolder: keyForm.example }),
    password: true,
    ignoreFocusOut: true,
    validateInput: text => {
      if (!text) return undefined; // nothing to complain about yet
      const { refused, warning } = checkKey(text, keyForm);
      if (refused) return { message: refused, severity: vscode.InputBoxValidationSeverity.Error };
      return warning ? { message: warning, severity: vscode.InputBoxValidationSeverity.Warning } : undefined;
    },
  });
  if (typed === undefined) return false;
  const { refused } = checkKey(typed);
  if (refused) {
    void vscode.window.showErrorMessage(refused);
    return false;
  }
  await keys.set(provider, origin, typed.trim());
  if (keySource === 'environment')
    void vscode.window.showWarningMessage(
      `The key is saved, but "pennyloom.keySource" says to use ${environment?.key ?? 'one'} from the environment.`,
    );
  else vscode.window.setStatusBarMessage(`$(key) API key saved for ${host}`, 5000);
  return true;
}
