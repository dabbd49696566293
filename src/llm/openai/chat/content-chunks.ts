/** A piece of content that came as a list of chunks. */
export type ContentChunk =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string; readonly signature?: string };

/**
 * Content as a list: `[{type: "thinking", thinking: [{type: "text", text}], signature?}, {type: "text", text}]`, as Mistral writes it
 * where a model reasons (docs, "Reasoning", and the SDK's ContentChunk, 2.7.0, read 2026-11-28). Chunks of other types (references,
 * images) hold nothing to say and are left out.
 * @returns undefined for a list that holds something else than chunks.
 */
export function readChunks(content: readonly unknown[]): readonly ContentChunk[] | undefined {
  const chunks: ContentChunk[] = [];
  for (const chunk of content) {
    if (!isRecord(chunk) || typeof chunk['type'] !== 'string') return undefined;
    const { type, text, thinking, signature } = chunk;
    if (type === 'text' && typeof text === 'string') chunks.push({ type, text });
    else if (type === 'thinking' && Array.isArray(thinking))
      chunks.push({ type, text: textsIn(thinking), ...(typeof signature === 'string' && { signature }) });
  }
  return chunks;
}

const textsIn = (chunks: readonly unknown[]): string =>
  chunks.map(chunk => (isRecord(chunk) && typeof chunk['text'] === 'string' ? chunk['text'] : '')).join('');

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
