import type { WireToolCall } from './chat-request.ts';
import type { ChatDress } from './host.ts';
import type { StreamChunk } from './model-run.ts';
import type { PlannedReply } from './planned-reply.ts';

/** What every chunk and the whole answer carry alike. */
export interface Envelope {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly model: string;
  readonly choices: number;
  readonly dress: ChatDress;
}

/** The body of an answer that is not streamed. */
export function completion(
  envelope: Envelope,
  reply: PlannedReply,
  usage: Record<string, unknown> | undefined,
): string {
  const { dress } = envelope;
  const text = reply.deltas.join('');
  const message = {
    role: 'assistant',
    content: text === '' && (reply.toolCalls.length > 0 || reply.refusal !== undefined) ? null : text,
    ...(reply.toolCalls.length > 0 ? { tool_calls: reply.toolCalls } : {}),
    refusal: reply.refusal ?? null,
    annotations: [],
  };
  const choices = Array.from({ length: envelope.choices }, (_, index) => ({
    index,
    message,
    logprobs: null,
    finish_reason: reply.finishReason,
    ...dress.choice?.(text !== ''),
  }));
  const { id, created, model } = envelope;
  const body = {
    id,
    object: 'chat.completion',
    created,
    model,
    choices,
    ...(usage === undefined ? {} : { usage }),
    ...dress.shared,
    ...dress.prompt,
  };
  return `${JSON.stringify(body, undefined, 2)}\n`;
}

/**
 * The events of a streamed answer, in order, the closing `[DONE]` included; an answer that fails ends in an error object
 * instead, as gateways and the vendor send it once the status line is out.
 * @param usage the usage chunk's content; undefined where the client did not ask for it
 */
export function* completionChunks(
  envelope: Envelope,
  reply: PlannedReply,
  usage: Record<string, unknown> | undefined,
): Generator<StreamChunk> {
  const { id, created, model, dress } = envelope;
  const event = (choices: unknown[], withUsage: Record<string, unknown> | null, text = ''): StreamChunk => {
    // With include_usage every chunk has the field, null until the last.
    const figures = usage === undefined ? {} : { usage: withUsage };
    const chunk = { id, object: 'chat.completion.chunk', created, model, ...dress.shared, choices, ...figures };
    return { data: `data: ${JSON.stringify(chunk)}\n\n`, text };
  };
  if (dress.prompt !== undefined) yield promptChunk(dress.prompt);
  for (let index = 0; index < envelope.choices; index += 1) {
    const choice = (delta: Readonly<Record<string, unknown>>, finish: string | null = null): unknown[] => {
      const extras = dress.choice?.(typeof delta['content'] === 'string' && delta['content'] !== '');
      return [{ index, delta, logprobs: null, finish_reason: finish, ...extras }];
    };
    const content = reply.toolCalls.length > 0 && reply.deltas.length === 0 ? null : '';
    yield event(choice({ role: 'assistant', content, refusal: null }), null);
    for (const delta of reply.deltas) yield event(choice({ content: delta }), null, delta);
    if (reply.refusal !== undefined) yield event(choice({ refusal: reply.refusal }), null, reply.refusal);
    for (const [callIndex, call] of reply.toolCalls.entries()) {
      for (const { delta, text } of callFragments(callIndex, call)) {
        yield event(choice({ tool_calls: [delta] }), null, text);
      }
    }
    if (reply.failure !== undefined) return yield failureChunk(reply.failure);
    yield event(choice({}, reply.finishReason), null);
  }
  if (usage !== undefined) yield event([], usage);
  yield { data: 'data: [DONE]\n\n', text: '' };
}

/** Nobody's: it has neither id nor model, and comes before there is an answer. */
function promptChunk(prompt: Readonly<Record<string, unknown>>): StreamChunk {
  const chunk = { choices: [], created: 0, id: '', model: '', object: '', ...prompt };
  return { data: `data: ${JSON.stringify(chunk)}\n\n`, text: '' };
}

function failureChunk({ code, message }: { code: string; message: string }): StreamChunk {
  const error = { message, type: 'server_error', param: null, code };
  return { data: `data: ${JSON.stringify({ error })}\n\n`, text: '' };
}

/** The first fragment names the call, the others carry its arguments a few characters at a time. */
function* callFragments(index: number, call: WireToolCall): Generator<{ delta: unknown; text: string }> {
  const { id, type } = call;
  yield { delta: { index, id, type, function: { name: call.function.name, arguments: '' } }, text: call.function.name };
  for (const piece of call.function.arguments.match(/[^]{1,5}/gu) ?? []) {
    yield { delta: { index, function: { arguments: piece } }, text: piece };
  }
}
