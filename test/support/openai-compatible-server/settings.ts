import type { OpenAiServerSettings } from '../openai-server/settings.ts';

/** Whose habits the host has, beside what they all share. */
export type Habit = 'plain' | 'openrouter' | 'groq' | 'deepseek' | 'xai' | 'litellm';

export interface CompatibleServerSettings extends OpenAiServerSettings {
  readonly habit: Habit;
  /** Asks for no key at all. */
  readonly keyless: boolean;
  /** What it says an answer cost, digit by digit as it is to be written; undefined: nothing. */
  readonly cost?: string | undefined;
  /** Besides, for the habit that knows it: the person's own key at the provider, and what that bills. */
  readonly upstreamCost?: string | undefined;
  /** Top-level fields it does not take: 400, with the field named. */
  readonly refuses: readonly string[];
}

export const COMPATIBLE_KEY = 'sk-or-v1-0123456789abcdef0123456789abcdef';

export const COMPATIBLE_DEFAULTS = {
  habit: 'plain',
  keyless: false,
  keys: [COMPATIBLE_KEY],
  // Hosts of open models know the field that this one replaced.
  refuses: ['max_completion_tokens'],
  extraModels: ['qwen3-coder', 'deepseek-v4-flash', 'someone/a-model'],
} as const satisfies Partial<CompatibleServerSettings>;
