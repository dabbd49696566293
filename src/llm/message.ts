/** The conversation as every provider understands it. Wire shapes never leave their provider's folder. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

export interface SystemMessage {
  readonly role: 'system';
  readonly content: string;
}

export interface UserMessage {
  readonly role: 'user';
  readonly content: string | readonly ContentPart[];
}

export interface AssistantMessage {
  readonly role: 'assistant';
  /** '' where the model only called tools. */
  readonly content: string;
  readonly toolCalls?: readonly ToolCall[];
  readonly continuation?: Continuation;
}

/** What a provider wants back with the next request, word for word: its own reasoning, signed or encrypted. Nobody else reads it. */
export interface Continuation {
  readonly provider: string;
  readonly model: string;
  readonly items: readonly unknown[];
}

/** The result of one tool call. Every call of an assistant message needs exactly one before the next request. */
export interface ToolMessage {
  readonly role: 'tool';
  readonly toolCallId: string;
  readonly content: string;
}

export type ContentPart = TextPart | ImagePart;

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

export type ImageDetail = 'auto' | 'low' | 'high';

export interface ImagePart {
  readonly type: 'image';
  /** `data:image/…;base64,…` or a public https URL. */
  readonly url: string;
  readonly detail?: ImageDetail;
  /** As the person knows it; never sent. */
  readonly name?: string;
  /** Pixels, where known: what the estimate is computed from. */
  readonly width?: number;
  readonly height?: number;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** The arguments as the model wrote them; '' counts as `{}`. Parsed and checked where the call runs. */
  readonly arguments: string;
}

/** JSON Schema as the vendors take it; passed on unchanged. */
export type JsonSchema = { readonly [key: string]: unknown };

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}
