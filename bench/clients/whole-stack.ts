import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { Ledger, openLedger } from '../../src/cost/ledger.ts';
import { MemoryCallStore } from '../../src/cost/memory-call-store.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { createProvider } from '../../src/llm/create-provider.ts';
import { type AskOnce, apiKey, type MakeClient, model } from './client.ts';
import { asking } from './ours.ts';

/** Retry, breaker, limiter and every request entered in a ledger file: what the chat really calls. */
export const wholeStack: MakeClient = async baseUrl => {
  const folder = mkdtempSync(join(tmpdir(), 'pennyloom-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return stackOn(openLedger(join(folder, 'ledger.db')), baseUrl);
};

/** The same where the host has no database. */
export const wholeStackInMemory: MakeClient = async baseUrl =>
  stackOn(new Ledger(new MemoryCallStore(), systemClock, () => crypto.randomUUID()), baseUrl);

function stackOn(ledger: Ledger, baseUrl: string): AskOnce {
  const facts = { session: 's', conversation: 'c', turn: 't', feature: 'chat', workspace: 'bench' };
  return asking(
    createProvider({
      provider: 'openai',
      apiKey,
      endpoint: baseUrl,
      model,
      eachAttempt: wire => metered(wire, { ledger, clock: systemClock, facts, maxTokens: undefined }),
    }),
  );
}
