import type * as vscode from 'vscode';

const name = 'pennyloom.adminKey.openai';

/**
 * The admin key that compares costs, apart from the one that asks questions: it may see and change an organization. Kept in SecretStorage,
 * bound to the origin it was saved for.
 */
export class AdminKeys {
  #secrets: vscode.SecretStorage;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  /** undefined where none is saved for this origin. */
  async get(origin: string): Promise<string | undefined> {
    const kept = await this.#secrets.get(name);
    try {
      const { origin: saved, key } = (JSON.parse(kept || '{}') ?? {}) as { origin?: unknown; key?: unknown };
      return saved === origin && typeof key === 'string' ? key : undefined;
    } catch {
      return undefined;
    }
  }

  async set(origin: string, key: string): Promise<void> {
    await this.#secrets.store(name, JSON.stringify({ origin, key }));
  }

  async clear(): Promise<void> {
    await this.#secrets.delete(name);
  }
}
