import * as vscode from 'vscode';
import { parseEndpoint } from '../../llm/endpoint.ts';
import { type ProviderName, vendorAt } from '../../llm/vendors.ts';
import { askForKey } from '../ask-for-key.ts';
import type { SecretKeys } from '../secret-keys.ts';
import { readSettings } from '../settings.ts';

/**
 * Asks for a key and saves it for the endpoint in force, and for that host only.
 * @param setUp asks for a provider's address, and then for its key.
 */
export async function setApiKey(keys: SecretKeys, setUp: (provider: ProviderName) => Promise<void>): Promise<void> {
  const { provider, endpoint, keySource } = readSettings();
  // A key is kept for one address: where there is none yet, it comes first.
  if (!endpoint) return setUp(provider);
  const key = await askForKey({ provider, endpoint });
  if (!key) return;
  const { origin, host } = parseEndpoint(endpoint);
  await keys.set(provider, origin, key);
  if (keySource === 'environment')
    void vscode.window.showWarningMessage(
      `The key is saved, but "pennyloom.keySource" says to use ${vendorAt(provider, endpoint).environment?.key ?? 'one'} from the environment.`,
    );
  else vscode.window.setStatusBarMessage(`$(key) API key saved for ${host}`, 5000);
}
