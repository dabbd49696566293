import * as vscode from 'vscode';
import type { TurnFacts } from '../chat/turn-setup.ts';
import type { Clock } from '../core/clock.ts';
import type { Drains } from '../cost/drains.ts';
import type { Ledger } from '../cost/ledger.ts';
import type { PromptCounter } from '../cost/prompt-counter.ts';
import type { TokenLearner } from '../cost/token-learner.ts';
import { metered } from '../cost/metered-provider.ts';
import { createProvider, type ProviderConfig } from '../llm/create-provider.ts';
import { parseEndpoint } from '../llm/endpoint.ts';
import type { Dispatcher } from '../llm/http/http-call.ts';
import { refusedLocally } from '../llm/llm-error.ts';
import { ParameterMemory, type ParameterStore } from '../llm/openai/parameter-memory.ts';
import type { PolicyPool } from '../llm/policy-pool.ts';
import type { LlmProvider } from '../llm/provider.ts';
import { vendorOf } from '../llm/vendors.ts';
import { defaultRetry } from '../resilience/retry.ts';
import { entraToken } from './entra-token.ts';
import { keyFor } from './key-for.ts';
import { capsOf } from './periods.ts';
import type { SecretKeys } from './secret-keys.ts';
import { readSettings, type Settings } from './settings.ts';

export interface ProviderMakerOptions {
  readonly keys: SecretKeys;
  readonly ledger: Ledger;
  /** Shared by the window: everyone who calls the same model waits in the same line. */
  readonly policies: PolicyPool;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly sessionId: () => string;
  readonly counter: PromptCounter;
  /** How models count, by their answers. */
  readonly learner: TokenLearner;
  readonly drains: Drains;
  /** Which parameters hosts do not take. */
  readonly parameters: ParameterStore;
}

/** Makes the model that the settings name at this moment, metered, for one purpose. */
export type ProviderMaker = (facts: TurnFacts) => LlmProvider;

export function providerMaker(options: ProviderMakerOptions): ProviderMaker {
  const { keys, ledger, policies, dispatcher, clock, sessionId, counter, learner, drains, parameters } = options;
  const parameterMemory = new ParameterMemory({ store: parameters, clock });
  return ({ model: standIn, ...facts }) => {
    const settings = readSettings();
    const { provider, endpoint, maxTokens } = settings;
    const spender = { ...facts, session: sessionId(), workspace: vscode.workspace.name ?? '' };
    return createProvider({
      ...connectionOf(settings, keys, standIn),
      ...tuningOf(settings),
      clock,
      policies,
      parameterMemory,
      dispatcher,
      // Inside the retries: every request that is really sent has a row of its own.
      eachAttempt: wire =>
        metered(wire, {
          ledger,
          clock,
          maxTokens,
          counter,
          learned: learner.of({ provider, endpoint, model: wire.model }),
          drains,
          facts: spender,
          caps: () => capsOf(readSettings().budgets, spender, clock.now()),
        }),
    });
  };
}

/** Who is asked, where, and as whom. @throws LlmError (notSent) for settings that lead nowhere. */
export function connectionOf(settings: Settings, keys: SecretKeys, model = settings.asked): ProviderConfig {
  const endpoint = endpointOf(settings, keys);
  if (!model) throw refusedLocally(`No model is chosen for ${vendorOf(settings.provider).label}.`, 'model');
  return { ...endpoint, model, api: settings.api };
}

/** The same without a model, for what asks about models. @throws LlmError (notSent) */
export function endpointOf({ provider, endpoint, headers, azure }: Settings, keys: SecretKeys): ProviderConfig {
  const { label } = vendorOf(provider);
  if (!endpoint) throw refusedLocally(`${label} needs an endpoint. Choose the provider again to give it.`, 'endpoint');
  const { origin } = parseEndpoint(endpoint);
  const onAzure = provider === 'azure-openai';
  return {
    provider,
    endpoint,
    // Each vendor takes of this what is meant for it.
    headers,
    ...(onAzure && azure),
    ...(onAzure && azure.auth === 'entra' ? { entraToken } : { apiKey: () => keyFor(keys, provider, origin) }),
  };
}

function tuningOf(settings: Settings): Partial<ProviderConfig> {
  const { maxTokens, timeoutMs, streaming, temperature, reasoningEffort, rateLimit, retryAttempts, maxWaitMs } =
    settings;
  return {
    maxTokens,
    timeoutMs,
    streaming,
    rateLimit,
    retry: { ...defaultRetry, attempts: retryAttempts, deadlineMs: maxWaitMs },
    ...(temperature !== undefined && { temperature }),
    ...(reasoningEffort !== undefined && { reasoningEffort }),
  };
}
