import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import { createProvider, type ProviderConfig } from '../../../src/llm/create-provider.ts';
import type { LlmProvider } from '../../../src/llm/provider.ts';
import type { ChatRequest, ChatResponse } from '../../../src/llm/request.ts';
import type { StreamEvent } from '../../../src/llm/stream-event.ts';
import type { MessagesRequest } from '../../support/anthropic-server/messages-request.ts';
import { anthropicServerInProcess, type AnthropicServer } from '../../support/anthropic-server/server.ts';

// Importing this file sets up the test file that does: a loopback Anthropic server for it, as new before each test.

export const key = 'sk-ant-api03-0123456789abcdefghij';
export let served: AnthropicServer;
before(async () => {
  served = await anthropicServerInProcess();
});
after(() => served.stop());
beforeEach(() => served.control.reset());

export const claude = (config: Partial<ProviderConfig> = {}): LlmProvider =>
  createProvider({
    retry: false,
    provider: 'anthropic',
    model: 'claude-sonnet-5',
    apiKey: key,
    endpoint: served.url,
    ...config,
  });

export interface Sent {
  readonly body: MessagesRequest;
  readonly headers: Record<string, unknown>;
  readonly path: string;
  readonly response: ChatResponse;
}

/** Sends for real; what the server objects to fails the test. */
export async function send(request: ChatRequest, config: Partial<ProviderConfig> = {}): Promise<Sent> {
  const response = await claude(config).chat(request);
  const requests = await served.control.requests();
  const { body, headers, path, violations } = requests.at(-1)!;
  assert.deepEqual(violations, []);
  return { body: body as MessagesRequest, headers, path, response };
}

/** What is told before the answer. */
export async function noticesOf(request: ChatRequest, config: Partial<ProviderConfig> = {}): Promise<string[]> {
  const seen: StreamEvent[] = [];
  for await (const event of claude(config).stream(request)) seen.push(event);
  const { violations } = (await served.control.requests()).at(-1)!;
  assert.deepEqual(violations, []);
  return seen.flatMap(event => (event.type === 'notice' && event.notice.kind === 'adjusted' ? event.notice.text : []));
}
