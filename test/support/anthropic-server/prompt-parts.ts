import type { Tokenizer } from '../openai-server/tokenizer.ts';
import { type Block, blocksOf, type CacheControl, type MessagesRequest } from './messages-request.ts';
import { sealedIn } from './sealed-thinking.ts';

/** One block of a prompt as the model reads it: tools, then instructions, then the conversation. */
export interface PromptPart {
  /** Without the mark. */
  readonly content: string;
  readonly tokens: number;
  /** The client asks to keep everything up to here, for so long. */
  readonly mark: '5m' | '1h' | undefined;
}

/** Anthropic adds instructions of its own where there are tools: 346 tokens for Claude 4 ("Tool use" pricing table, 2025). */
const WITH_TOOLS = 346;
const PER_TURN = 4;

/**
 * Counted with o200k_base, because Anthropic publishes no tokenizer: real counts of a tokenizer, not Claude's.
 * @param imageTokensOf of an image block
 */
export function promptParts(
  request: MessagesRequest,
  model: string,
  tokenizer: Tokenizer,
  imageTokensOf: (block: Block) => number,
): readonly PromptPart[] {
  const { tools = [], system = [], messages } = request;
  const instructions = typeof system === 'string' ? [{ type: 'text', text: system } as const] : system;
  const part = (value: { cache_control?: CacheControl | null }, tokens: number): PromptPart => {
    const { cache_control: mark, ...plain } = value;
    return { content: JSON.stringify(plain), tokens, mark: mark ? (mark.ttl ?? '5m') : undefined };
  };
  return [
    ...tools.map((tool, at) => {
      const { cache_control: _, ...plain } = tool;
      return part(tool, tokenizer.count(JSON.stringify(plain)) + (at === 0 ? WITH_TOOLS : 0));
    }),
    ...instructions.map(block => part(block, tokenizer.count(block.text))),
    ...messages.flatMap(turn =>
      blocksOf(turn).map((block, at) =>
        part(
          { ...block, role: turn.role } as Block & { role: string } & { cache_control?: CacheControl | null },
          tokensOf(block, model, tokenizer, imageTokensOf) + (at === 0 ? PER_TURN : 0),
        ),
      ),
    ),
  ];
}

function tokensOf(block: Block, model: string, tokenizer: Tokenizer, imageTokensOf: (block: Block) => number): number {
  switch (block.type) {
    case 'text':
      return tokenizer.count(block.text);
    case 'image':
      return imageTokensOf(block);
    case 'tool_use':
      return 6 + tokenizer.count(block.name) + tokenizer.count(JSON.stringify(block.input));
    case 'tool_result': {
      const { content = '' } = block;
      if (typeof content === 'string') return 6 + tokenizer.count(content);
      return 6 + content.reduce((sum, inner) => sum + tokensOf(inner, model, tokenizer, imageTokensOf), 0);
    }
    default: {
      // Thinking is read in full, whatever was shown of it; another model's is dropped, free of charge.
      const sealed = sealedIn(block);
      return sealed?.model === model ? sealed.tokens : 0;
    }
  }
}

export const totalTokens = (parts: readonly PromptPart[]): number => parts.reduce((sum, { tokens }) => sum + tokens, 0);
