import type { ModelRun } from '../model-run.ts';
import type { PlannedReply } from '../planned-reply.ts';
import type { FunctionCallItem, ItemStatus, OutputRefusal, OutputText, ReasoningItem } from './responses-request.ts';
import { seal } from './sealed-reasoning.ts';

export type OutputItem = ReasoningItem | Required<FunctionCallItem> | OutputMessage;

export interface OutputMessage {
  readonly id: string;
  readonly type: 'message';
  readonly status: ItemStatus;
  readonly role: 'assistant';
  readonly content: readonly OutputPart[];
}

export type OutputPart = OutputText | OutputRefusal;

export interface OutputWishes {
  /** The client asked for `reasoning.encrypted_content`. */
  readonly sealed: boolean;
  /** The client asked for a summary. */
  readonly summary: boolean;
  readonly newId: () => string;
}

/** The items of an answer as they are once it is complete: reasoning, text or refusal, calls. */
export function outputItems({ reply }: ModelRun, { sealed, summary, newId }: OutputWishes): OutputItem[] {
  const items: OutputItem[] = [];
  const { reasoningTokens: tokens, thought } = reply;
  if (tokens > 0 || thought.length > 0) {
    const id = `rs_${newId()}`;
    const shown = summary ? thought : [];
    items.push({
      id,
      type: 'reasoning',
      summary: shown.map(text => ({ type: 'summary_text', text })),
      ...(sealed ? { encrypted_content: seal({ id, tokens }) } : {}),
    });
  }
  const content = parts(reply);
  const incomplete = incompleteReason(reply) !== undefined;
  // Where thinking took all there was, there is no message, not an empty one.
  const silent = content.length === 0 && (reply.toolCalls.length > 0 || (incomplete && tokens > 0));
  if (!silent) {
    const empty: OutputPart = { type: 'output_text', text: '', annotations: [], logprobs: [] };
    const status = incomplete ? 'incomplete' : 'completed';
    const spoken = content.length > 0 ? content : [empty];
    items.push({ id: `msg_${newId()}`, type: 'message', status, role: 'assistant', content: spoken });
  }
  for (const { id, function: call } of reply.toolCalls) {
    items.push({ id: `fc_${newId()}`, type: 'function_call', status: 'completed', call_id: id, ...call });
  }
  return items;
}

function parts({ deltas, refusal }: PlannedReply): OutputPart[] {
  const text = deltas.join('');
  return [
    ...(text === '' ? [] : [{ type: 'output_text', text, annotations: [], logprobs: [] } as const]),
    ...(refusal === undefined ? [] : [{ type: 'refusal', refusal } as const]),
  ];
}

/** Why an answer is not all the model would have said; undefined where it is. Chat's finish reasons, in this API's words. */
export function incompleteReason({ finishReason }: PlannedReply): 'max_output_tokens' | 'content_filter' | undefined {
  if (finishReason === 'length') return 'max_output_tokens';
  return finishReason === 'content_filter' ? 'content_filter' : undefined;
}
