import * as vscode from 'vscode';
import { defaultLimits, type TurnLimits } from '../chat/run-turn.ts';
import { Money } from '../core/money.ts';
import type { RateLimits } from '../resilience/rate-limiter.ts';
import { presetLimits } from '../llm/openai/rate-limit-tiers.ts';
import { type CostSettings, costSettings, limitOf } from './cost-settings.ts';
import { findVendor, type ProviderName, vendorOf } from '../llm/vendors.ts';
import type { ReasoningEffort } from '../llm/request.ts';

/** The settings as one request needs them, read at that moment: a change holds from the next request on. */
export interface Settings {
  readonly provider: ProviderName;
  /** The model whose facts and prices hold; '' where neither the person nor the provider names one. */
  readonly model: string;
  /** The name it is asked by: its own, or its deployment's. */
  readonly asked: string;
  /** '' where the provider has no address of its own and the person gave none. */
  readonly endpoint: string;
  /** Sent with every request to an OpenAI-compatible host. */
  readonly headers: { readonly [name: string]: string };
  readonly azure: AzureSettings;
  readonly api: 'auto' | 'chat' | 'responses';
  /** undefined leaves it to the model. */
  readonly reasoningEffort: ReasoningEffort | undefined;
  readonly maxTokens: number;
  /** undefined where nobody set it: then it is not sent. */
  readonly temperature: number | undefined;
  readonly timeoutMs: number;
  readonly streaming: boolean;
  readonly keySource: 'secretStorage' | 'environment';
  readonly budgets: Budgets;
  readonly rateLimit: RateLimits;
  readonly retryAttempts: number;
  /** Milliseconds that a request may wait in all. */
  readonly maxWaitMs: number;
  readonly limits: TurnLimits;
  readonly contextOverflow: 'ask' | 'slide';
  readonly fallback: { readonly model: string; readonly automatic: boolean } | undefined;
  readonly costs: CostSettings;
}

export interface AzureSettings {
  /** Which model each deployment is. */
  readonly deployments: { readonly [deployment: string]: string };
  readonly auth: 'key' | 'entra';
  /** '' for the v1 API, which has none. */
  readonly apiVersion: string;
  /** Hosts that may get the sign-in's token, besides Azure's own. */
  readonly entraHosts: readonly string[];
}

/** US dollars; undefined is no limit. */
export interface Budgets {
  readonly session: Money | undefined;
  readonly day: Money | undefined;
  readonly month: Money | undefined;
  /** Each workspace, in a calendar month. */
  readonly workspace: Money | undefined;
  /** Each by its name, in a calendar month. */
  readonly features: ReadonlyMap<string, Money>;
}

export function readSettings(): Settings {
  const own = vscode.workspace.getConfiguration('pennyloom');
  const provider = providerOf(own);
  const { endpoint, model: named = '' } = placeOf(own, provider);
  const asked = modelOf(own, provider) || named;
  const deployments = strings(own.get('azure.deployments'));
  return {
    provider,
    model: vendorOf(provider).modelBehind?.(asked, deployments) ?? asked,
    asked,
    endpoint,
    headers: strings(own.get('headers')),
    azure: {
      deployments,
      auth: own.get('azure.auth', 'key'),
      apiVersion: own.get('azure.apiVersion', '').trim(),
      entraHosts: texts(own.get('azure.entraHosts')),
    },
    api: own.get('api', 'auto'),
    reasoningEffort: effortOf(own.get('reasoningEffort', 'auto')),
    maxTokens: own.get('maxTokens', 4096),
    temperature: explicitNumber(own, 'temperature'),
    timeoutMs: own.get('timeout', 60) * 1000,
    streaming: own.get('streaming', true),
    keySource: own.get('keySource', 'secretStorage'),
    rateLimit: {
      ...(provider === 'openai' && presetLimits(own.get('rateLimit.preset', 'off'))),
      ...positive(own, 'requestsPerMinute'),
      ...positive(own, 'tokensPerMinute'),
    },
    retryAttempts: Math.min(10, Math.max(1, Math.round(own.get('retryAttempts', 5)))),
    maxWaitMs: own.get('maxWait', 300) * 1000,
    limits: {
      steps: own.get('tools.maxSteps', defaultLimits.steps),
      calls: own.get('tools.maxCalls', defaultLimits.calls),
    },
    contextOverflow: own.get('contextOverflow', 'ask'),
    fallback: fallbackOf(own),
    costs: costSettings(own),
    budgets: {
      session: budget(own, 'session'),
      day: budget(own, 'day'),
      month: budget(own, 'month'),
      workspace: budget(own, 'workspace'),
      features: featureBudgets(own.get('budget.features')),
    },
  };
}

/** The person's own models and prices as the settings hold them: see `readOwnModels`. */
export const ownModelsSetting = (): unknown => vscode.workspace.getConfiguration('pennyloom').get('models', []);

/** What a settings file says may be anything; a provider nobody knows is taken for the default one. */
function providerOf(own: vscode.WorkspaceConfiguration): ProviderName {
  const name = own.get<string>('provider', 'openai');
  return findVendor(name) ? (name as ProviderName) : 'openai';
}

/** The model of the settings, where a person set one; else what the provider suggests. */
function modelOf(own: vscode.WorkspaceConfiguration, provider: ProviderName): string {
  const set = isSet(own, 'model') ? own.get('model', '').trim() : '';
  return set || (vendorOf(provider).defaultModel ?? '');
}

/** "endpoint" is OpenAI's; the others have theirs in "endpoints", by name, so that switching back and forth loses none. */
function endpointOf(own: vscode.WorkspaceConfiguration, provider: ProviderName): string {
  const set = provider === 'openai' ? own.get('endpoint', '') : strings(own.get('endpoints'))[provider];
  const { endpointFrom, defaultEndpoint } = vendorOf(provider);
  return set?.trim() || endpointFrom?.(process.env) || (defaultEndpoint ?? '');
}

/** Where a provider is asked once it is chosen; '' for nowhere yet. */
export const configuredEndpoint = (provider: ProviderName): string =>
  placeOf(vscode.workspace.getConfiguration('pennyloom'), provider).endpoint;

/** The setting, and its value, that has a provider asked at `endpoint`. */
export function endpointSetting(provider: ProviderName, endpoint: string): [name: string, value: unknown] {
  if (provider === 'openai') return ['endpoint', endpoint];
  const others = vscode.workspace.getConfiguration('pennyloom').get<object>('endpoints', {});
  return ['endpoints', { ...others, [provider]: endpoint }];
}

/** The endpoint in the form its vendor keeps, with the model it names; one that cannot be read stays, so that sending says what is wrong. */
function placeOf(
  own: vscode.WorkspaceConfiguration,
  provider: ProviderName,
): { readonly endpoint: string; readonly model?: string } {
  const endpoint = endpointOf(own, provider);
  try {
    return vendorOf(provider).readEndpoint?.(endpoint) ?? { endpoint };
  } catch {
    return { endpoint };
  }
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter(entry => typeof entry === 'string') : [];

/** A map of texts, without whatever else a settings file may hold in its place. */
function strings(value: unknown): { readonly [name: string]: string } {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

const effortOf = (setting: ReasoningEffort | 'auto'): ReasoningEffort | undefined =>
  setting === 'auto' ? undefined : setting;

function fallbackOf(own: vscode.WorkspaceConfiguration): Settings['fallback'] {
  const model = own.get('fallback.model', '').trim();
  return model ? { model, automatic: own.get('fallback.automatic', false) } : undefined;
}

/** A limit a minute; empty and 0 are none. */
function positive(own: vscode.WorkspaceConfiguration, name: keyof RateLimits): RateLimits {
  const limit = own.get<number | null>(`rateLimit.${name}`, null);
  return typeof limit === 'number' && limit > 0 ? { [name]: limit } : {};
}

/** What a person set somewhere, as against the default in package.json. */
function explicitNumber(own: vscode.WorkspaceConfiguration, name: string): number | undefined {
  return isSet(own, name) ? own.get<number>(name) : undefined;
}

function isSet(own: vscode.WorkspaceConfiguration, name: string): boolean {
  const found = own.inspect(name);
  const set = found?.globalValue ?? found?.workspaceValue ?? found?.workspaceFolderValue ?? found?.globalLanguageValue;
  return set !== undefined;
}

function budget(own: vscode.WorkspaceConfiguration, name: Exclude<keyof Budgets, 'features'>): Money | undefined {
  return limitOf(own.get(`budget.${name}`, null));
}

function featureBudgets(value: unknown): ReadonlyMap<string, Money> {
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(
    Object.entries(value).flatMap(([feature, dollars]): [string, Money][] => {
      const limit = limitOf(dollars);
      return limit ? [[feature, limit]] : [];
    }),
  );
}
