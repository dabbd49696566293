import { createProvider } from '../../src/llm/create-provider.ts';
import type { LlmProvider } from '../../src/llm/provider.ts';
import { apiKey, type AskOnce, type MakeClient, model, question } from './client.ts';

/** The bare wire: no retry, no limiter, no ledger. */
export const ours: MakeClient = async baseUrl =>
  asking(createProvider({ retry: false, provider: 'openai', apiKey, endpoint: baseUrl, model }));

/** A client as the rest of the extension is one: by the provider's events. */
export function asking(provider: LlmProvider): AskOnce {
  return async (onFirst, onDelta) => {
    let deltas = 0;
    let text = '';
    let inputTokens: number | undefined;
    let outputTokens: number | undefined;
    for await (const event of provider.stream({ messages: [{ role: 'user', content: question }] })) {
      if (event.type === 'text-delta') {
        if (deltas++ === 0) onFirst?.();
        if (onDelta) onDelta(event.text);
        else text += event.text;
      } else if (event.type === 'usage') ({ inputTokens, outputTokens } = event.usage);
    }
    return { deltas, text, inputTokens, outputTokens };
  };
}
