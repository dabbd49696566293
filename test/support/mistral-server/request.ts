// The parts of a request the server reads, after it was checked against the schema.

export type Chunk =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: readonly { readonly text: string }[] }
  | {
      readonly type: 'image_url';
      readonly image_url: string | { readonly url: string; readonly detail?: 'auto' | 'low' | 'high' | null };
    };

export interface MistralToolCall {
  readonly id?: string;
  readonly function: { readonly name: string; readonly arguments: string | Readonly<Record<string, unknown>> };
}

export interface MistralMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content?: string | readonly Chunk[] | null;
  readonly tool_calls?: readonly MistralToolCall[] | null;
  readonly tool_call_id?: string | null;
  readonly prefix?: boolean;
}

export interface MistralRequest extends Readonly<Record<string, unknown>> {
  readonly model: string;
  readonly messages: readonly MistralMessage[];
  readonly stream?: boolean;
  readonly tools?: readonly { readonly function: { readonly name: string; readonly parameters: object } }[] | null;
  readonly tool_choice?: unknown;
}

/** The same request in OpenAI's words, for the parts of the OpenAI server that count, limit and answer it. */
export function inOpenAiWords(request: MistralRequest): Record<string, unknown> {
  const { messages, stream, tool_choice: choice, tools, ...rest } = request;
  const { reasoning_effort: _, prompt_mode: __, random_seed: ___, safe_prompt: ____, ...known } = rest;
  return {
    ...known,
    messages: messages.map(toOpenAi),
    ...(tools && { tools }),
    ...(choice !== undefined && tools && { tool_choice: choice === 'any' ? 'required' : choice }),
    // Usage comes in the last chunk without being asked for.
    ...(stream && { stream, stream_options: { include_usage: true } }),
  };
}

function toOpenAi(mistral: MistralMessage): Record<string, unknown> {
  const { content, tool_calls: calls, prefix: _, ...message } = mistral;
  const parts = Array.isArray(content) ? (content as readonly Chunk[]) : undefined;
  return {
    ...message,
    content: parts ? parts.flatMap(partOf) : (content ?? ''),
    ...(calls?.length && { tool_calls: calls.map(call => ({ type: 'function', ...call })) }),
  };
}

function partOf(chunk: Chunk): object[] {
  switch (chunk.type) {
    case 'text':
      return [chunk];
    case 'thinking':
      return chunk.thinking.map(({ text }) => ({ type: 'text', text }));
    case 'image_url': {
      const { image_url: image } = chunk;
      return [{ type: 'image_url', image_url: typeof image === 'string' ? { url: image } : image }];
    }
  }
}
