import type { LlmErrorFacts } from '../llm-error.ts';
import type { WireRequest as ChatWire } from './chat/wire.ts';
import type { WireRequest as ResponsesWire } from './responses/wire.ts';

type Body = ChatWire | ResponsesWire;

/** One thing a host turned out not to take, and how to do without. */
interface Adjustment {
  /** Whether the refused parameter is this one; as vendors write it: "temperature", "messages[0].role", "reasoning.effort". */
  readonly param: RegExp;
  /** Changes the body; false where there is nothing to change. */
  apply(body: Body): boolean;
  /** For a person. */
  readonly told: string;
}

const without = (param: RegExp, names: readonly string[], told: string): Adjustment => ({
  param,
  told,
  apply: body => names.map(name => drop(body, name)).some(Boolean),
});

/** From OpenAI's 400s and what compatible hosts were seen to refuse; the order does not matter. */
const adjustments: { readonly [name: string]: Adjustment } = {
  'max-completion-tokens': {
    param: /^max_tokens$/,
    told: 'maxTokens is sent as max_completion_tokens',
    apply: body => rename(body, 'max_tokens', 'max_completion_tokens'),
  },
  'max-tokens': {
    param: /^max_completion_tokens$/,
    told: 'maxTokens is sent as max_tokens',
    apply: body => rename(body, 'max_completion_tokens', 'max_tokens'),
  },
  temperature: without(/^temperature$/, ['temperature'], 'temperature is left out'),
  tools: without(/^tools?(\W|$)/, ['tools', 'tool_choice', 'parallel_tool_calls'], 'the tools are left out'),
  'tool-choice': without(/^tool_choice/, ['tool_choice'], 'tool_choice is left out'),
  'parallel-tool-calls': without(/^parallel_tool_calls$/, ['parallel_tool_calls'], 'parallel_tool_calls is left out'),
  'stream-options': without(/^stream_options/, ['stream_options'], 'token counts are not asked for in the stream'),
  stream: without(/^stream$/, ['stream', 'stream_options'], 'the answer comes at once'),
  effort: without(
    /^reasoning(_effort|\.effort)?$/,
    ['reasoning_effort', 'reasoning'],
    'the reasoning effort is left out',
  ),
  include: without(/^include/, ['include'], 'reasoning is not asked back'),
  'system-role': {
    param: /^messages[[.]\d+\]?\.role$/,
    told: 'instructions are sent as "system" instead of "developer"',
    apply: body => 'messages' in body && body.messages.map(developerToSystem).some(Boolean),
  },
};

const refusals = new Set(['unsupported_parameter', 'unsupported_value', 'unknown_parameter', 'extra_forbidden']);

/**
 * What each host and model turned out not to take. A 400 that names a parameter is learned once; from then on the request is sent without
 * it from the start, so that the extra call happens once and never again.
 */
export class ParameterMemory {
  #learned = new Map<string, Set<string>>();

  /** What was changed for this host and model on earlier answers, applied to a body that is about to be sent. */
  apply(place: string, body: Body): void {
    for (const name of this.#learned.get(place) ?? []) adjustments[name]!.apply(body);
  }

  /**
   * @param body as it was sent: only what was in it can be what was refused.
   * @returns a sentence for a person, if asking again will be different; undefined where nothing was learned.
   */
  learn(place: string, { status, param, vendorCode }: LlmErrorFacts, body: Body): string | undefined {
    if ((status !== 400 && status !== 422) || param === undefined || !refusals.has(vendorCode ?? '')) return undefined;
    const known = this.#learned.get(place) ?? new Set<string>();
    for (const [name, adjustment] of Object.entries(adjustments)) {
      if (known.has(name) || !adjustment.param.test(param) || !adjustment.apply(body)) continue;
      // A rename that was tried the other way round before would go in circles.
      if (name === 'max-tokens' && known.has('max-completion-tokens')) return undefined;
      if (name === 'max-completion-tokens' && known.has('max-tokens')) return undefined;
      this.#learned.set(place, known.add(name));
      return `The provider does not take "${param}" here: ${adjustment.told} from now on.`;
    }
    return undefined;
  }
}

function drop(body: Body, name: string): boolean {
  return name in body && Reflect.deleteProperty(body, name);
}

function rename(body: Body, from: string, to: string): boolean {
  const value: unknown = Reflect.get(body, from);
  return value !== undefined && Reflect.deleteProperty(body, from) && Reflect.set(body, to, value);
}

function developerToSystem(message: ChatWire['messages'][number]): boolean {
  if (message.role !== 'developer') return false;
  message.role = 'system';
  return true;
}
