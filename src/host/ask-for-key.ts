import * as vscode from 'vscode';
import { parseEndpoint } from '../llm/endpoint.ts';
import { type ProviderName, vendorAt } from '../llm/vendors.ts';
import { checkKey } from './secret-keys.ts';

export interface KeyQuestion {
  readonly provider: ProviderName;
  readonly endpoint: string;
  /** Whether an empty answer is one. */
  readonly mayBeEmpty?: boolean;
}

/** Asks for the key of one host. undefined where the person left; '' only where that was allowed. @throws LlmError for an endpoint that is none. */
export async function askForKey({ provider, endpoint, mayBeEmpty }: KeyQuestion): Promise<string | undefined> {
  const { label, keyForm, pages } = vendorAt(provider, endpoint);
  const { host } = parseEndpoint(endpoint);
  const typed = await vscode.window.showInputBox({
    title: `Pennyloom: Set API Key for ${label}`,
    prompt: [
      `The key is kept in VS Code's secret storage and sent to ${host} only.`,
      pages.keys && `Keys: ${pages.keys.replace('https://', '')}.`,
      mayBeEmpty && 'Leave it empty if the host asks for none.',
    ]
      .filter(Boolean)
      .join(' '),
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
  if (typed === undefined || (mayBeEmpty && !typed.trim())) return typed?.trim();
  const { refused } = checkKey(typed);
  if (!refused) return typed.trim();
  void vscode.window.showErrorMessage(refused);
  return undefined;
}
