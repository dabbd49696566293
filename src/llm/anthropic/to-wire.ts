import type { ModelFacts } from '../model-catalog.ts';
import type { Message } from '../message.ts';
import type { ChatRequest } from '../request.ts';
import { markStableBeginnings } from './cache-breakpoints.ts';
import { Prefix } from './continuation.ts';
import { messagesToWire } from './messages-to-wire.ts';
import { rulesOf } from './model-rules.ts';
import { planFormat } from './structured.ts';
import { planThinking, type ThinkingPlan } from './thinking.ts';
import type { WireMessage, WireRequest, WireText, WireTool, WireToolChoice } from './wire.ts';

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
  const system = systemBlocks(request.messages, format.instruction);
  const tools = toolsOf(request);
  const prefix = new Prefix({ system, tools });
  const messages = messagesToWire(request.messages, model, prefix);
  const midTurnWithoutThinking = callsWithoutThinking(messages);
  const plan = planThinking(request, { name, facts, rules, maxTokens, midTurnWithoutThinking });
  const toolChoice = toolChoiceOf(request, tools, plan);
  const output = { ...(plan.effort && { effort: plan.effort }), ...(format.format && { format: format.format }) };
  const body: WireRequest = {
    model,
    max_tokens: maxTokens,
    ...(system.length > 0 && { system }),
    ...(tools.length > 0 && { tools }),
    ...(toolChoice && { tool_choice: toolChoice }),
    messages,
    ...(plan.temperature !== undefined && { temperature: plan.temperature }),
    ...(plan.thinking && { thinking: plan.thinking }),
    ...(Object.keys(output).length > 0 && { output_config: output }),
    ...((request.streaming ?? true) && { stream: true }),
  };
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

function toolsOf({ tools = [], messages }: ChatRequest): WireTool[] {
  if (tools.length === 0) return calledBefore(messages);
  return tools.map(({ name, description, parameters }) => {
    return { name, description, input_schema: { type: 'object', ...parameters } };
  });
}

function toolChoiceOf(
  { tools = [], toolChoice, parallelToolCalls }: ChatRequest,
  sent: readonly WireTool[],
  plan: ThinkingPlan,
): WireToolChoice | undefined {
  // Those that are sent only because they were called once are not to be called again.
  if (tools.length === 0) return sent.length > 0 ? { type: 'none' } : undefined;
  const choice = choiceOf(plan.forcedCalls || typeof toolChoice === 'string' ? toolChoice : 'auto', plan);
  if (choice?.type === 'none' || parallelToolCalls !== false) return choice;
  return { ...(choice ?? { type: 'auto' }), disable_parallel_tool_use: true };
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
 * messages": BerriAI/litellm, which sends a stand-in, as we do): those of the calls.
 */
function calledBefore(messages: readonly Message[]): WireTool[] {
  const calls = messages.flatMap(message => (message.role === 'assistant' ? (message.toolCalls ?? []) : []));
  const names = [...new Set(calls.map(({ name }) => name))];
  return names.map(name => ({ name, description: 'Not available any more.', input_schema: { type: 'object' } }));
}

/** "When `thinking` is enabled, a final `assistant` message must start with a thinking block" (400 of models that think by a budget). */
function callsWithoutThinking(messages: readonly WireMessage[]): boolean {
  const calling = messages.at(-2)?.content[0]?.type;
  const answered = messages.at(-1)?.content.some(({ type }) => type === 'tool_result') ?? false;
  return answered && calling !== 'thinking' && calling !== 'redacted_thinking';
}
