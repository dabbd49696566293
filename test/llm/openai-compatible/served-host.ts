import assert from 'node:assert/strict';
import { after, beforeEach } from 'node:test';
import { createProvider, type ProviderConfig } from '../../../src/llm/create-provider.ts';
import type { Message } from '../../../src/llm/message.ts';
import type { ChatRequest, ChatResponse } from '../../../src/llm/request.ts';
import { compatibleServerInProcess } from '../../support/openai-compatible-server/in-process.ts';
import { COMPATIBLE_KEY } from '../../support/openai-compatible-server/settings.ts';

// Importing this file sets up the test file that does: a loopback host for it, as new before each test.

export const served = await compatibleServerInProcess();
after(() => served.stop());
beforeEach(() => served.control.reset());

export const hello: readonly Message[] = [{ role: 'user', content: 'Hello' }];

export interface Sent {
  readonly body: Record<string, unknown> & { readonly messages: readonly Record<string, unknown>[] };
  readonly headers: Record<string, unknown>;
  readonly response: ChatResponse;
}

/** Sends for real; what the server objects to fails the test. An endpoint elsewhere is answered here all the same. */
export async function send(request: ChatRequest, config: Partial<ProviderConfig> = {}): Promise<Sent> {
  const provider = createProvider({
    retry: false,
    provider: 'openai-compatible',
    model: 'qwen3-coder',
    apiKey: COMPATIBLE_KEY,
    endpoint: served.baseUrl,
    dispatcher: served.instead(),
    ...config,
  });
  const response = await provider.chat(request);
  const { body, headers, violations } = (await served.control.requests()).at(-1)!;
  assert.deepEqual(violations, []);
  return { body: body as Sent['body'], headers, response };
}
