import { apiKey, type MakeClient, model, question } from './client.ts';
import { importPeer } from './import-peer.ts';

interface Undici {
  request(url: string, options: object): Promise<{ statusCode: number; body: AsyncIterable<Uint8Array> }>;
}
interface EventSourceParser {
  createParser(callbacks: { onEvent(event: { data: string }): void }): { feed(text: string): void };
}
interface Chunk {
  choices: { delta: { content?: string } }[];
  usage?: { prompt_tokens: number; completion_tokens: number } | null;
}

/** What everybody writes who does it by hand: undici.request, eventsource-parser, JSON.parse. */
export const floor: MakeClient = async baseUrl => {
  const undici = await importPeer<Undici>('undici');
  return readWith(await importPeer('eventsource-parser'), baseUrl, async (url, options) => {
    const { statusCode, body } = await undici.request(url, options);
    return { status: statusCode, body };
  });
};

/** The same over the fetch that Node brings. */
export const nodeFetch: MakeClient = async baseUrl =>
  readWith(await importPeer('eventsource-parser'), baseUrl, async (url, options) => {
    const { status, body } = await fetch(url, options);
    return { status, body: body as AsyncIterable<Uint8Array> };
  });

type Post = (
  url: string,
  options: { method: string; headers: Record<string, string>; body: string },
) => Promise<{ status: number; body: AsyncIterable<Uint8Array> }>;

function readWith({ createParser }: EventSourceParser, baseUrl: string, post: Post): Awaited<ReturnType<MakeClient>> {
  return async (onFirst, onDelta) => {
    let deltas = 0;
    let text = '';
    let inputTokens: number | undefined;
    let outputTokens: number | undefined;
    const { status, body } = await post(`${baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        model,
        messages: [{ role: 'user', content: question }],
        stream: true,
        stream_options: { include_usage: true },
      }),
    });
    if (status !== 200) throw new Error(`answered ${status}`);
    const parser = createParser({
      onEvent({ data }) {
        if (data === '[DONE]') return;
        const { choices, usage } = JSON.parse(data) as Chunk;
        const content = choices[0]?.delta.content;
        if (content) {
          if (deltas++ === 0) onFirst?.();
          if (onDelta) onDelta(content);
          else text += content;
        }
        if (usage) ({ prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage);
      },
    });
    const decoder = new TextDecoder();
    for await (const chunk of body) parser.feed(decoder.decode(chunk, { stream: true }));
    return { deltas, text, inputTokens, outputTokens };
  };
}
