import type * as vscode from 'vscode';
import type { Log } from '../core/log.ts';
import { redact } from '../core/redact.ts';

/** The "Pennyloom" output channel. Whatever is written goes through `redact` first, so that a key cannot get there by mistake. */
export function hostLog(channel: vscode.LogOutputChannel): Log {
  const write =
    (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') =>
    (message: string): void =>
      channel[level](redact(message));
  return {
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}
