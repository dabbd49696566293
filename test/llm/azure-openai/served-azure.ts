import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import { createProvider, type ProviderConfig } from '../../../src/llm/create-provider.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';
import type { LlmProvider } from '../../../src/llm/provider.ts';
import type { ChatRequest, ChatResponse } from '../../../src/llm/request.ts';
import { AZURE_KEY } from '../../support/azure-openai-server/azure-settings.ts';
import { type AzureServer, azureServerInProcess } from '../../support/azure-openai-server/in-process.ts';
import type { RequestRecord } from '../../support/loopback/request-log.ts';

// Importing this file sets up the test file that does: a resource of Azure's for it, as new before each test.

export let azure: AzureServer;
before(async () => {
  azure = await azureServerInProcess();
});
after(() => azure.stop());
beforeEach(() => azure.control.reset());

export const hello: ChatRequest = { messages: [{ role: 'user', content: 'Hello' }] };

export function provider(config: Partial<ProviderConfig> = {}): LlmProvider {
  return createProvider({
    provider: 'azure-openai',
    model: 'team-chat',
    deployments: { 'team-chat': 'gpt-4.1' },
    endpoint: azure.url,
    apiKey: AZURE_KEY,
    retry: false,
    ...config,
  });
}

/** Sends for real; what the server objects to fails the test. */
export async function send(
  config: Partial<ProviderConfig> = {},
  request: ChatRequest = hello,
): Promise<{
  readonly record: RequestRecord;
  readonly body: Record<string, unknown>;
  readonly response: ChatResponse;
}> {
  const response = await provider(config).chat(request);
  const record = (await azure.control.requests()).at(-1);
  assert.ok(record, 'nothing was sent');
  assert.deepEqual(record.violations, []);
  return { record, body: record.body as Record<string, unknown>, response };
}

export async function refused(config: Partial<ProviderConfig> = {}, request: ChatRequest = hello): Promise<LlmError> {
  const error: unknown = await provider(config)
    .chat(request)
    .then(
      () => assert.fail('it was answered'),
      (reason: unknown) => reason,
    );
  assert.ok(error instanceof LlmError, String(error));
  return error;
}

/** Refused here, before anything left. */
export async function notSent(config: Partial<ProviderConfig> = {}, request: ChatRequest = hello): Promise<LlmError> {
  const error = await refused(config, request);
  assert.equal(error.facts.notSent, true);
  assert.equal(error.retryable, false);
  assert.deepEqual(await azure.control.requests(), []);
  return error;
}
