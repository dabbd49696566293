import { lookUpModel } from '../model-id.ts';

/** What one model takes and refuses beyond what the catalogue says of every vendor's models. */
export interface ModelRules {
  /** How thinking is asked for: by a budget, or by "adaptive" and an effort. */
  readonly thinking: 'none' | 'budget' | 'adaptive';
  /** It thinks although nobody asked. */
  readonly thinksUnasked?: true;
  /** What turns that off; absent where nothing does. */
  readonly off?: 'disabled' | 'between_tools';
  /** Refused together with efforts above "high". */
  readonly offUpToHigh?: true;
  /** Whether a call can be forced (`tool_choice` any and tool). */
  readonly forcedCalls: boolean;
  /** Whether temperature is taken, where the catalogue does not know the model. */
  readonly sampling: boolean;
  /** Whether an answer can be held to a JSON schema (`output_config.format`). */
  readonly schemas: boolean;
  /** Tokens a beginning must have before it is cached; a shorter one is silently not. */
  readonly leastCached: number;
}

/** Thinks by a budget or not at all: Claude 3.7 to 4.5. */
const budget = (leastCached: number, schemas: boolean): ModelRules => ({
  thinking: 'budget',
  forcedCalls: true,
  sampling: true,
  schemas,
  leastCached,
});

/** Thinks when it is asked to: 4.6 to 4.8. */
const whenAsked = (leastCached: number, sampling: boolean): ModelRules => ({
  thinking: 'adaptive',
  off: 'disabled',
  forcedCalls: true,
  sampling,
  schemas: true,
  leastCached,
});

/** Thinks unless it is asked not to, where that is possible: from the fifth generation on. */
const unasked = (leastCached: number, rest: Partial<ModelRules> = {}): ModelRules => ({
  thinking: 'adaptive',
  thinksUnasked: true,
  forcedCalls: true,
  sampling: false,
  schemas: true,
  leastCached,
  ...rest,
});

const third: ModelRules = { thinking: 'none', forcedCalls: true, sampling: true, schemas: false, leastCached: 1024 };
const alwaysThinks = unasked(512, { forcedCalls: false });

/**
 * Sources, all read 2026-11-28: the table "Thinking & Effort" of Anthropic's own API notes (github.com/anthropics/skills,
 * skills/claude-api/SKILL.md of 2026-10; its prompt-caching.md for the minima) and the migration guides on platform.claude.com (Sonnet
 * 5.5: thinking budgets, sampling, forced calls and `disabled` are 400). Unconfirmed, and therefore taken for the stricter: Fable and
 * Mythos 5.2 as 5.1, and no forced calls on Haiku 5.5 (OpenRouter's guide to 5.5 says so, Anthropic's table does not).
 */
const rules: ReadonlyMap<string, ModelRules> = new Map([
  ['claude-fable-5-2', alwaysThinks],
  ['claude-mythos-5-2', alwaysThinks],
  ['claude-fable-5-1', alwaysThinks],
  ['claude-mythos-5-1', alwaysThinks],
  ['claude-opus-5-5', alwaysThinks],
  ['claude-sonnet-5-5', unasked(512, { off: 'between_tools', offUpToHigh: true, forcedCalls: false })],
  ['claude-haiku-5-5', unasked(512, { off: 'disabled', offUpToHigh: true, forcedCalls: false })],
  ['claude-fable-5', unasked(512)],
  ['claude-mythos-5', unasked(512)],
  ['claude-opus-5', unasked(512, { off: 'disabled', offUpToHigh: true })],
  ['claude-sonnet-5', unasked(1024, { off: 'disabled' })],
  ['claude-opus-4-8', whenAsked(1024, false)],
  ['claude-opus-4-7', whenAsked(2048, false)],
  ['claude-opus-4-6', whenAsked(4096, true)],
  ['claude-sonnet-4-6', whenAsked(1024, true)],
  ['claude-opus-4-5', budget(4096, true)],
  ['claude-haiku-4-5', budget(4096, true)],
  ['claude-sonnet-4-5', budget(1024, true)],
  ['claude-opus-4-1', budget(1024, false)],
  ['claude-opus-4-0', budget(1024, false)],
  ['claude-opus-4', budget(1024, false)],
  ['claude-sonnet-4-0', budget(1024, false)],
  ['claude-sonnet-4', budget(1024, false)],
  ['claude-3-7-sonnet', budget(1024, false)],
  ['claude-3-7-sonnet-latest', budget(1024, false)],
  ['claude-3-5-sonnet', third],
  ['claude-3-5-haiku', third],
  ['claude-3-opus', third],
  ['claude-3-sonnet', third],
  ['claude-3-haiku', third],
]);

/** undefined for a model nobody has told us of: then it is sent what was asked for, and nothing that was not. */
export const rulesOf = (model: string): ModelRules | undefined => lookUpModel(rules, model);
