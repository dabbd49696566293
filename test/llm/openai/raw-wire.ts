import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProvider, type ProviderConfig } from '../../../src/llm/create-provider.ts';
import { DirectAgent } from '../../../src/llm/http/direct-agent.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';
import type { LlmProvider } from '../../../src/llm/provider.ts';
import { type FakeClock, settled } from '../../support/fake-clock.ts';
import { type RawServer, startRawServer } from '../../support/raw-server.ts';
import { collect, fixture } from './chat/recorded-answers.ts';

// Importing this file sets up the test file that does: a raw server for it, and after each test a look for what was left behind.

export const request = { messages: [{ role: 'user', content: 'Hello' }] } as const;
export const stream = fixture('text.sse').toString();
export const [roleChunk, firstWord] = stream.split('\n\n').map(event => `${event}\n\n`) as [string, string];
export const key = 'sk-test-0123456789abcdef';
/** A held answer never ends by itself, so that the client alone decides. */
export const forever = { hold: () => {} };

export let server: RawServer;
before(async () => {
  server = await startRawServer();
});
after(() => server.close());
beforeEach(() => {
  server.requests.length = 0;
});

/** Every test gives back all it took: sockets that keep the process alive, timers, listeners. */
let resources: string[] = [];
beforeEach(() => {
  resources = active();
});
afterEach(async () => {
  const deadline = performance.now() + 2000;
  while (active().length > resources.length && performance.now() < deadline) await sleep(5);
  assert.deepEqual(active(), resources);
});

function active(): string[] {
  // The server's side of a connection lives in this process too, so its sockets count; both must go.
  return process
    .getActiveResourcesInfo()
    .filter(name => /TCP|TLS|Timeout/.test(name))
    .sort();
}

export function openAi(more: Partial<ProviderConfig> = {}): LlmProvider {
  // Connections are not kept, so that a socket still open is a leak.
  const dispatcher = new DirectAgent({ keepAlive: false });
  return createProvider({
    retry: false,
    provider: 'openai',
    model: 'gpt-4o',
    apiKey: key,
    endpoint: server.endpoint,
    dispatcher,
    ...more,
  });
}

/** Lets the loop turn until something came over the loopback; a test that waits in vain is ended by its runner. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await settled();
}

/** The last bytes of a body may come a moment after [DONE]; then every timer is gone, without time having passed. */
export async function noTimers(clock: FakeClock): Promise<void> {
  for (let turn = 0; turn < 1000 && clock.pending > 0; turn++) await settled();
  assert.equal(clock.pending, 0);
}

export async function failure(provider: LlmProvider, signal?: AbortSignal): Promise<LlmError> {
  const seen = await collect(provider.stream(request, signal));
  const last = seen.at(-1);
  assert.ok(last && 'error' in last, 'no error came');
  assert.ok(last.error instanceof LlmError, String(last.error));
  return last.error;
}
