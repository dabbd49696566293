import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ContextWindow } from '../chat/context-window.ts';
import type { Clock } from '../core/clock.ts';
import { findModel } from '../llm/model-catalog.ts';
import type { LlmProvider } from '../llm/provider.ts';
import { type TokenCounter, WorkerTokenCounter } from '../llm/tokenizer/token-counter.ts';
import type { Settings } from './settings.ts';

/** The worker is a bundle beside ours; nothing of it is read before the first count. */
export const tokenCounter = (extensionPath: string, clock: Clock): WorkerTokenCounter =>
  new WorkerTokenCounter(() => new Worker(join(extensionPath, 'dist/tokenizer-worker.cjs')), clock);

/** What a request to this model has to fit into; of a model nobody knows, whatever its server says. */
export function contextWindow(
  { name, model }: Pick<LlmProvider, 'name' | 'model'>,
  { maxTokens, contextOverflow }: Pick<Settings, 'maxTokens' | 'contextOverflow'>,
  counter: TokenCounter,
): ContextWindow {
  const facts = findModel(name, model);
  return {
    provider: name,
    model,
    contextTokens: facts?.contextWindow ?? Infinity,
    ...(facts?.maxInputTokens !== undefined && { maxInputTokens: facts.maxInputTokens }),
    outputTokens: Math.min(maxTokens, facts?.maxOutputTokens ?? maxTokens),
    overflow: contextOverflow === 'slide' ? 'slide' : 'refuse',
    counter,
  };
}
