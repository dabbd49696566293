import type * as vscode from 'vscode';
import { Money } from '../core/money.ts';
import type { DrainLimits } from '../cost/drains.ts';

/** What a person sets about watching costs. */
export interface CostSettings {
  /** Told once when a session has cost more; undefined for never. */
  readonly warnAt: Money | undefined;
  /** How far a stopped answer is read on; undefined where a stop ends the request. */
  readonly drain: DrainLimits | undefined;
  /** A collector of the person's own; '' for none. */
  readonly otel: { readonly endpoint: string; readonly headers: Readonly<Record<string, unknown>> };
}

/** Bytes of text to a token, about; a limit needs no more. */
const bytesPerToken = 4;

export function costSettings(own: vscode.WorkspaceConfiguration): CostSettings {
  return {
    warnAt: limitOf(own.get('warnAt', null)),
    drain:
      own.get('onStop') === 'drain'
        ? { ms: own.get('drain.maxSeconds', 60) * 1000, bytes: own.get('drain.maxTokens', 4096) * bytesPerToken }
        : undefined,
    otel: { endpoint: own.get('otel.endpoint', '').trim(), headers: own.get('otel.headers', {}) },
  };
}

/** US dollars as a settings file holds them; empty is no limit. */
export function limitOf(dollars: unknown): Money | undefined {
  // toFixed(6): a settings file holds doubles, and no budget is meant finer than a millionth of a dollar.
  return typeof dollars === 'number' && dollars >= 0 ? Money.parse(dollars.toFixed(6)) : undefined;
}
