import type {
  ChatMessage,
  ChatRequest,
  ContentPart,
  FunctionTool,
  ResponseFormat,
  ToolChoice,
  WireToolCall,
} from '../chat-request.ts';
import { badRequest } from '../errors.ts';
import type { WhereImages } from '../request-images.ts';
import { reasoningTokens } from './conversation.ts';
import type { ResponseMemory } from './response-memory.ts';
import type { ConversationItem, MessagePart, ResponsesRequest } from './responses-request.ts';
import { isMessage } from './responses-request.ts';

/** A Responses request told in Chat's words, in which the rest of the server counts, caches, checks and answers. */
export interface AsChat {
  readonly request: ChatRequest;
  /** Where the images of the messages stand in the request that was sent. */
  readonly whereImages: WhereImages;
}

interface Writable {
  role: ChatMessage['role'];
  content?: string | readonly ContentPart[] | null;
  tool_calls?: WireToolCall[];
  tool_call_id?: string;
  thought_tokens?: number;
}

/**
 * @param items the conversation, already checked
 * @throws ApiError 400 for files, which the server does not keep
 */
export function asChat(request: ResponsesRequest, items: readonly ConversationItem[], memory: ResponseMemory): AsChat {
  const { instructions } = request;
  const messages: Writable[] = [];
  const origins: number[] = [];
  const add = (message: Writable, item: number): void => {
    messages.push(message);
    origins.push(item);
  };
  if (typeof instructions === 'string') add({ role: 'system', content: instructions }, -1);
  const turn = items.findLastIndex(item => isMessage(item) && item.role === 'user');
  items.forEach((item, index) => {
    // Thoughts of earlier turns are taken back and thrown away, free of charge (reasoning guide, 2026).
    const thought = item.type === 'reasoning' && index > turn ? reasoningTokens(item, memory) : 0;
    addItem(item, index, thought, { messages, add });
  });
  // Items of a stored conversation come first, and are nobody's input this time.
  const own = typeof request.input === 'string' ? 1 : (request.input ?? []).length;
  const whereImages: WhereImages = (message, part) => {
    const index = origins[message] ?? 0;
    const field = items[index]?.type === 'function_call_output' ? 'output' : 'content';
    const at = `input[${index - (items.length - own)}].${field}[${part}]`;
    return { part: `${at}.type`, url: `${at}.image_url` };
  };
  return { request: chatRequest(request, messages), whereImages };
}

interface Adding {
  readonly messages: readonly Writable[];
  readonly add: (message: Writable, item: number) => void;
}

/** What the assistant thought, said and called in one go is one message in Chat, whatever number of items it is here. */
function addItem(item: ConversationItem, index: number, thought: number, { messages, add }: Adding): void {
  const last = messages.at(-1);
  const assistant = last?.role === 'assistant' ? last : undefined;
  if (isMessage(item)) {
    const content = contentOf(item.content, `input[${index}].content`);
    if (assistant !== undefined && item.role === 'assistant' && assistant.content === undefined) {
      assistant.content = content;
    } else add({ role: item.role, content }, index);
    return;
  }
  if (item.type === 'function_call_output') {
    const content = contentOf(item.output, `input[${index}].output`);
    return add({ role: 'tool', tool_call_id: item.call_id ?? '', content }, index);
  }
  const message = assistant ?? { role: 'assistant' };
  if (assistant === undefined) add(message, index);
  if (item.type === 'reasoning') {
    message.thought_tokens = (message.thought_tokens ?? 0) + thought;
    return;
  }
  const { call_id: id, name, arguments: args } = item;
  (message.tool_calls ??= []).push({ id, type: 'function', function: { name, arguments: args } });
}

function contentOf(content: string | readonly MessagePart[], at: string): string | ContentPart[] {
  return typeof content === 'string' ? content : content.map((part, index) => partOf(part, `${at}[${index}]`));
}

function partOf(part: MessagePart, at: string): ContentPart {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return { type: 'text', text: part.text };
    case 'refusal':
      return part;
    case 'input_file':
      throw badRequest('The loopback server takes no files.', `${at}.type`, null);
    case 'input_image': {
      const { image_url: url, detail } = part;
      if (typeof url !== 'string') throw badRequest('The loopback server keeps no files.', `${at}.file_id`, null);
      // "original" is counted like "high": how much more it costs no source says.
      const level = detail === 'original' ? 'high' : (detail ?? 'auto');
      return { type: 'image_url', image_url: { url, detail: level } };
    }
  }
}

function chatRequest(request: ResponsesRequest, messages: readonly Writable[]): ChatRequest {
  const { tools = [], tool_choice: choice, text, max_output_tokens: limit, reasoning } = request;
  return {
    model: request.model,
    messages,
    stream: request.stream ?? false,
    ...(tools.length === 0 ? {} : { tools: tools.map(toolOf) }),
    ...(choice === undefined ? {} : { tool_choice: choiceOf(choice) }),
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    max_completion_tokens: limit ?? null,
    reasoning_effort: reasoning?.effort ?? null,
    ...(text?.format === undefined ? {} : { response_format: formatOf(text.format) }),
    prompt_cache_key: request.prompt_cache_key ?? null,
  };
}

function toolOf(tool: NonNullable<ResponsesRequest['tools']>[number]): FunctionTool {
  const { name, description, parameters, strict } = tool;
  return {
    type: 'function',
    function: {
      name,
      ...(typeof description === 'string' ? { description } : {}),
      ...(parameters === undefined || parameters === null ? {} : { parameters }),
      strict: strict ?? null,
    },
  };
}

function choiceOf(choice: NonNullable<ResponsesRequest['tool_choice']>): ToolChoice {
  if (typeof choice === 'string') return choice;
  return choice.type === 'function' ? { type: 'function', function: { name: choice.name } } : choice.mode;
}

function formatOf(format: NonNullable<NonNullable<ResponsesRequest['text']>['format']>): ResponseFormat {
  if (format.type !== 'json_schema') return format;
  const { name, schema, strict } = format;
  return { type: 'json_schema', json_schema: { name, schema, strict: strict ?? null } };
}
