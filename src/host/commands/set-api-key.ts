import * as vscode from 'vscode';
import { parseEndpoint } from '../../llm/endpoint.ts';
import { vendorAt } from '../../llm/vendors.ts';
import { askForKey } from '../ask-for-key.ts';
import type { SecretKeys } from '../secret-keys.ts';
import { readSettings } from '../settings.ts';

/** Asks for a key and saves it for the endpoint in force, and for that host only. Resolves to whether one was saved. */
export async function setApiKey(keys: SecretKeys): Promise<boolean> {
  const { provider, endpoint, keySource } = readSettings();
  const { label, environment } = vendorAt(provider, endpoint);
  if (!endpoint) {
    void vscode.window.showErrorMessage(
      `${label} has no address yet: "Pennyloom: Choose Provider" asks for it and for the key.`,
    );
    return false;
  }
  const key = await askForKey({ provider, endpoint });
  if (!key) return false;
  const { origin, host } = parseEndpoint(endpoint);
  await keys.set(provider, origin, key);
  if (keySource === 'environment')
    void vscode.window.showWarningMessage(
      `The key is saved, but "pennyloom.keySource" says to use ${environment?.key ?? 'one'} from the environment.`,
    );
  else vscode.window.setStatusBarMessage(`$(key) API key saved for ${host}`, 5000);
  return true;
}
