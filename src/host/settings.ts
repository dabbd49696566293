import * as vscode from 'vscode';
import { defaultLimits, type TurnLimits } from '../chat/run-turn.ts';
import { Money } from '../core/money.ts';
import type { RateLimits } from '../resilience/rate-limiter.ts';
import { vendorOf } from '../llm/vendors.ts';
import { defaultModel } from '../llm/model-catalog.ts';
import type { ReasoningEffort } from '../llm/request.ts';

/** The settings as one request needs them, read at that moment: a change holds from the next request on. */
export interface Settings {
  readonly provider: 'openai';
  readonly model: string;
  readonly endpoint: string;
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
  readonly limits: TurnLimits;
  readonly fallback: { readonly model: string; readonly automatic: boolean } | undefined;
}

/** US dollars; undefined is no limit. */
export interface Budgets {
  readonly session: Money | undefined;
  readonly day: Money | undefined;
  readonly month: Money | undefined;
}

export function readSettings(): Settings {
  const own = vscode.workspace.getConfiguration('pennyloom');
  return {
    provider: 'openai',
    model: own.get('model', defaultModel).trim() || defaultModel,
    endpoint: own.get('endpoint', vendorOf('openai').defaultEndpoint!),
    api: own.get('api', 'auto'),
    reasoningEffort: effortOf(own.get('reasoningEffort', 'auto')),
    maxTokens: own.get('maxTokens', 4096),
    temperature: explicitNumber(own, 'temperature'),
    timeoutMs: own.get('timeout', 60) * 1000,
    streaming: own.get('streaming', true),
    keySource: own.get('keySource', 'secretStorage'),
    rateLimit: {
      ...positive(own, 'requestsPerMinute'),
      ...positive(own, 'tokensPerMinute'),
    },
    retryAttempts: Math.min(10, Math.max(1, Math.round(own.get('retryAttempts', 5)))),
    limits: {
      steps: own.get('tools.maxSteps', defaultLimits.steps),
      calls: own.get('tools.maxCalls', defaultLimits.calls),
    },
    fallback: fallbackOf(own),
    budgets: {
      session: budget(own, 'session'),
      day: budget(own, 'day'),
      month: budget(own, 'month'),
    },
  };
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
  const found = own.inspect<number>(name);
  const isSet =
    found?.globalValue ?? found?.workspaceValue ?? found?.workspaceFolderValue ?? found?.globalLanguageValue;
  return isSet === undefined ? undefined : own.get<number>(name);
}

function budget(own: vscode.WorkspaceConfiguration, name: keyof Budgets): Money | undefined {
  const dollars = own.get<number | null>(`budget.${name}`, null);
  // toFixed(6): a settings file holds doubles, and no budget is meant finer than a millionth of a dollar.
  return typeof dollars === 'number' && dollars >= 0 ? Money.parse(dollars.toFixed(6)) : undefined;
}
