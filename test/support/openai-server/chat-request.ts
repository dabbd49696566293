// The parts of a Chat Completions request the server reads, after it was validated against the published schema.

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

export interface ImagePart {
  readonly type: 'image_url';
  readonly image_url: { readonly url: string; readonly detail?: 'auto' | 'low' | 'high' };
}

export interface RefusalPart {
  readonly type: 'refusal';
  readonly refusal: string;
}

export type ContentPart = TextPart | ImagePart | RefusalPart;

export interface WireToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface ChatMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool' | 'function';
  readonly content?: string | readonly ContentPart[] | null;
  readonly name?: string;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly WireToolCall[];
  readonly tool_call_id?: string;
  /** Tokens of thinking sent back with the message; only Responses can, and no client can set it here. */
  readonly thought_tokens?: number;
}

export interface FunctionTool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description?: string;
    readonly parameters?: Readonly<Record<string, unknown>>;
    readonly strict?: boolean | null;
  };
}

export type ToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | { readonly type: 'function'; readonly function: { readonly name: string } }
  | { readonly type: 'custom' | 'allowed_tools' };

export type ResponseFormat =
  { readonly type: 'text' | 'json_object' } | { readonly type: 'json_schema'; readonly json_schema: NamedSchema };

export interface NamedSchema {
  readonly name: string;
  readonly schema?: Readonly<Record<string, unknown>>;
  readonly strict?: boolean | null;
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream?: boolean | null;
  readonly stream_options?: { readonly include_usage?: boolean } | null;
  readonly tools?: readonly (FunctionTool | { readonly type: 'custom' })[];
  readonly tool_choice?: ToolChoice;
  readonly parallel_tool_calls?: boolean;
  readonly max_tokens?: number | null;
  readonly max_completion_tokens?: number | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly presence_penalty?: number | null;
  readonly frequency_penalty?: number | null;
  readonly logprobs?: boolean | null;
  readonly top_logprobs?: number | null;
  readonly reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max' | null;
  readonly response_format?: ResponseFormat;
  readonly n?: number | null;
  readonly prompt_cache_key?: string | null;
}

export function functionTools(request: ChatRequest): readonly FunctionTool[] {
  return (request.tools ?? []).filter((tool): tool is FunctionTool => tool.type === 'function');
}

/** The text of a message, its parts joined by line breaks; images left out. */
export function textOf(message: ChatMessage): string {
  if (typeof message.content === 'string') return message.content;
  const parts = message.content ?? [];
  return parts
    .flatMap(part => (part.type === 'text' ? [part.text] : part.type === 'refusal' ? [part.refusal] : []))
    .join('\n');
}

/** The images of a message with their place among its parts. */
export function imagesOf(message: ChatMessage): readonly { readonly at: number; readonly part: ImagePart }[] {
  if (typeof message.content === 'string') return [];
  return (message.content ?? []).flatMap((part, at) => (part.type === 'image_url' ? [{ at, part }] : []));
}
