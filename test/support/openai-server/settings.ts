import type { Pace } from '../loopback/script.ts';
import type { EncodingName } from './tokenizer.ts';
import { TABLE_DATE } from './models.ts';
import type { CacheSettings } from './prompt-cache.ts';
import type { RateLimits } from './rate-limits.ts';
import { DEFAULT_LIMITS } from './rate-limits.ts';

/** What can be set on the command line, by options, and later through the control channel. */
export interface OpenAiServerSettings {
  readonly pace: Pace;
  /** In which tokens are counted. */
  readonly encoding: EncodingName;
  /** For each key and model. */
  readonly limits: RateLimits;
  /** The simulated prompt cache. */
  readonly cache: CacheSettings;
  /** See authorize.ts. */
  readonly keys: 'any' | readonly string[];
  /** `YYYY-MM-DD`: which models exist. Not the real date, so that a test of today still passes after a shutdown. */
  readonly today: string;
  /** Ids served beside the table, with gpt-4o's abilities and no shutdown. */
  readonly extraModels: readonly string[];
}

/** About 80 tokens a second, as a mid-sized model streams. */
export const DEMO_PACE = 320;

export const DEFAULT_SETTINGS: OpenAiServerSettings = {
  pace: 'fast',
  encoding: 'o200k_base',
  limits: DEFAULT_LIMITS,
  cache: { enabled: false },
  keys: 'any',
  today: TABLE_DATE,
  extraModels: [],
};
