import { failureRecord } from '../chat/failure-record.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Ledger } from '../cost/ledger.ts';
import { LlmError } from '../llm/llm-error.ts';
import type { LlmProvider } from '../llm/provider.ts';
import type { ActionView } from '../protocol/chat-view-state.ts';
import { explainFailure } from './explain-failure.ts';
import { formatCost } from './format-cost.ts';

export type ConnectionReport =
  /** `model` as the answer names it. */
  | { readonly ok: true; readonly text: string; readonly model?: string }
  | { readonly ok: false; readonly text: string; readonly actions: readonly ActionView[] };

/** Enough for a word; the vendor's own minimum for some models is 16 (OpenAI answers 400 below it on Responses). */
const maxTokens = 16;

/** The smallest real question there is: whether key, endpoint and model work together, how fast, and what it cost. */
export async function testConnection(
  provider: LlmProvider,
  ledger: Ledger,
  turn: string,
  clock: Clock,
  locale: string,
  log: Log,
): Promise<ConnectionReport> {
  const started = clock.monotonic();
  try {
    const { metadata } = await provider.chat({ messages: [{ role: 'user', content: 'Say hello.' }], maxTokens });
    const seconds = ((clock.monotonic() - started) / 1000).toLocaleString(locale, { maximumFractionDigits: 1 });
    const cost = formatCost(ledger.total({ turn }), locale);
    const { model } = metadata;
    const text = `${model ?? provider.model} answered in ${seconds} s. This test cost ${cost}.`;
    return { ok: true, text, ...(model && { model }) };
  } catch (error) {
    if (!(error instanceof LlmError)) throw error;
    const failure = failureRecord(error, { provider, now: clock.now(), log });
    const { title, detail, actions } = explainFailure(failure, locale);
    return { ok: false, text: detail ? `${title} ${detail}` : title, actions };
  }
}
