import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach } from 'node:test';
import { createProvider, type ProviderConfig } from '../../../src/llm/create-provider.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';
import type { Message } from '../../../src/llm/message.ts';
import type { ChatRequest } from '../../../src/llm/request.ts';
import { createOpenAiServer, type OpenAiServer } from '../../support/openai-server/server.ts';

// Importing this file sets up the test file that does: a loopback OpenAI server for it, as new before each test.

export const key = 'sk-test-0123456789abcdefghij';
export const hello: readonly Message[] = [{ role: 'user', content: 'Hello' }];
export let served: OpenAiServer;
export let origin: string;
before(async () => {
  served = createOpenAiServer();
  await new Promise<void>(resolve => served.server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(served.server.address() as AddressInfo).port}`;
});
after(() => {
  served.server.closeAllConnections();
  served.server.close();
});
beforeEach(() => served.control.reset());

interface Sent {
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
  readonly path: string;
  readonly method: string;
}

/** Sends for real; what the server's copy of the published schema objects to fails the test. */
export async function send(request: ChatRequest, config: Partial<ProviderConfig> = {}): Promise<Sent> {
  const provider = createProvider({
    retry: false,
    provider: 'openai',
    model: 'gpt-4o',
    apiKey: key,
    endpoint: `${origin}/v1`,
    ...config,
  });
  await provider.chat(request);
  const { body, headers, path, method, violations } = await lastRequest();
  assert.deepEqual(violations, []);
  return { body: body as Record<string, unknown>, headers, path, method };
}

async function lastRequest() {
  const requests = await served.control.requests();
  assert.ok(requests.length > 0, 'nothing was sent');
  return requests.at(-1)!;
}

export async function refused(request: ChatRequest, config: Partial<ProviderConfig> = {}): Promise<LlmError> {
  const provider = createProvider({
    retry: false,
    provider: 'openai',
    model: 'gpt-4o',
    apiKey: key,
    endpoint: `${origin}/v1`,
    ...config,
  });
  const error: unknown = await provider.chat(request).then(
    () => assert.fail('it was sent'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof LlmError, String(error));
  assert.deepEqual(await served.control.requests(), [], 'something was sent');
  assert.equal(error.facts.notSent, true);
  assert.equal(error.retryable, false);
  return error;
}
