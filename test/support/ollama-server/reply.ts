import { randomBytes } from 'node:crypto';
import type { ReplyScript } from '../loopback/script.ts';
import type { Tokenizer } from '../openai-server/tokenizer.ts';
import type { ChatRequest } from './chat-request.ts';
import type { OllamaServerSettings } from './settings.ts';

/** What the model says, before it is put into lines. */
export interface Reply {
  readonly model: string;
  readonly thinking: readonly string[];
  readonly deltas: readonly string[];
  readonly calls: readonly Record<string, unknown>[];
  readonly doneReason: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly cachedTokens: number;
  readonly failure: string | undefined;
}

/** About what the template makes of the messages: their texts, and what stands around them. */
export function countPrompt({ messages, tools = [] }: ChatRequest, tokenizer: Tokenizer): number {
  const tokens = messages.map(({ content, thinking = '', images = [], tool_calls: calls = [] }) => {
    const said = calls.length > 0 ? JSON.stringify(calls) : '';
    return tokenizer.count(content + thinking + said) + images.length * 768 + 4;
  });
  return tokens.reduce((sum, count) => sum + count, tools.length > 0 ? tokenizer.count(JSON.stringify(tools)) : 0);
}

export function planReply(
  request: ChatRequest,
  script: Partial<ReplyScript>,
  counted: number,
  { without }: OllamaServerSettings,
  tokenizer: Tokenizer,
): Reply {
  const text = script.chunks?.join('') ?? script.text ?? script.refusal ?? `This is ${request.model}.`;
  const silent = script.text === undefined && script.chunks === undefined && (script.toolCalls?.length ?? 0) > 0;
  const pieces = silent ? [] : (script.chunks ?? tokenizer.split(text));
  const most = request.options?.num_predict ?? Infinity;
  const deltas = pieces.slice(0, most > 0 ? most : undefined);
  const cut = deltas.length < pieces.length;
  const calls = cut ? [] : (script.toolCalls ?? []).map((call, index) => toCall(call, index, without.includes('ids')));
  const usage = script.usage ?? {};
  const promptTokens = usage.promptTokens ?? counted;
  const answerTokens = usage.completionTokens ?? Math.max(1, deltas.length + calls.length * 12);
  const cachedTokens = usage.cachedTokens ?? 0;
  return {
    model: script.model ?? request.model,
    thinking: request.think === false ? [] : [script.reasoning?.text ?? []].flat(),
    deltas,
    calls,
    doneReason: script.finishReason ?? (cut ? 'length' : 'stop'),
    figures:
      script.usage === null
        ? {}
        : {
            prompt_eval_count: promptTokens,
            ...(!without.includes('cached') && { prompt_eval_cached_count: cachedTokens }),
            prompt_eval_duration: 120_000_000,
            eval_count: answerTokens,
            eval_duration: 900_000_000,
          },
    promptTokens,
    answerTokens,
    cachedTokens,
    failure: script.failure?.message,
  };
}

function toCall(
  { name, arguments: args, id }: NonNullable<ReplyScript['toolCalls']>[number],
  index: number,
  withoutId: boolean,
): Record<string, unknown> {
  const value: unknown = typeof args === 'string' ? JSON.parse(args) : args;
  const call = { function: { index, name, arguments: value } };
  return withoutId ? call : { id: id ?? newCallId(), ...call };
}

/** As the server makes them: "call_" and eight letters or digits. */
function newCallId(): string {
  return `call_${randomBytes(6).toString('hex').slice(0, 8)}`;
}

/** The lines of a streamed answer; one that fails ends in an error (docs/api/errors.mdx). `text` is what a reader waits for. */
export function* linesOf(
  reply: Reply,
  createdAt: () => string,
): Generator<{ readonly line: object; readonly text: string }> {
  const { model } = reply;
  const line = (message: object, text: string) => ({
    line: { model, created_at: createdAt(), message: { role: 'assistant', ...message }, done: false },
    text,
  });
  for (const thinking of reply.thinking) yield line({ content: '', thinking }, thinking);
  for (const content of reply.deltas) yield line({ content }, content);
  for (const call of reply.calls) yield line({ content: '', tool_calls: [call] }, JSON.stringify(call));
  if (reply.failure !== undefined) return yield { line: { error: reply.failure }, text: '' };
  yield { line: { ...ending(reply, createdAt()), message: { role: 'assistant', content: '' } }, text: '' };
}

/** The whole answer in one object. */
export function wholeOf(reply: Reply, createdAt: string): object {
  const message = {
    role: 'assistant',
    content: reply.deltas.join(''),
    ...(reply.thinking.length > 0 && { thinking: reply.thinking.join('') }),
    ...(reply.calls.length > 0 && { tool_calls: reply.calls }),
  };
  return { ...ending(reply, createdAt), message };
}

function ending({ model, doneReason, figures }: Reply, createdAt: string): object {
  const durations = { total_duration: 1_100_000_000, load_duration: 40_000_000 };
  return { model, created_at: createdAt, done: true, done_reason: doneReason, ...durations, ...figures };
}
