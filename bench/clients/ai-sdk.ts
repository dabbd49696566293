import { apiKey, type MakeClient, model, question } from './client.ts';
import { importPeer } from './import-peer.ts';

interface AiSdk {
  streamText(options: object): { fullStream: AsyncIterable<Part> };
}
interface AiSdkOpenAi {
  createOpenAI(options: { apiKey: string; baseURL: string }): { chat(model: string): object };
}
interface Part {
  type: string;
  text?: string;
  error?: unknown;
  totalUsage?: { inputTokens?: number; outputTokens?: number };
}

/** Vercel's ai with its OpenAI provider, over Chat Completions. */
export const aiSdk: MakeClient = async baseUrl => {
  const { streamText } = await importPeer<AiSdk>('ai');
  const { createOpenAI } = await importPeer<AiSdkOpenAi>('@ai-sdk/openai');
  const chat = createOpenAI({ apiKey, baseURL: baseUrl }).chat(model);
  return async (onFirst, onDelta) => {
    let deltas = 0;
    let text = '';
    let usage: Part['totalUsage'];
    const { fullStream } = streamText({ model: chat, messages: [{ role: 'user', content: question }], maxRetries: 0 });
    for await (const part of fullStream) {
      if (part.type === 'text-delta') {
        if (deltas++ === 0) onFirst?.();
        if (onDelta) onDelta(part.text!);
        else text += part.text;
      } else if (part.type === 'finish') usage = part.totalUsage;
      else if (part.type === 'error') throw part.error;
    }
    return { deltas, text, inputTokens: usage?.inputTokens, outputTokens: usage?.outputTokens };
  };
};
