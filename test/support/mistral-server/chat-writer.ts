import type { WireToolCall } from '../openai-server/chat-request.ts';
import type { Envelope } from '../openai-server/chat-wire.ts';
import type { ChatWriter } from '../openai-server/host.ts';
import type { StreamChunk } from '../openai-server/model-run.ts';
import type { PlannedReply } from '../openai-server/planned-reply.ts';

type Json = Record<string, unknown>;

/**
 * Answers as Mistral builds them, after recorded ones (vercel/ai, packages/mistral/src/__fixtures__, 2026-01 to 2026-10): usage beside
 * the end, calls whole in one chunk, thinking as a list of chunks until the first word, random letters in `p`.
 */
export const mistralWriter: ChatWriter = {
  whole({ id, created, model }, reply, usage) {
    const text = reply.deltas.join('');
    const thought = reply.thought.map(thinking);
    const content = thought.length > 0 ? [...thought, ...(text ? [{ type: 'text', text }] : [])] : text;
    const message = { role: 'assistant', content, tool_calls: reply.toolCalls.length > 0 ? calls(reply) : null };
    const choice = { index: 0, finish_reason: reply.finishReason, message, logprobs: null };
    const counted = usage && { usage: inMistralsWords(usage) };
    return JSON.stringify({ id: idOf(id), created, model, ...counted, object: 'chat.completion', choices: [choice] });
  },
  chunks,
};

function* chunks(
  { id, created, model }: Envelope,
  reply: PlannedReply,
  usage: Json | undefined,
): Generator<StreamChunk> {
  let sent = 0;
  const event = (delta: Json, text = '', end?: Json): StreamChunk => {
    const choice = { index: 0, delta, finish_reason: end ? reply.finishReason : null, logprobs: null };
    const noise = { p: 'abcdefghijklmnopqrstuvwxyz0123456789'.slice(0, 1 + (sent++ % 36)) };
    const chunk = {
      id: idOf(id),
      object: 'chat.completion.chunk',
      created,
      model,
      choices: [choice],
      ...end,
      ...noise,
    };
    return { data: `data: ${JSON.stringify(chunk)}\n\n`, text };
  };
  yield event({ role: 'assistant', content: '' });
  for (const text of reply.thought) {
    // Two fragments: a client has to join them.
    const half = Math.ceil(text.length / 2);
    for (const part of [text.slice(0, half), text.slice(half)])
      yield { ...event({ content: [thinking(part)] }), thought: part };
  }
  const [first, ...others] = reply.deltas;
  // The change from thinking to speaking is one list of both.
  if (first !== undefined)
    yield event({ content: reply.thought.length > 0 ? [thinking(''), { type: 'text', text: first }] : first }, first);
  for (const text of others) yield event({ content: text }, text);
  if (reply.failure) {
    const { code, message } = reply.failure;
    return yield {
      data: `data: ${JSON.stringify({ object: 'error', message, type: code, param: null, code })}\n\n`,
      text: '',
    };
  }
  const said = reply.toolCalls.map(call => call.function.name + call.function.arguments).join('');
  const last = reply.toolCalls.length > 0 ? { content: '', tool_calls: calls(reply) } : { content: '' };
  yield event(last, said, usage ? { usage: inMistralsWords(usage) } : {});
  yield { data: 'data: [DONE]\n\n', text: '' };
}

const thinking = (text: string): Json => ({ type: 'thinking', thinking: [{ type: 'text', text }] });

/** Without `type`, as recorded; the id nine letters or digits. */
const calls = ({ toolCalls }: PlannedReply): Json[] =>
  toolCalls.map(({ id, function: fn }: WireToolCall, index) => ({
    id: /^[a-zA-Z0-9]{9}$/.test(id) ? id : id.slice(-9),
    function: fn,
    index,
  }));

const idOf = (id: string): string => Buffer.from(id).toString('hex').slice(-32);

function inMistralsWords({
  prompt_tokens,
  completion_tokens,
  total_tokens,
  prompt_tokens_details: details,
}: Json): Json {
  const cached: unknown = Reflect.get(Object(details), 'cached_tokens');
  return {
    prompt_tokens,
    total_tokens,
    completion_tokens,
    prompt_tokens_details: { cached_tokens: cached },
    service_tier: 'standard',
  };
}
