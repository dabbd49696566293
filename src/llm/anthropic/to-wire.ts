import type { ModelFacts } from '../model-catalog.ts';
import type { AssistantMessage, Message } from '../message.ts';
import type { ChatRequest } from '../request.ts';
import { markStableBeginnings } from './cache-breakpoints.ts';
import { Prefix } from './continuation.ts';
import { messagesToWire } from './messages-to-wire.ts';
import { rulesOf } from './model-rules.ts';
import { planFormat } from './structured.ts';
import { planThinking, type ThinkingPlan } from './thinking.ts';
import type { WireRequest, WireText, WireTool, WireToolChoice } from './wire.ts';

export interface ToWireOptions {
  readonly model: string;
  /** undefined for a model the catalogue does not know. */
  readonly facts: ModelFacts | undefined;
}

export interface MadeRequest {
  readonly body: WireRequest;
  /** Names all that the answer follows: see `Prefix`. */
  readonly prefix: string;
  readonly notices: readonly string[];
}

/** For a model whose maximum nobody knows. */
const maxTokensDefault = 4096;
/** The smallest any model has, for one whose own nobody knows. */
const leastCachedDefault = 512;

/** A request in the words of the Messages API, with what the model is known not to take left out. */
export function toWire(request: ChatRequest, { model, facts }: ToWireOptions): MadeRequest {
  const rules = rulesOf(model);
  const name = facts?.name ?? model;
  const maxTokens = request.maxTokens ?? facts?.maxOutputTokens ?? maxTokensDefault;
  const format = planFormat(request.responseFormat, { name, rules });
  const midTurnWithoutThinking = callsWithoutThinking(request.messages);
  const plan = planThinking(request, { name, facts, rules, maxTokens, midTurnWithoutThinking });
  const body: WireRequest = { model, max_tokens: maxTokens, messages: [] };
  const system = systemBlocks(request.messages, format.instruction);
  if (system.length > 0) body.system = system;
  addTools(body, request, plan);
  const prefix = new Prefix(body);
  body.messages = messagesToWire(request.messages, model, prefix);
  if (plan.temperature !== undefined) body.temperature = plan.temperature;
  if (plan.thinking) body.thinking = plan.thinking;
  if (plan.effort || format.format)
    body.output_config = {
      ...(plan.effort && { effort: plan.effort }),
      ...(format.format && { format: format.format }),
    };
  if (request.streaming ?? true) body.stream = true;
  markStableBeginnings(body, rules?.leastCached ?? leastCachedDefault);
  return { body, prefix: prefix.name(), notices: [...plan.notices, ...(format.notice ? [format.notice] : [])] };
}

/** Instructions stand apart from the conversation. */
function systemBlocks(messages: readonly Message[], instruction: string | undefined): WireText[] {
  const texts = messages.flatMap(message => (message.role === 'system' ? message.content : []));
  return [...texts, ...(instruction ? [instruction] : [])]
    .filter(text => text.trim() !== '')
    .map(text => ({ type: 'text', text }));
}

function addTools(body: WireRequest, request: ChatRequest, plan: ThinkingPlan): void {
  const { tools = [], toolChoice, parallelToolCalls, messages } = request;
  if (tools.length === 0) {
    const called = calledBefore(messages);
    if (called.length === 0) return;
    body.tools = called;
    body.tool_choice = { type: 'none' };
    return;
  }
  body.tools = tools.map(({ name, description, parameters }) => {
    return { name, description, input_schema: { type: 'object', ...parameters } };
  });
  const oneByOne = parallelToolCalls === false ? ({ disable_parallel_tool_use: true } as const) : {};
  const choice = choiceOf(plan.forcedCalls || typeof toolChoice === 'string' ? toolChoice : 'auto', plan);
  if (choice?.type === 'none') body.tool_choice = choice;
  else if (choice || parallelToolCalls === false) body.tool_choice = { ...(choice ?? { type: 'auto' }), ...oneByOne };
}

function choiceOf(choice: ChatRequest['toolChoice'], { forcedCalls }: ThinkingPlan): WireToolChoice | undefined {
  if (typeof choice === 'object') return { type: 'tool', name: choice.name };
  switch (choice) {
    case 'required':
      return { type: forcedCalls ? 'any' : 'auto' };
    case undefined:
      return undefined;
    default:
      return { type: choice };
  }
}

/**
 * A conversation that holds calls must offer tools ("Anthropic expects the `tools=` param to be passed in when there are tool calls in
 * messages": BerriAI/litellm, which sends a stand-in, as we do): those of the calls, and none of them to be called.
 */
function calledBefore(messages: readonly Message[]): WireTool[] {
  const calls = messages.flatMap(message => (message.role === 'assistant' ? (message.toolCalls ?? []) : []));
  const names = [...new Set(calls.map(({ name }) => name))];
  return names.map(name => ({ name, description: 'Not available any more.', input_schema: { type: 'object' } }));
}

/** "When `thinking` is enabled, a final `assistant` message must start with a thinking block" (400 of models that think by a budget). */
function callsWithoutThinking(messages: readonly Message[]): boolean {
  if (messages.at(-1)?.role !== 'tool') return false;
  const last = messages.findLast((message): message is AssistantMessage => message.role === 'assistant');
  const first = last?.continuation?.items[1];
  return !(typeof first === 'object' && first !== null && 'thinking' in first);
}
