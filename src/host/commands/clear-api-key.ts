import * as vscode from 'vscode';
import { originOf } from '../../llm/endpoint.ts';
import { type ProviderName, vendorAt } from '../../llm/vendors.ts';
import type { SecretKeys } from '../secret-keys.ts';
import { readSettings } from '../settings.ts';

/** Forgets the key of the provider in force; where keys of other hosts are kept, those the person picks. Resolves to false where they left. */
export async function clearApiKey(keys: SecretKeys): Promise<boolean> {
  const { provider, endpoint } = readSettings();
  const saved = await keys.savedFor(provider);
  if (saved.length === 0) {
    void vscode.window.showInformationMessage(`No API key is saved for ${vendorAt(provider, endpoint).label}.`);
    return true;
  }
  const current = originOf(endpoint);
  // A key of another host than the one in use is not forgotten unasked.
  const chosen = saved.length === 1 && saved[0] === current ? saved : await pickHosts(provider, saved, current);
  if (chosen.length === 0) return false;
  await keys.clear(provider, chosen);
  const cleared = chosen.length === 1 ? `API key for ${new URL(chosen[0]!).host}` : `${chosen.length} API keys`;
  vscode.window.setStatusBarMessage(`$(key) ${cleared} cleared`, 5000);
  return true;
}

async function pickHosts(
  provider: ProviderName,
  saved: readonly string[],
  current: string | undefined,
): Promise<string[]> {
  const items = saved
    .map(origin => {
      const { label } = vendorAt(provider, origin);
      const { host } = new URL(origin);
      const asides = [host !== label && host, origin === current && 'in use'];
      return { label, description: asides.filter(Boolean).join(' · '), origin, picked: origin === current };
    })
    .sort((a, b) => Number(b.picked) - Number(a.picked));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Pennyloom: Clear API Key',
    placeHolder: 'Each key is kept for its own host. Which ones to forget?',
    canPickMany: true,
  });
  return (picked ?? []).map(({ origin }) => origin);
}
