import assert from 'node:assert/strict';
import { test } from 'node:test';

import { silentLog } from '../../src/core/log.ts';
import { Ledger } from '../../src/cost/ledger.ts';
import { MemoryCallStore } from '../../src/cost/memory-call-store.ts';
import { metered } from '../../src/cost/metered-provider.ts';
import { testConnection } from '../../src/host/connection-test.ts';
import { LlmError } from '../../src/llm/llm-error.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Hold, ScriptedProvider, tokens } from '../support/scripted-provider.ts';

function connect(provider: ScriptedProvider) {
  const clock = new FakeClock();
  const ledger = new Ledger(new MemoryCallStore(), clock, () => crypto.randomUUID());
  const facts = { session: 's', conversation: '', turn: 'test', feature: 'test', workspace: '' };
  const meteredProvider = metered(provider, { ledger, clock, maxTokens: 100, facts });
  return { clock, ledger, run: () => testConnection(meteredProvider, ledger, 'test', clock, 'en', silentLog) };
}

test('a connection that works says which model answered, how fast and what it cost', async () => {
  const hold = new Hold();
  const provider = new ScriptedProvider().enqueue(
    hold,
    { type: 'text-delta', text: 'Hello' },
    { type: 'usage', usage: tokens(9, 2) },
    { type: 'finish', reason: 'end_turn', metadata: { model: 'gpt-4o-2024-08-06' } },
  );
  const { clock, ledger, run } = connect(provider);
  const report = run();
  await hold.reached;
  await clock.advance(1234);
  hold.release();
  assert.deepEqual(await report, {
    ok: true,
    text: 'gpt-4o-2024-08-06 answered in 1.2 s. This test cost $0.000043.',
    model: 'gpt-4o-2024-08-06',
  });
  assert.equal(ledger.total({ turn: 'test' }).calls, 1);
  assert.ok((provider.history[0]?.maxTokens ?? Infinity) <= 16);
});

test('one that does not says why, once, and what can be done', async () => {
  const table: [LlmError, RegExp, string][] = [
    [
      new LlmError({ code: 'ERR_INVALID_API_KEY', message: 'Incorrect API key provided', vendor: 'OpenAI', status: 401, retryable: false }),
      /^The API key was not accepted\. OpenAI API error \(401\): Incorrect API key provided$/,
      'set-key',
    ],
    [
      new LlmError({ code: 'ERR_KEY_REQUIRED', message: 'API key is required', retryable: false, notSent: true }),
      /^API key is required$/,
      'set-key',
    ],
  ]; // prettier-ignore
  for (const [error, text, action] of table) {
    const report = await connect(new ScriptedProvider().enqueue(error)).run();
    assert.ok(!report.ok);
    assert.match(report.text, text);
    assert.equal(report.actions.find(({ primary }) => primary)?.id, action);
  }
});

test('a bug of ours is not passed off as a bad connection', async () => {
  await assert.rejects(connect(new ScriptedProvider().enqueue(new TypeError('bug'))).run(), TypeError);
});
