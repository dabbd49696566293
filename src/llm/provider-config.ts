import type { Dispatcher } from 'undici';
import type { Clock } from '../core/clock.ts';
import type { ParameterMemory } from './openai/parameter-memory.ts';
import type { ReasoningEffort } from './request.ts';

export interface ProviderConfig {
  readonly provider: 'openai';
  /** The key, or where to ask for it at the moment of each call. */
  readonly apiKey?: string | (() => Promise<string | undefined>);
  readonly model?: string;
  /** Base URL; default https://api.openai.com/v1. */
  readonly endpoint?: string;
  /** Which API to speak; "auto" follows the catalogue. Default auto. */
  readonly api?: 'auto' | 'chat' | 'responses';
  readonly maxTokens?: number;
  /** 0–2. Left out of the request where undefined. */
  readonly temperature?: number;
  /** Silence after which a call fails: 1 s–10 min, default 60 s. */
  readonly timeoutMs?: number;
  readonly reasoningEffort?: ReasoningEffort;
  readonly streaming?: boolean;
  /** What hosts turned out not to take, kept across providers of the same window. */
  readonly parameterMemory?: ParameterMemory;
  readonly clock?: Clock;
  /** How connections are made; default is a direct undici Agent. */
  readonly dispatcher?: Dispatcher | (() => Promise<Dispatcher>);
}
