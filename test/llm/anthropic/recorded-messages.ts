import type { Messages } from '@anthropic-ai/sdk/resources/messages/messages';

// Answers of the Messages API, made here of the types that Anthropic's SDK publishes, so that what our reader is tested on is what the
// API may send.

export type Block = Messages.ContentBlock;

export const text = (words: string): Block => ({ type: 'text', text: words, citations: null });
export const thinking = (words: string, signature = `sealed:${words}`): Block => ({
  type: 'thinking',
  thinking: words,
  signature,
});
export const redacted = (data: string): Block => ({ type: 'redacted_thinking', data });
export const call = (name: string, input: object, id: string): Block => {
  return { type: 'tool_use', id, name, input, caller: { type: 'direct' } };
};

export interface Ending {
  readonly reason?: Messages.StopReason;
  readonly explanation?: string;
  readonly usage?: Partial<Messages.Usage>;
}

export interface Made {
  /** The event stream's text. */
  readonly stream: string;
  /** The same answer as one object. */
  readonly whole: string;
}

const counted: Messages.Usage = {
  cache_creation: { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 0 },
  cache_creation_input_tokens: 30,
  cache_read_input_tokens: 2000,
  inference_geo: 'global',
  input_tokens: 12,
  output_tokens: 75,
  output_tokens_details: { thinking_tokens: 50 },
  server_tool_use: null,
  service_tier: 'standard',
  speed: 'standard',
};

/** An answer of these blocks, streamed a few characters at a time, and whole. */
export function answerOf(blocks: readonly Block[], ending: Ending = {}): Made {
  const usage = { ...counted, ...ending.usage };
  const reason = ending.reason ?? 'end_turn';
  const details: Messages.RefusalStopDetails | null =
    ending.explanation === undefined ? null : { type: 'refusal', category: null, explanation: ending.explanation };
  const message: Messages.Message = {
    id: 'msg_013Zva2CMHLNnXjNJJKqJ2EF',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-5',
    content: [...blocks],
    container: null,
    diagnostics: null,
    stop_reason: reason,
    stop_sequence: null,
    stop_details: details,
    usage,
  };
  // At the start nothing is known of the answer, and of it hardly anything is counted.
  const begun = { ...usage, output_tokens: 1, output_tokens_details: null };
  const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens } = usage;
  const delta: Messages.RawMessageDeltaEvent = {
    type: 'message_delta',
    delta: { stop_reason: reason, stop_sequence: null, stop_details: details, container: null },
    usage: {
      input_tokens,
      cache_creation_input_tokens,
      cache_read_input_tokens,
      output_tokens,
      output_tokens_details: usage.output_tokens_details,
      server_tool_use: null,
    },
  };
  const start = { ...message, content: [], stop_reason: null, stop_details: null, usage: begun };
  return {
    stream: streamOf([
      { type: 'message_start', message: start },
      ...blocks.flatMap(blockEvents),
      delta,
      { type: 'message_stop' },
    ]),
    whole: JSON.stringify(message),
  };
}

export function streamOf(events: readonly Messages.RawMessageStreamEvent[]): string {
  const [start, ...rest] = events.map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  return [start, 'event: ping\ndata: {"type": "ping"}\n\n', ...rest].join('');
}

function blockEvents(block: Block, index: number): Messages.RawMessageStreamEvent[] {
  const begin = (content_block: Block): Messages.RawMessageStreamEvent => {
    return { type: 'content_block_start', index, content_block };
  };
  const grow = (delta: Messages.RawContentBlockDelta): Messages.RawMessageStreamEvent => {
    return { type: 'content_block_delta', index, delta };
  };
  const end: Messages.RawMessageStreamEvent = { type: 'content_block_stop', index };
  switch (block.type) {
    case 'text':
      return [
        begin({ ...block, text: '' }),
        ...pieces(block.text).map(part => grow({ type: 'text_delta', text: part })),
        end,
      ];
    case 'thinking':
      return [
        begin({ ...block, thinking: '', signature: '' }),
        ...pieces(block.thinking).map(part => grow({ type: 'thinking_delta', thinking: part })),
        grow({ type: 'signature_delta', signature: block.signature }),
        end,
      ];
    case 'tool_use':
      return [
        begin({ ...block, input: {} }),
        ...['', ...pieces(JSON.stringify(block.input))].map(part =>
          grow({ type: 'input_json_delta', partial_json: part }),
        ),
        end,
      ];
    default:
      return [begin(block), end];
  }
}

const pieces = (words: string): string[] => words.match(/[^]{1,7}/gu) ?? [];
