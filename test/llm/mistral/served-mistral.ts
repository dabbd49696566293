import assert from 'node:assert/strict';
import { after, beforeEach } from 'node:test';
import { createProvider, type ProviderConfig } from '../../../src/llm/create-provider.ts';
import type { Message } from '../../../src/llm/message.ts';
import type { ChatRequest, ChatResponse } from '../../../src/llm/request.ts';
import { MISTRAL_KEY, mistralServerInProcess } from '../../support/mistral-server/in-process.ts';

// Importing this file sets up the test file that does: a loopback Mistral for it, as new before each test.

export const served = await mistralServerInProcess();
after(() => served.stop());
beforeEach(() => served.control.reset());

export const hello: readonly Message[] = [{ role: 'user', content: 'Hello' }];

export interface Sent {
  readonly body: Record<string, unknown> & { readonly messages: readonly Record<string, unknown>[] };
  readonly response: ChatResponse;
}

/** Sends for real; what the server, as strict as Mistral, objects to fails the test. */
export async function send(request: ChatRequest, config: Partial<ProviderConfig> = {}): Promise<Sent> {
  const provider = createProvider({
    retry: false,
    provider: 'mistral',
    model: 'mistral-medium-2604',
    apiKey: MISTRAL_KEY,
    endpoint: served.baseUrl,
    ...config,
  });
  const response = await provider.chat(request);
  const { body, violations } = (await served.control.requests()).at(-1)!;
  assert.deepEqual(violations, []);
  return { body: body as Sent['body'], response };
}
