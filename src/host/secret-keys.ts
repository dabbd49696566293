import type * as vscode from 'vscode';
import type { Event } from '../core/event.ts';
import { Emitter } from '../core/event.ts';
import type { Disposable } from '../core/disposable.ts';
import { DisposableStore } from '../core/disposable.ts';

/** What is known about the key for an origin, without the key. */
export type KeyState =
  | { readonly state: 'set'; readonly source: 'secretStorage' | 'environment' }
  | { readonly state: 'missing' }
  /** A key is saved, but for another host: it is not sent to this one. */
  | { readonly state: 'other-origin'; readonly origin: string };

interface SavedKey {
  readonly origin: string;
  readonly key: string;
}

/**
 * API keys, in VS Code's SecretStorage and nowhere else: one per provider, bound to the origin it was saved for. The environment is a
 * source only where the person chose it.
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
    if (this.#source() === 'environment') return this.#environment['OPENAI_API_KEY']?.trim() || undefined;
    const saved = await this.#saved(provider);
    return saved?.origin === origin ? saved.key : undefined;
  }

  async state(provider: string, origin: string): Promise<KeyState> {
    if (this.#source() === 'environment')
      return this.#environment['OPENAI_API_KEY']?.trim()
        ? { state: 'set', source: 'environment' }
        : { state: 'missing' };
    const saved = await this.#saved(provider);
    if (!saved) return { state: 'missing' };
    return saved.origin === origin
      ? { state: 'set', source: 'secretStorage' }
      : { state: 'other-origin', origin: saved.origin };
  }

  async set(provider: string, origin: string, key: string): Promise<void> {
    await this.#secrets.store(prefix + provider, JSON.stringify({ origin, key } satisfies SavedKey));
  }

  async clear(provider: string): Promise<void> {
    await this.#secrets.delete(prefix + provider);
  }

  dispose(): void {
    this.#own.dispose();
    this.#changed.dispose();
  }

  async #saved(provider: string): Promise<SavedKey | undefined> {
    const text = await this.#secrets.get(prefix + provider);
    if (!text) return undefined;
    try {
      const { origin, key } = JSON.parse(text) as Partial<SavedKey>;
      return typeof origin === 'string' && typeof key === 'string' ? { origin, key } : undefined;
    } catch {
      return undefined;
    }
  }
}

const prefix = 'pennyloom.key.';

/** What is wrong with a key that a person typed; undefined where nothing is. `warning` may be saved all the same. */
export function checkKey(text: string): { readonly refused?: string; readonly warning?: string } {
  const key = text.trim();
  if (!key) return { refused: 'API key is required' };
  if (/[^\x21-\x7e]/.test(key)) return { refused: 'A key holds no spaces, line breaks or letters outside ASCII.' };
  if (!/^sk-(proj-)?[A-Za-z0-9_-]+$/.test(key))
    return { warning: 'OpenAI keys begin with "sk-proj-" or "sk-". Press Enter to save this one anyway.' };
  return {};
}
