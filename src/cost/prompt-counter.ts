import type { TokenCounter } from '../llm/tokenizer/token-counter.ts';
import { likelyTokens } from './estimate.ts';
import type { CountText } from './measured-prompt.ts';

/** Counts kept at most: those of some hundred conversations. */
const mostKept = 20_000;

/**
 * Remembers what the worker counted, text by text: of a conversation that grows only the new is counted, and of a draft only what a
 * keystroke changed.
 */
export class PromptCounter {
  #counter: TokenCounter;
  #known = new Map<string, number>();
  #draft: { readonly text: string; readonly tokens: number } = { text: '', tokens: 0 };

  constructor(counter: TokenCounter) {
    this.#counter = counter;
  }

  /** Exact for what was learned; for the rest the rule of thumb. */
  readonly count: CountText = text => this.known(text) ?? likelyTokens(Buffer.byteLength(text));

  known(text: string): number | undefined {
    if (text === '') return 0;
    return text === this.#draft.text ? this.#draft.tokens : this.#known.get(text);
  }

  /**
   * Resolves when the texts are known, or will not be: where counting is not to be had, or takes too long. Never rejects.
   * @param draft one of them that changes a little at a time; forgotten with the next one.
   */
  async learn(texts: readonly string[], draft?: string): Promise<void> {
    const isDraft = (text: string): boolean => text === draft && text !== this.#draft.text;
    const unknown = [...new Set(texts)].filter(text => this.known(text) === undefined);
    const kept = unknown.filter(text => !isDraft(text));
    const changed = unknown.find(isDraft);
    await Promise.all([kept.length > 0 && this.#keep(kept), changed !== undefined && this.#countDraft(changed)]);
  }

  async #keep(texts: readonly string[]): Promise<void> {
    const counts = await this.#counter.count(texts);
    if (!counts) return;
    if (this.#known.size + texts.length > mostKept) this.#known.clear();
    texts.forEach((text, at) => this.#known.set(text, counts[at]!));
  }

  async #countDraft(text: string): Promise<void> {
    const [tokens] = (await this.#counter.count([text], true)) ?? [];
    if (tokens !== undefined) this.#draft = { text, tokens };
  }
}
