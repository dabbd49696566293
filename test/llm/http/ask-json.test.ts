import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { askJson } from '../../../src/llm/http/ask-json.ts';
import { DirectAgent } from '../../../src/llm/http/direct-agent.ts';
import { LlmError } from '../../../src/llm/llm-error.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type RawServer, startRawServer } from '../../support/raw-server.ts';

let server: RawServer;
before(async () => {
  server = await startRawServer();
});
after(() => server.close());

const options = { vendor: 'Kettle', timeoutMs: 300 };
const ask = (clock: FakeClock, url = new URL(`${server.endpoint}/models`)) =>
  askJson({ clock, dispatcher: new DirectAgent({ keepAlive: false }) }, { method: 'GET', url, headers: {} }, options);

async function failure(asked: Promise<unknown>): Promise<LlmError> {
  const error: unknown = await asked.catch((reason: unknown) => reason);
  assert.ok(error instanceof LlmError);
  return error;
}

test('an answer comes with whatever status it has', async () => {
  const clock = new FakeClock();
  server.answer({
    status: 404,
    headers: { 'content-type': 'application/json' },
    steps: [{ write: '{"a":' }, { write: '1}' }],
  });
  const { status, text, headers } = await ask(clock);
  assert.deepEqual([status, text, headers['content-type']], [404, '{"a":1}', 'application/json']);
  assert.equal(clock.pending, 0);
});

test('who does not answer in time is asked no longer, and the socket is closed', async () => {
  const clock = new FakeClock();
  server.requests.length = 0;
  server.answer({ head: false });
  const late = failure(ask(clock));
  const { closed } = await server.request();
  await clock.advance(300);
  const error = await late;
  assert.deepEqual(
    [error.code, error.message],
    ['ERR_TIMEOUT', `Kettle at ${new URL(server.endpoint).host} did not answer within 0.3 s.`],
  );
  await closed;
});

test('where nobody listens that is said', async () => {
  const clock = new FakeClock();
  // A port that was just free.
  const gone = await startRawServer();
  const url = new URL(gone.endpoint);
  await gone.close();
  const error = await failure(ask(clock, url));
  assert.deepEqual([error.code, error.facts.vendorCode, error.facts.notSent], ['ERR_NETWORK', 'ECONNREFUSED', true]);
  assert.equal(clock.pending, 0);
});
