import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

import { Money } from '../../src/core/money.ts';
import { createProvider } from '../../src/llm/create-provider.ts';
import type { LlmProvider } from '../../src/llm/provider.ts';
import type { BilledUsage, RequestRecord } from '../support/loopback/request-log.ts';
import { createOpenAiServer, type OpenAiControl } from '../support/openai-server/server.ts';

export const apiKey = 'sk-proj-ThisIsAKeyOnlyForTests1234';

export interface OpenAiWalk {
  readonly control: OpenAiControl;
  /** Bare OpenAI providers that talk to the loopback server, one per turn. */
  readonly provider: () => LlmProvider;
  /** The model of the next turn. */
  model: string;
  /** Every request to the model so far, in order. */
  requests(): Promise<RequestRecord[]>;
}

/** The loopback OpenAI server in this process, and the real provider in front of it. */
export async function startWalk(test: TestContext): Promise<OpenAiWalk> {
  const { server, control } = createOpenAiServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const walk: OpenAiWalk = {
    control,
    model: 'gpt-4o',
    provider: () =>
      createProvider({ retry: false, provider: 'openai', model: walk.model, endpoint, apiKey, maxTokens: 1000 }),
    requests: async () => (await control.requests()).filter(({ path }) => path === '/v1/chat/completions'),
  };
  return walk;
}

/**
 * What gpt-4o costs: $2.50 in, $1.25 cached, $10 out per million tokens (OpenAI's price list, 2026-11), worked out here by hand so that
 * the price list and the ledger are both on trial.
 */
export function priceOfGpt4o(billed: readonly (BilledUsage | undefined)[]): Money {
  return Money.sum(
    billed.map(usage => {
      const { promptTokens, cachedTokens, completionTokens } = usage!;
      const picodollars =
        (promptTokens - cachedTokens) * 2_500_000 + cachedTokens * 1_250_000 + completionTokens * 10_000_000;
      return new Money(BigInt(picodollars));
    }),
  );
}
