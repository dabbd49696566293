// The parts of a Responses request the server reads, after it was validated against the published schema.
import type { Effort } from '../models.ts';

export interface InputText {
  readonly type: 'input_text';
  readonly text: string;
}

export interface InputImage {
  readonly type: 'input_image';
  readonly image_url?: string | null;
  readonly file_id?: string | null;
  readonly detail?: 'auto' | 'low' | 'high' | 'original' | null;
}

export interface InputFile {
  readonly type: 'input_file';
}

export interface OutputText {
  readonly type: 'output_text';
  readonly text: string;
  readonly annotations: readonly unknown[];
  readonly logprobs: readonly unknown[];
}

export interface OutputRefusal {
  readonly type: 'refusal';
  readonly refusal: string;
}

export type MessagePart = InputText | InputImage | InputFile | OutputText | OutputRefusal;

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

export interface MessageItem {
  readonly type?: 'message';
  readonly id?: string;
  readonly role: 'user' | 'assistant' | 'system' | 'developer';
  readonly content: string | readonly MessagePart[];
  readonly status?: ItemStatus;
}

export interface FunctionCallItem {
  readonly type: 'function_call';
  readonly id?: string;
  readonly call_id: string;
  readonly name: string;
  readonly arguments: string;
  readonly status?: ItemStatus;
}

export interface FunctionOutputItem {
  readonly type: 'function_call_output';
  readonly id?: string | null;
  readonly call_id?: string | null;
  readonly output: string | readonly MessagePart[];
}

export interface ReasoningItem {
  readonly type: 'reasoning';
  readonly id: string;
  readonly summary: readonly { readonly type: 'summary_text'; readonly text: string }[];
  readonly encrypted_content?: string | null;
}

export interface ItemReference {
  readonly type?: 'item_reference' | null;
  readonly id: string;
}

export type ConversationItem = MessageItem | FunctionCallItem | FunctionOutputItem | ReasoningItem;
export type InputItem = ConversationItem | ItemReference;

export interface FlatFunctionTool {
  readonly type: 'function';
  readonly name: string;
  readonly description?: string | null;
  readonly parameters?: Readonly<Record<string, unknown>> | null;
  readonly strict?: boolean | null;
}

export type ToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | { readonly type: 'function'; readonly name: string }
  | { readonly type: 'allowed_tools'; readonly mode: 'auto' | 'required'; readonly tools: readonly unknown[] };

export type TextFormat =
  | { readonly type: 'text' | 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly name: string;
      readonly schema: Readonly<Record<string, unknown>>;
      readonly strict?: boolean | null;
    };

export interface ResponsesRequest {
  readonly model: string;
  readonly input?: string | readonly InputItem[];
  readonly instructions?: string | null;
  readonly previous_response_id?: string | null;
  readonly store?: boolean | null;
  readonly include?: readonly string[] | null;
  readonly tools?: readonly FlatFunctionTool[];
  readonly tool_choice?: ToolChoice;
  readonly parallel_tool_calls?: boolean | null;
  readonly max_output_tokens?: number | null;
  readonly reasoning?: { readonly effort?: Effort | null; readonly summary?: string | null } | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly top_logprobs?: number | null;
  readonly text?: { readonly format?: TextFormat; readonly verbosity?: string | null };
  readonly truncation?: 'auto' | 'disabled' | null;
  readonly stream?: boolean | null;
  readonly stream_options?: { readonly include_obfuscation?: boolean } | null;
  readonly metadata?: Readonly<Record<string, string>> | null;
  readonly user?: string;
  readonly safety_identifier?: string | null;
  readonly prompt_cache_key?: string | null;
  readonly service_tier?: string | null;
}

export function isMessage(item: InputItem): item is MessageItem {
  return 'role' in item;
}
