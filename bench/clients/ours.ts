import { createProvider } from '../../src/llm/create-provider.ts';
import { apiKey, type MakeClient, model, question } from './client.ts';

/** The bare wire: no retry, no limiter, no ledger. */
export const ours: MakeClient = async baseUrl => {
  const provider = createProvider({ retry: false, provider: 'openai', apiKey, endpoint: baseUrl, model });
  return async onFirst => {
    let deltas = 0;
    let text = '';
    let inputTokens: number | undefined;
    let outputTokens: number | undefined;
    for await (const event of provider.stream({ messages: [{ role: 'user', content: question }] })) {
      if (event.type === 'text-delta') {
        if (deltas++ === 0) onFirst?.();
        text += event.text;
      } else if (event.type === 'usage') ({ inputTokens, outputTokens } = event.usage);
    }
    return { deltas, text, inputTokens, outputTokens };
  };
};
