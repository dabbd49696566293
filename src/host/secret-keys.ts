import type * as vscode from 'vscode';
import type { Event } from '../core/event.ts';
import { Emitter } from '../core/event.ts';
import type { Disposable } from '../core/disposable.ts';
import { DisposableStore } from '../core/disposable.ts';
import { originOf } from '../llm/endpoint.ts';
import type { KeyForm } from '../llm/vendor.ts';
import { findVendor, type ProviderName, vendorAt } from '../llm/vendors.ts';

/** What is known about the key for an origin, without the key. */
export type KeyState =
  /** None is needed, and none is saved. */
  | { readonly state: 'not-needed' }
  | { readonly state: 'set'; readonly source: 'secretStorage' | 'environment' }
  | { readonly state: 'missing' }
  /** A key is saved, but for another host: it is not sent to this one. */
  | { readonly state: 'other-origin'; readonly origin: string };

interface SavedKey {
  readonly origin: string;
  readonly key: string;
}

/**
 * API keys, in VS Code's SecretStorage and nowhere else: one per provider, bound to the origin it was saved for; for compatible hosts
 * and resources of Azure, which are many, one for each. The environment is a source only where the person chose it, and its key belongs to the origin that the
 * environment itself names, or to the vendor's own.
 */
export class SecretKeys implements Disposable {
  #secrets: vscode.SecretStorage;
  #source: () => 'secretStorage' | 'environment';
  #environment: { readonly [name: string]: string | undefined };
  #changed = new Emitter<void>();
  #own = new DisposableStore();

  constructor(
    secrets: vscode.SecretStorage,
    source: () => 'secretStorage' | 'environment',
    environment: { readonly [name: string]: string | undefined } = process.env,
  ) {
    this.#secrets = secrets;
    this.#source = source;
    this.#environment = environment;
    // Also fires for what another window saved or cleared.
    this.#own.add(secrets.onDidChange(({ key }) => key.startsWith(prefix) && this.#changed.fire()));
  }

  readonly onDidChange: Event<void> = listener => this.#changed.event(listener);

  /** The key to send to `origin`, or undefined. */
  async get(provider: string, origin: string): Promise<string | undefined> {
    return (await this.#kept(provider)).find(kept => kept.origin === origin)?.key;
  }

  async state(provider: string, origin: string): Promise<KeyState> {
    const kept = await this.#kept(provider);
    if (kept.some(one => one.origin === origin)) return { state: 'set', source: this.#source() };
    if (!findVendor(provider) || vendorAt(provider as ProviderName, origin).key !== 'required')
      return { state: 'not-needed' };
    // Where there are many hosts, another one's key is nothing amiss.
    const other = findVendor(provider)?.hosts ? undefined : kept[0];
    return other ? { state: 'other-origin', origin: other.origin } : { state: 'missing' };
  }

  async set(provider: string, origin: string, key: string): Promise<void> {
    const others = hasManyHosts(provider) ? (await this.#saved(provider)).filter(kept => kept.origin !== origin) : [];
    await this.#secrets.store(prefix + provider, JSON.stringify([{ origin, key }, ...others] satisfies SavedKey[]));
  }

  /** The origins that a key is saved for, whatever source is in use. */
  async savedFor(provider: string): Promise<string[]> {
    return (await this.#saved(provider)).map(({ origin }) => origin);
  }

  /** Forgets the keys of these origins and no others. */
  async clear(provider: string, origins: readonly string[]): Promise<void> {
    const left = (await this.#saved(provider)).filter(({ origin }) => !origins.includes(origin));
    if (left.length > 0) await this.#secrets.store(prefix + provider, JSON.stringify(left));
    else await this.#secrets.delete(prefix + provider);
  }

  dispose(): void {
    this.#own.dispose();
    this.#changed.dispose();
  }

  async #kept(provider: string): Promise<readonly SavedKey[]> {
    return this.#source() === 'environment' ? this.#inEnvironment(provider) : this.#saved(provider);
  }

  #inEnvironment(provider: string): SavedKey[] {
    const { environment, defaultEndpoint, hosts } = findVendor(provider) ?? {};
    if (hosts)
      return hosts.flatMap(({ environmentKey, endpoint }) => {
        const key = environmentKey && this.#environment[environmentKey]?.trim();
        return key ? [{ origin: originOf(endpoint)!, key }] : [];
      });
    const key = environment && this.#environment[environment.key]?.trim();
    const named = environment?.endpoint && this.#environment[environment.endpoint]?.trim();
    const origin = originOf(named || environment?.keyFor || defaultEndpoint);
    return key && origin ? [{ origin, key }] : [];
  }

  async #saved(provider: string): Promise<SavedKey[]> {
    const text = await this.#secrets.get(prefix + provider);
    if (!text) return [];
    try {
      // One alone is how the first versions kept it.
      return [JSON.parse(text) as unknown].flat().filter(isSavedKey);
    } catch {
      return [];
    }
  }
}

/** Where everybody has an address of their own, a person may have several. */
const hasManyHosts = (provider: string): boolean => findVendor(provider)?.defaultEndpoint === undefined;

function isSavedKey(value: unknown): value is SavedKey {
  const { origin, key } = (value ?? {}) as Partial<SavedKey>;
  return typeof origin === 'string' && typeof key === 'string';
}

const prefix = 'pennyloom.key.';

/** What is wrong with a key that a person typed; undefined where nothing is. `warning` may be saved all the same. */
export function checkKey(text: string, form?: KeyForm): { readonly refused?: string; readonly warning?: string } {
  const key = text.trim();
  if (!key) return { refused: 'API key is required' };
  if (/[^\x21-\x7e]/.test(key)) return { refused: 'A key holds no spaces, line breaks or letters outside ASCII.' };
  if (form && !form.pattern.test(key)) return { warning: `${form.words} Press Enter to save this one anyway.` };
  return {};
}
