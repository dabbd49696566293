import { createHash } from 'node:crypto';
import type { ChatRequest } from './chat-request.ts';
import type { PromptTokens } from './prompt-tokens.ts';

export interface CacheSettings {
  readonly enabled: boolean;
}

/** The vendor caches prefixes of 1,024 tokens and more, in steps of 128 (prompt caching guide, 2026). */
const SHORTEST = 1_024;
const STEP = 128;
const KEPT = 200;

/** A simulated prompt cache: it knows which beginnings of prompts it saw, message by message. */
export class PromptCache {
  /** Hash of a prefix of a prompt; the newest last. */
  readonly #prefixes = new Set<string>();

  clear(): void {
    this.#prefixes.clear();
  }

  /** How many tokens of this prompt were seen before, and remembers it. */
  cachedTokens(owner: string, request: ChatRequest, tokens: PromptTokens): number {
    let seen = 0;
    let upToHere = 0;
    let unbroken = true;
    for (const [index, prefix] of prefixesOf(owner, request).entries()) {
      upToHere += tokens.byMessage[index] ?? 0;
      unbroken &&= this.#prefixes.has(prefix);
      if (unbroken) seen = upToHere;
      this.#remember(prefix);
    }
    return seen < SHORTEST ? 0 : Math.floor(seen / STEP) * STEP;
  }

  #remember(prefix: string): void {
    this.#prefixes.delete(prefix);
    this.#prefixes.add(prefix);
    if (this.#prefixes.size <= KEPT) return;
    const [oldest] = this.#prefixes;
    if (oldest !== undefined) this.#prefixes.delete(oldest);
  }
}

/** Whether a prompt is long enough to be kept at all. */
export function isCacheable(tokens: PromptTokens): boolean {
  return tokens.total >= SHORTEST;
}

function prefixesOf(owner: string, request: ChatRequest): string[] {
  const hash = createHash('sha256').update(`${owner}\n${request.model}\n${request.prompt_cache_key ?? ''}`);
  return [request.tools ?? [], ...request.messages].map(part => {
    hash.update(JSON.stringify(part));
    return hash.copy().digest('base64');
  });
}
