import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { costOf } from '../../src/cost/cost-of.ts';
import type { Money } from '../../src/core/money.ts';
import type { BilledUsage } from '../support/loopback/request-log.ts';
import { askedModel, type Order } from './asking-window.ts';

const program = fileURLToPath(new URL('asking-window.ts', import.meta.url));

export function startWindow(order: Order): ChildProcess {
  const args = ['--no-warnings', program, JSON.stringify(order)];
  return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** What the server would put on the bill, worked out from its own counts. */
export function billOf({ promptTokens: inputTokens, completionTokens: outputTokens }: BilledUsage): Money {
  const usage = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
  return costOf({ provider: 'openai', model: askedModel, usage }).money!;
}
