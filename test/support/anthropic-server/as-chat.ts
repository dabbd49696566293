import type {
  ChatMessage,
  ChatRequest,
  ContentPart,
  FunctionTool,
  WireToolCall,
} from '../openai-server/chat-request.ts';
import { blocksOf, type MessagesRequest, type Tool, type ToolResultBlock, type Turn } from './messages-request.ts';

/** A request told in Chat's words, for the demo model, which knows no others. */
export function asChat(request: MessagesRequest): {
  readonly chat: ChatRequest;
  readonly indexOf: (turn: number) => number;
} {
  const { system = [], tools = [], messages, output_config: output, tool_choice: choice } = request;
  const instructions = typeof system === 'string' ? system : system.map(({ text }) => text).join('\n');
  const told: ChatMessage[] = instructions === '' ? [] : [{ role: 'system', content: instructions }];
  const places: number[] = [];
  for (const turn of messages) {
    told.push(...(turn.role === 'assistant' ? [answer(turn)] : said(turn)));
    places.push(told.length - 1);
  }
  const schema = output?.format?.schema;
  const chat: ChatRequest = {
    model: request.model,
    messages: told,
    ...(tools.length > 0 && choice?.type !== 'none' ? { tools: tools.map(toolOf) } : {}),
    ...(choice?.type === 'any' ? { tool_choice: 'required' } : {}),
    ...(choice?.type === 'tool'
      ? { tool_choice: { type: 'function', function: { name: choice.name ?? '' } } as const }
      : {}),
    ...(schema ? { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } as const } : {}),
  };
  return { chat, indexOf: turn => places[turn] ?? 0 };
}

const toolOf = ({ name, description, input_schema: parameters }: Tool): FunctionTool => ({
  type: 'function',
  function: { name, parameters, ...(description === undefined ? {} : { description }) },
});

function answer(turn: Turn): ChatMessage {
  const blocks = blocksOf(turn);
  const words = blocks.flatMap(block => (block.type === 'text' ? block.text : [])).join('');
  const calls = blocks.flatMap((block): WireToolCall | [] =>
    block.type === 'tool_use'
      ? { id: block.id, type: 'function', function: { name: block.name, arguments: JSON.stringify(block.input) } }
      : [],
  );
  return { role: 'assistant', content: words, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
}

function said(turn: Turn): ChatMessage[] {
  const blocks = blocksOf(turn);
  const results = blocks.filter((block): block is ToolResultBlock => block.type === 'tool_result');
  const parts = blocks.flatMap((block): ContentPart | [] => {
    if (block.type === 'text') return { type: 'text', text: block.text };
    return block.type === 'image' ? { type: 'image_url', image_url: { url: 'data:,' } } : [];
  });
  return [
    ...results.map(({ tool_use_id: id, content }): ChatMessage => {
      return {
        role: 'tool',
        tool_call_id: id,
        content: typeof content === 'string' ? content : JSON.stringify(content),
      };
    }),
    ...(parts.length > 0 ? [{ role: 'user', content: parts } as const] : []),
  ];
}
