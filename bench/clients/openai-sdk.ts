import { apiKey, type MakeClient, model, question } from './client.ts';
import { importPeer } from './import-peer.ts';

interface OpenAiSdk {
  default: new (options: { apiKey: string; baseURL: string; maxRetries: number }) => {
    chat: { completions: { create(request: object): Promise<AsyncIterable<Chunk>> } };
  };
}
interface Chunk {
  choices: { delta: { content?: string | null } }[];
  usage?: { prompt_tokens: number; completion_tokens: number } | null;
}

/** The vendor's own SDK. */
export const openAiSdk: MakeClient = async baseUrl => {
  const { default: OpenAI } = await importPeer<OpenAiSdk>('openai');
  const client = new OpenAI({ apiKey, baseURL: baseUrl, maxRetries: 0 });
  return async (onFirst, onDelta) => {
    let deltas = 0;
    let text = '';
    let inputTokens: number | undefined;
    let outputTokens: number | undefined;
    const stream = await client.chat.completions.create({
      model,
      messages: [{ role: 'user', content: question }],
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const { choices, usage } of stream) {
      const content = choices[0]?.delta.content;
      if (content) {
        if (deltas++ === 0) onFirst?.();
        if (onDelta) onDelta(content);
        else text += content;
      }
      if (usage) ({ prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage);
    }
    return { deltas, text, inputTokens, outputTokens };
  };
};
