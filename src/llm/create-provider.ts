import { OpenAiProvider } from './openai/provider.ts';
import type { ProviderConfig } from './provider-config.ts';
import type { LlmProvider } from './provider.ts';

export type { ProviderConfig } from './provider-config.ts';

/**
 * The one place that knows which vendors exist: adding one is a folder beside `openai/` and a line here.
 * What comes back is the bare wire; retry, limits and the ledger are decorators around it.
 */
export function createProvider(config: ProviderConfig): LlmProvider {
  switch (config.provider) {
    case 'openai':
      return new OpenAiProvider(config);
  }
}
