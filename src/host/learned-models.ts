import { LlmError } from '../llm/llm-error.ts';
import { amendCatalog, type ModelAmendment } from '../llm/model-catalog.ts';
import type { ProviderConfig } from '../llm/provider-config.ts';
import { vendorOf } from '../llm/vendors.ts';

/**
 * What servers tell of the models they run, for vendors whose models no catalogue can know. Asked when a question is about to be sent, at
 * no other time, so that what the model cannot do is known before tools and pictures are offered to it.
 */
export class LearnedModels {
  #known = new Map<string, ModelAmendment>();
  #onLearned: () => void;

  /** @param onLearned called when more is known of a model than before. */
  constructor(onLearned: () => void) {
    this.#onLearned = onLearned;
  }

  async learn(config: ProviderConfig): Promise<void> {
    const facts = await this.#ask(config);
    if (!facts) return;
    const key = `${facts.provider} ${facts.id}`;
    if (JSON.stringify(this.#known.get(key)) === JSON.stringify(facts)) return;
    this.#known.set(key, facts);
    amendCatalog([...this.#known.values()], 'server');
    this.#onLearned();
  }

  /** What is wrong with the configuration is said by the question itself. */
  async #ask(config: ProviderConfig): Promise<ModelAmendment | undefined> {
    try {
      return await vendorOf(config.provider).learnModel?.(config);
    } catch (error) {
      if (error instanceof LlmError) return undefined;
      throw error;
    }
  }
}
