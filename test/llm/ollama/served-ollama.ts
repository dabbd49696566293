import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import { createProvider, type ProviderConfig } from '../../../src/llm/create-provider.ts';
import { DirectAgent } from '../../../src/llm/http/direct-agent.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';
import type { Message } from '../../../src/llm/message.ts';
import type { ChatRequest } from '../../../src/llm/request.ts';
import type { RequestRecord } from '../../support/loopback/request-log.ts';
import { type OllamaServer, ollamaServer } from '../../support/ollama-server/server.ts';
import { hear, type Heard } from '../../support/contract/trial.ts';

// Importing this file gives the test file that does a server of its own, new for each test: what is remembered is remembered by address.

export const hello: readonly Message[] = [{ role: 'user', content: 'Hello' }];
export let server: OllamaServer;
let dispatcher: DirectAgent;
beforeEach(async () => {
  server = await ollamaServer();
});
before(() => {
  dispatcher = new DirectAgent();
});
after(() => dispatcher.close());

export const configOf = (more: Partial<ProviderConfig> = {}): ProviderConfig => ({
  provider: 'ollama',
  model: 'mistral-small3.2:24b',
  endpoint: server.url,
  retry: false,
  dispatcher,
  ...more,
});

export const ask = (request: ChatRequest, more?: Partial<ProviderConfig>): Promise<Heard> =>
  hear(createProvider(configOf(more)).stream(request));

export interface Sent {
  readonly body: {
    readonly options: { readonly num_ctx?: number; readonly num_predict?: number; readonly temperature?: number };
    readonly think?: unknown;
    readonly format?: unknown;
    readonly tools?: readonly { readonly function: { readonly name: string } }[];
    readonly messages: readonly Record<string, unknown>[];
    readonly [field: string]: unknown;
  };
  readonly headers: Record<string, unknown>;
  readonly notices: readonly string[];
}

/** Sends for real; what the server would object to, aloud or silently, fails the test. */
export async function send(request: ChatRequest, more?: Partial<ProviderConfig>): Promise<Sent> {
  const { error, notices } = await ask(request, more);
  assert.ifError(error);
  const chats = await asked('/api/chat');
  const { body, headers, violations } = chats.at(-1)!;
  assert.deepEqual(violations, []);
  return { body: body as Sent['body'], headers, notices };
}

export async function asked(path: string): Promise<readonly RequestRecord[]> {
  return (await server.control.requests()).filter(record => record.path === path);
}

export async function refused(request: ChatRequest, more?: Partial<ProviderConfig>): Promise<LlmError> {
  const { error } = await ask(request, more);
  assert.ok(error instanceof LlmError);
  return error;
}
