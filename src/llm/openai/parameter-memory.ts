import { type Clock, systemClock } from '../../core/clock.ts';
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
  /** What else there is to say: a sentence. */
  readonly why?: string;
  /** Who went without it in one window does in the next, untold: only where the answer is the same. */
  readonly isKept?: true;
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
    /^reasoning(_effort|\.effort)$/,
    ['reasoning_effort', 'reasoning.effort'],
    'the reasoning effort is left out',
  ),
  // "Your organization must be verified to generate reasoning summaries": unsupported_value (openai/openai-cookbook#2271, 2025-12-03).
  summary: {
    ...without(/^reasoning\.summary$/, ['reasoning.summary'], 'what the model thinks is not shown'),
    why: 'OpenAI shows it to verified organizations.',
    isKept: true,
  },
  reasoning: without(/^reasoning$/, ['reasoning'], 'the reasoning effort is left out'),
  include: without(/^include/, ['include'], 'reasoning is not asked back'),
  'system-role': {
    param: /^messages[[.]\d+\]?\.role$/,
    told: 'instructions are sent as "system" instead of "developer"',
    apply: body => 'messages' in body && body.messages.map(developerToSystem).some(Boolean),
  },
};

const refusals = new Set(['unsupported_parameter', 'unsupported_value', 'unknown_parameter', 'extra_forbidden']);

/** By adjustment, when it was learned: milliseconds since the epoch. */
export type LearnedParameters = Readonly<Record<string, number>>;

/** Where something of it outlives the window. What it hands out need not be what it was given. */
export interface ParameterStore {
  read(place: string): unknown;
  write(place: string, learned: LearnedParameters): void;
}

export interface ParameterMemoryOptions {
  /** Default: nothing outlives this object. */
  readonly store?: ParameterStore;
  readonly clock?: Clock;
}

/** Then it is tried again: hosts learn, and organizations are verified. */
const rememberedMs = 7 * 24 * 3_600_000;

/**
 * What each host and model turned out not to take. A 400 that names a parameter is learned once; for a week the request is sent without
 * it from the start, in this window or, where it is kept, in every one.
 */
export class ParameterMemory {
  readonly #store: ParameterStore | undefined;
  readonly #clock: Clock;
  readonly #learned = new Map<string, LearnedParameters>();

  constructor({ store, clock = systemClock }: ParameterMemoryOptions = {}) {
    this.#store = store;
    this.#clock = clock;
  }

  /** What was changed for this host and model on earlier answers, applied to a body that is about to be sent. */
  apply(place: string, body: Body): void {
    for (const name of this.#known(place)) adjustments[name]!.apply(body);
  }

  /**
   * @param body as it was sent: only what was in it can be what was refused.
   * @returns a sentence for a person, if asking again will be different; undefined where nothing was learned.
   */
  learn(place: string, { status, param, vendorCode }: LlmErrorFacts, body: Body): string | undefined {
    if ((status !== 400 && status !== 422) || param === undefined || !refusals.has(vendorCode ?? '')) return undefined;
    const known = new Set(this.#known(place));
    for (const [name, adjustment] of Object.entries(adjustments)) {
      if (known.has(name) || !adjustment.param.test(param) || !adjustment.apply(body)) continue;
      // A rename that was tried the other way round before would go in circles.
      if (name === 'max-tokens' && known.has('max-completion-tokens')) return undefined;
      if (name === 'max-completion-tokens' && known.has('max-tokens')) return undefined;
      this.#remember(place, name);
      const { told, why } = adjustment;
      return `The provider does not take "${param}" here: ${told} from now on.${why ? ` ${why}` : ''}`;
    }
    return undefined;
  }

  #known(place: string): string[] {
    const since = this.#clock.now() - rememberedMs;
    return Object.entries(this.#at(place)).flatMap(([name, at]) => (at > since ? [name] : []));
  }

  #at(place: string): LearnedParameters {
    let learned = this.#learned.get(place);
    if (!learned) this.#learned.set(place, (learned = onlyKept(this.#store?.read(place))));
    return learned;
  }

  #remember(place: string, name: string): void {
    const learned = { ...this.#at(place), [name]: this.#clock.now() };
    this.#learned.set(place, learned);
    if (adjustments[name]!.isKept) this.#store?.write(place, onlyKept(learned));
  }
}

/** @param learned another version may have written it. */
function onlyKept(learned: unknown): LearnedParameters {
  if (typeof learned !== 'object' || learned === null) return {};
  const kept = Object.entries(learned).filter(([name, at]) => adjustments[name]?.isKept && typeof at === 'number');
  return Object.fromEntries(kept) as LearnedParameters;
}

/** @param path "name", or "name.inner": what is left empty by that goes, too. */
function drop(body: object, path: string): boolean {
  const [name = '', inner] = path.split('.');
  if (inner === undefined) return name in body && Reflect.deleteProperty(body, name);
  const outer: unknown = Reflect.get(body, name);
  if (typeof outer !== 'object' || outer === null || !drop(outer, inner)) return false;
  if (Object.keys(outer).length === 0) Reflect.deleteProperty(body, name);
  return true;
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
