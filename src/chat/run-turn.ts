import type { Clock } from '../core/clock.ts';
import type { AssistantMessage, Continuation, Message, ToolCall, ToolMessage } from '../llm/message.ts';
import type { LlmProvider } from '../llm/provider.ts';
import type { StopReason } from '../llm/request.ts';
import type { Notice, RateLimitHeadroom } from '../llm/stream-event.ts';
import { type ArgumentsResult, parseArguments } from '../tools/check-arguments.ts';
import type { ToolRegistry } from '../tools/tool-registry.ts';
import { type Tool, ToolFailure } from '../tools/tool.ts';
import type { Workspace } from '../tools/workspace.ts';
import { type ContextWindow, fitContext, type Fitted } from './context-window.ts';

export interface TurnLimits {
  /** Model calls in one turn. */
  readonly steps: number;
  /** Tool calls in one turn. */
  readonly calls: number;
}

export const defaultLimits: TurnLimits = { steps: 25, calls: 50 };

export interface RunTurnOptions {
  readonly provider: LlmProvider;
  /** Everything said so far, the question last. */
  readonly messages: readonly Message[];
  /** undefined where the model takes no tools, or none are wanted. */
  readonly tools: ToolRegistry | undefined;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly limits: TurnLimits;
  /** What each request has to fit into; undefined where nobody knows. */
  readonly window?: ContextWindow;
}

export type TurnEvent =
  | { readonly type: 'text'; readonly text: string }
  /** What the model shows of its reasoning. For the person alone: it never becomes part of a message. */
  | { readonly type: 'thinking'; readonly text: string }
  /** That is all it thought before it went on. */
  | { readonly type: 'thought'; readonly durationMs: number }
  | { readonly type: 'tool-started'; readonly call: ToolCall; readonly summary: string }
  | { readonly type: 'tool-finished'; readonly result: ToolResult }
  | { readonly type: 'notice'; readonly text: string }
  /** Nothing arrives for now, and why; undefined when it goes on. */
  | { readonly type: 'waiting'; readonly text: string | undefined; readonly begins: boolean }
  | { readonly type: 'headroom'; readonly headroom: RateLimitHeadroom }
  /** Belongs to the conversation from now on. Together they are always something the next request may carry. */
  | { readonly type: 'messages'; readonly messages: readonly Message[] };

export interface ToolResult {
  readonly callId: string;
  readonly status: 'done' | 'failed' | 'not-run';
  /** What the model reads. */
  readonly text: string;
  readonly truncated: boolean;
  readonly durationMs: number;
}

/**
 * The loop of one turn: ask the model, run the tools it calls, ask again, until it has nothing more to call.
 * Returns why it ended; throws LlmError, or the signal's reason when stopped. Whatever happens, every tool call that entered the
 * conversation has a result in it.
 */
export async function* runTurn(options: RunTurnOptions): AsyncGenerator<TurnEvent, StopReason | 'tool-limit'> {
  const { limits } = options;
  const messages = [...options.messages];
  let callsLeft = limits.calls;
  for (let step = 1; ; step++) {
    options.signal.throwIfAborted();
    const { messages: fitting, notice } = await fitted(options, messages);
    if (notice !== undefined) yield { type: 'notice', text: notice };
    const answer = yield* askModel(options, messages, fitting);
    if (answer.calls.length === 0) {
      yield { type: 'messages', messages: [{ role: 'assistant', content: answer.text, ...carriedOn(answer) }] };
      return answer.reason;
    }
    const allowed = step < limits.steps && answer.calls.length <= callsLeft;
    callsLeft -= answer.calls.length;
    const results = allowed ? yield* runTools(answer.calls, options) : notRun(answer.calls, 'the limit was reached');
    const exchange: Message[] = [
      { role: 'assistant', content: answer.text, toolCalls: answer.calls.map(acceptable), ...carriedOn(answer) },
      ...results.map(({ callId, text }): ToolMessage => ({ role: 'tool', toolCallId: callId, content: text })),
    ];
    messages.push(...exchange);
    yield { type: 'messages', messages: exchange };
    if (!allowed) return 'tool-limit';
  }
}

/**
 * A call as vendors take it back. Models make up names ("functions.read_file"), and OpenAI answers 400 to a history that holds one:
 * "messages[9].tool_calls[0].function.name: string does not match pattern" (mcp-use/mcp-use#90, 2025). The result names it as it was.
 */
function acceptable(call: ToolCall): ToolCall {
  const name = call.name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'unnamed';
  return name === call.name ? call : { ...call, name };
}

/** Each step is fitted anew: results of tools make the request grow. */
async function fitted({ tools, window }: RunTurnOptions, messages: readonly Message[]): Promise<Fitted> {
  return window ? fitContext(messages, tools?.definitions ?? [], window) : { messages };
}

interface Answer {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly reason: StopReason;
  readonly continuation?: Continuation;
}

const carriedOn = ({ continuation }: Answer): Pick<AssistantMessage, 'continuation'> =>
  continuation ? { continuation } : {};

/** @param messages everything said so far; `fitting` is what of it is sent. */
async function* askModel(
  options: RunTurnOptions,
  messages: readonly Message[],
  fitting: readonly Message[],
): AsyncGenerator<TurnEvent, Answer> {
  const { provider, tools, signal, clock } = options;
  const calls: ToolCall[] = [];
  let text = '';
  let reason: StopReason = 'end_turn';
  let continuation: Continuation | undefined;
  let thinkingSince: number | undefined;
  try {
    for await (const event of provider.stream(
      { messages: fitting, ...(tools && { tools: tools.definitions }) },
      signal,
    )) {
      if (thinkingSince !== undefined && event.type !== 'thinking-delta' && event.type !== 'notice') {
        yield { type: 'thought', durationMs: clock.monotonic() - thinkingSince };
        thinkingSince = undefined;
      }
      switch (event.type) {
        case 'text-delta':
          text += event.text;
          yield { type: 'text', text: event.text };
          break;
        case 'tool-call':
          calls.push(withOwnId(event.call, [...callsIn(messages), ...calls]));
          break;
        case 'notice':
          yield told(event.notice);
          break;
        case 'finish':
          reason = event.reason;
          break;
        case 'continuation':
          continuation = event.continuation;
          break;
        case 'thinking-delta':
          thinkingSince ??= clock.monotonic();
          yield { type: 'thinking', text: event.text };
          break;
        case 'usage':
          break;
      }
    }
  } catch (error) {
    // Half an answer is still something that was said; calls in it were never run, so they are left out.
    if (text) yield { type: 'messages', messages: [{ role: 'assistant', content: text }] };
    throw error;
  }
  // A cut-off answer's calls may be half written.
  return { text, reason, calls: reason === 'tool_use' ? calls : [], ...(continuation && { continuation }) };
}

function told(notice: Notice): TurnEvent {
  switch (notice.kind) {
    case 'rate-limit':
      return { type: 'headroom', headroom: notice.headroom };
    case 'waiting':
      return { type: 'waiting', text: notice.text, begins: notice.begins };
    case 'waiting-over':
      return { type: 'waiting', text: undefined, begins: false };
    case 'adjusted':
      return { type: 'notice', text: notice.text };
  }
}

function callsIn(messages: readonly Message[]): ToolCall[] {
  return messages.flatMap(message => (message.role === 'assistant' ? (message.toolCalls ?? []) : []));
}

/**
 * Results find their call by id, in the conversation and in the view. Some compatible hosts begin at "call_0" with every answer, or name
 * two calls of one answer alike; any id we send back is as good as theirs.
 */
function withOwnId(call: ToolCall, others: readonly ToolCall[]): ToolCall {
  const taken = new Set(others.map(({ id }) => id));
  if (!taken.has(call.id)) return call;
  let number = taken.size;
  while (taken.has(`call_${number}`)) number++;
  return { ...call, id: `call_${number}` };
}

/** Runs the calls of one answer: side by side where all of them only read, else one after the other. Results in the order of the calls. */
async function* runTools(calls: readonly ToolCall[], options: RunTurnOptions): AsyncGenerator<TurnEvent, ToolResult[]> {
  const prepared = await Promise.all(calls.map(call => prepare(call, options.tools)));
  const results = new Map<string, ToolResult>();
  const sideBySide = prepared.every(({ tool }) => tool?.effect !== 'write');
  const groups = sideBySide ? [prepared] : prepared.map(one => [one]);
  for (const group of groups) {
    for (const one of group) yield { type: 'tool-started', call: one.call, summary: summaryOf(one) };
    for await (const result of asTheyFinish(group.map(one => runOne(one, options)))) {
      results.set(result.callId, result);
      yield { type: 'tool-finished', result };
    }
  }
  return calls.map(({ id }) => results.get(id)!);
}

interface Prepared {
  readonly call: ToolCall;
  readonly tool: Tool | undefined;
  readonly args: ArgumentsResult | undefined;
}

async function prepare(call: ToolCall, tools: ToolRegistry | undefined): Promise<Prepared> {
  const tool = tools?.find(call.name);
  return { call, tool, args: tool && (await parseArguments(tool, call.arguments)) };
}

function summaryOf({ call, tool, args }: Prepared): string {
  try {
    return tool && args?.ok ? tool.summarize(args.args) : call.name;
  } catch {
    return call.name;
  }
}

/** Never throws: a tool's failure is a result that the model reads. */
async function runOne({ call, tool, args }: Prepared, options: RunTurnOptions): Promise<ToolResult> {
  const { workspace, clock, signal } = options;
  const started = clock.monotonic();
  const result = (status: ToolResult['status'], text: string, truncated = false): ToolResult => ({
    callId: call.id,
    status,
    text,
    truncated,
    durationMs: clock.monotonic() - started,
  });
  if (signal.aborted) return result('not-run', 'Not run: the person stopped the answer.');
  if (!tool || !args) {
    const available = options.tools?.definitions.map(({ name }) => name).join(', ') ?? 'none';
    return result('failed', `There is no tool "${call.name}". Available: ${available}.`);
  }
  if (!args.ok) return result('failed', args.message);
  try {
    const { text, truncated } = await tool.run(args.args, { workspace, signal });
    return result('done', text, truncated);
  } catch (error) {
    if (signal.aborted) return result('not-run', 'Not finished: the person stopped the answer.');
    if (error instanceof ToolFailure) return result('failed', error.message);
    // Not the message itself: it may hold paths of this machine.
    return result(
      'failed',
      `The tool "${call.name}" broke (${error instanceof Error ? error.name : 'unknown error'}).`,
    );
  }
}

function notRun(calls: readonly ToolCall[], why: string): ToolResult[] {
  return calls.map(({ id }) => ({
    callId: id,
    status: 'not-run',
    text: `Not run: ${why}.`,
    truncated: false,
    durationMs: 0,
  }));
}

async function* asTheyFinish<T>(running: readonly Promise<T>[]): AsyncGenerator<T> {
  const pending = new Map(running.map((promise, index) => [index, promise.then(value => ({ index, value }))]));
  while (pending.size > 0) {
    const { index, value } = await Promise.race(pending.values());
    pending.delete(index);
    yield value;
  }
}
