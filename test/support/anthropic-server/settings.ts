import type { Pace } from '../loopback/script.ts';
import type { EncodingName } from '../openai-server/tokenizer.ts';
import { DEFAULT_LIMITS, type RateLimits } from './rate-limits.ts';

/** What can be set by options, and later through the control channel. */
export interface AnthropicServerSettings {
  readonly pace: Pace;
  /** In which tokens are counted. */
  readonly encoding: EncodingName;
  /** For each key and model. */
  readonly limits: RateLimits;
  /** `any`: every `sk-ant-…` key of 20 characters or more, unless it says `invalid`; a list: exactly those. */
  readonly keys: 'any' | readonly string[];
}

export const DEFAULT_SETTINGS: AnthropicServerSettings = {
  pace: 'fast',
  encoding: 'o200k_base',
  limits: DEFAULT_LIMITS,
  keys: 'any',
};
