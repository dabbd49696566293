import type { Clock } from '../core/clock.ts';
import type { Dispatcher } from './http/http-call.ts';
import type { ParameterMemory } from './openai/parameter-memory.ts';
import type { RateLimits } from '../resilience/rate-limiter.ts';
import type { RetryOptions } from '../resilience/retry.ts';
import type { PolicyPool } from './policy-pool.ts';
import type { LlmProvider } from './provider.ts';
import type { ReasoningEffort } from './request.ts';
import type { ProviderName } from './vendors.ts';

export interface ProviderConfig {
  readonly provider: ProviderName;
  /** The key, or where to ask for it at the moment of each call. */
  readonly apiKey?: string | (() => Promise<string | undefined>);
  readonly model?: string;
  /** Base URL; default is the vendor's own. */
  readonly endpoint?: string;
  /** Which API to speak; "auto" follows the catalogue. Default auto. */
  readonly api?: 'auto' | 'chat' | 'responses';
  /** Azure: the deployment that is asked; default is `model`, taken for a deployment's name. */
  readonly deployment?: string;
  /** Azure: which model each deployment is, as the person says; without, facts and price are unknown. */
  readonly deployments?: { readonly [deployment: string]: string };
  /** Azure's dated API; absent or '' is the v1 API, unless the endpoint itself names a date. */
  readonly apiVersion?: string;
  /** Azure: how one signs in. Default key. */
  readonly auth?: 'key' | 'entra';
  /** Azure with Entra ID: a token for this scope that is good now, asked for at each call. */
  readonly entraToken?: (scope: string) => Promise<string>;
  /** Azure with Entra ID: hosts that may get the token, besides Azure's own. */
  readonly entraHosts?: readonly string[];
  /** OpenAI-compatible hosts: sent with every request. */
  readonly headers?: { readonly [name: string]: string };
  readonly maxTokens?: number;
  /** 0–2. Left out of the request where undefined. */
  readonly temperature?: number;
  /** Silence after which a call fails: 1 s–10 min, default 60 s. */
  readonly timeoutMs?: number;
  readonly reasoningEffort?: ReasoningEffort;
  readonly streaming?: boolean;
  /** Limits a minute; without, only what the server's headers say is kept to. */
  readonly rateLimit?: RateLimits;
  /** false, with no rateLimit: the bare wire. */
  readonly retry?: RetryOptions | false;
  /** Limiters and breakers to share with others; default is a pool of its own. */
  readonly policies?: PolicyPool;
  /** Put around the wire, so that it sees every attempt: what counts requests belongs here. */
  readonly eachAttempt?: (wire: LlmProvider) => LlmProvider;
  /** What hosts turned out not to take, kept across providers of the same window. */
  readonly parameterMemory?: ParameterMemory;
  readonly clock?: Clock;
  /** 0 ≤ random < 1; spreads retries. Default Math.random. */
  readonly random?: () => number;
  /** How requests get to their hosts; by default straight, on connections of this provider's own. */
  readonly dispatcher?: Dispatcher;
}
