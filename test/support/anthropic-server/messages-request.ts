import {
  dictionary,
  flag,
  integer,
  list,
  matching,
  numberIn,
  object,
  oneOf,
  orNull,
  type Shape,
  tagged,
  text,
  textOr,
} from './shape.ts';

// The body of `POST /v1/messages`, by hand from the API reference as Anthropic's SDK prints it (@anthropic-ai/sdk 1.12.0 of 2026-11-20,
// resources/messages: MessageCreateParamsBase and what it names; read 2026-11-28). Only what is out of beta. Not served, and so refused:
// the vendor's own tools, documents, search results, containers, threads, speed, geography, diagnostics.

export interface CacheControl {
  readonly type: 'ephemeral';
  readonly ttl?: '5m' | '1h';
}

interface Cacheable {
  readonly cache_control?: CacheControl | null;
}

export interface TextBlock extends Cacheable {
  readonly type: 'text';
  readonly text: string;
}

export interface ImageBlock extends Cacheable {
  readonly type: 'image';
  readonly source:
    | { readonly type: 'base64'; readonly media_type: string; readonly data: string }
    | { readonly type: 'url'; readonly url: string };
}

export interface ThinkingBlock {
  readonly type: 'thinking';
  readonly thinking: string;
  readonly signature: string;
}

export interface RedactedBlock {
  readonly type: 'redacted_thinking';
  readonly data: string;
}

export interface ToolUseBlock extends Cacheable {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface ToolResultBlock extends Cacheable {
  readonly type: 'tool_result';
  readonly tool_use_id: string;
  readonly content?: string | readonly (TextBlock | ImageBlock)[];
  readonly is_error?: boolean;
}

export type Block = TextBlock | ImageBlock | ThinkingBlock | RedactedBlock | ToolUseBlock | ToolResultBlock;

export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string | readonly Block[];
}

export interface Tool extends Cacheable {
  readonly name: string;
  readonly description?: string;
  readonly input_schema: Readonly<Record<string, unknown>>;
}

export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

export interface MessagesRequest {
  readonly model: string;
  readonly max_tokens: number;
  readonly messages: readonly Turn[];
  readonly system?: string | readonly TextBlock[];
  readonly tools?: readonly Tool[];
  readonly tool_choice?: { readonly type: 'auto' | 'any' | 'tool' | 'none'; readonly name?: string };
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly thinking?: {
    readonly type: 'adaptive' | 'enabled' | 'disabled' | 'between_tools';
    readonly budget_tokens?: number;
    readonly display?: 'summarized' | 'omitted' | null;
  };
  readonly output_config?: {
    readonly effort?: Effort | null;
    readonly format?: { readonly schema: Readonly<Record<string, unknown>> } | null;
  };
  readonly stream?: boolean;
}

const cacheControl = object({ type: oneOf('ephemeral') }, { ttl: oneOf('5m', '1h') });
const cacheable = { cache_control: orNull(cacheControl) };
const kind = (name: string) => ({ type: oneOf(name) });

const textBlock = object({ ...kind('text'), text }, { ...cacheable, citations: orNull(list(dictionary)) });
const imageBlock = object(
  {
    ...kind('image'),
    source: tagged({
      base64: object({
        ...kind('base64'),
        media_type: oneOf('image/jpeg', 'image/png', 'image/gif', 'image/webp'),
        data: text,
      }),
      url: object({ ...kind('url'), url: matching(/^https:\/\//) }),
    }),
  },
  cacheable,
);
const id = matching(/^[a-zA-Z0-9_-]+$/);
const toolName = matching(/^[a-zA-Z0-9_-]{1,128}$/);
const toolUse = object(
  { ...kind('tool_use'), id, name: toolName, input: dictionary },
  { ...cacheable, caller: dictionary },
);
const toolResult = object(
  { ...kind('tool_result'), tool_use_id: id },
  { ...cacheable, content: textOr(list(tagged({ text: textBlock, image: imageBlock }))), is_error: flag },
);
const thinking = object({ ...kind('thinking'), thinking: text, signature: text });
const redacted = object({ ...kind('redacted_thinking'), data: text });

const user = object({
  role: oneOf('user'),
  content: textOr(list(tagged({ text: textBlock, image: imageBlock, tool_result: toolResult }))),
});
const assistant = object({
  role: oneOf('assistant'),
  content: textOr(list(tagged({ text: textBlock, tool_use: toolUse, thinking, redacted_thinking: redacted }))),
});

const turn: Shape = (value, at) => {
  const role = typeof value === 'object' && value !== null && 'role' in value ? value.role : undefined;
  if (role === 'user') return user(value, at);
  if (role === 'assistant') return assistant(value, at);
  return [`${at}.role: Input should be 'user', 'assistant'`];
};

const display = { display: orNull(oneOf('summarized', 'omitted')) };
const single = { disable_parallel_tool_use: flag };

const shape = object(
  { model: text, max_tokens: integer(0), messages: list(turn, 1) },
  {
    system: textOr(list(textBlock)),
    tools: list(
      object(
        { name: toolName, input_schema: dictionary },
        {
          ...cacheable,
          type: orNull(oneOf('custom')),
          description: text,
          strict: flag,
          eager_input_streaming: orNull(flag),
          input_examples: list(dictionary),
        },
      ),
    ),
    tool_choice: tagged({
      auto: object(kind('auto'), single),
      any: object(kind('any'), single),
      tool: object({ ...kind('tool'), name: text }, single),
      none: object(kind('none')),
    }),
    temperature: numberIn(0, 1),
    top_p: numberIn(0, 1),
    top_k: integer(0),
    thinking: tagged({
      adaptive: object(kind('adaptive'), display),
      enabled: object({ ...kind('enabled'), budget_tokens: integer(1024) }, display),
      disabled: object(kind('disabled')),
      between_tools: object(kind('between_tools')),
    }),
    output_config: object(
      {},
      {
        effort: orNull(oneOf('low', 'medium', 'high', 'xhigh', 'max')),
        format: orNull(object({ ...kind('json_schema'), schema: dictionary })),
      },
    ),
    stop_sequences: list(text),
    metadata: object({}, { user_id: orNull(text) }),
    service_tier: oneOf('auto', 'standard_only'),
    cache_control: orNull(cacheControl),
    stream: flag,
  },
);

/** What a body does that the reference forbids, in the words the API uses for it; empty: the body is valid. */
export const shapeViolations = (body: unknown): readonly string[] => shape(body, '');

/** The blocks of a turn; text alone is one. */
export const blocksOf = ({ content }: Turn): readonly Block[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;
