import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogOutputChannel } from 'vscode';

import { hostLog } from '../../src/host/host-log.ts';
import { logTurns } from '../../src/host/log-turns.ts';
import type { StreamEvent } from '../../src/llm/stream-event.ts';
import { ask, logInto, openChat } from '../chat/open-chat.ts';
import { createSampleTools } from '../support/sample-tools.ts';
import { ScriptedProvider, tokens, unavailable } from '../support/scripted-provider.ts';

test('whatever is written to the output channel is redacted, at every level', () => {
  const lines: string[] = [];
  const log = hostLog(logInto(lines) as unknown as LogOutputChannel);
  for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const)
    log[level]('key sk-proj-abcdefgh1234, header Authorization: Bearer abcdefgh1234, https://ada:abcdefgh1234@host/');
  assert.deepEqual(
    lines.map(line => line.split(':')[0]),
    ['trace', 'debug', 'info', 'warn', 'error'],
  );
  for (const line of lines) assert.doesNotMatch(line, /abcdefgh/);
});

test('the log tells each wait once, with its reason and attempt', async test => {
  const wait = (leftMs: number, begins: boolean): StreamEvent => ({
    type: 'notice',
    notice: {
      kind: 'waiting',
      reason: 'retry',
      leftMs,
      begins,
      text: `Rate limit hit, retrying in ${leftMs / 1000}s (attempt 1/5)`,
    },
  });
  const over: StreamEvent = { type: 'notice', notice: { kind: 'waiting-over' } };
  const provider = new ScriptedProvider().enqueue(wait(2000, true), wait(1000, false), over, {
    type: 'text-delta',
    text: 'Hi',
  });
  const { session } = await openChat(test, { provider });
  const lines: string[] = [];
  logTurns(session, logInto(lines));
  await session.send(ask('Hi'));
  assert.equal(lines[0], 'info: chat: gpt-4o · Rate limit hit, retrying in 2s (attempt 1/5)');
  assert.equal(lines.length, 2);
});

test('the log has one line for each turn: sizes, cost and end, never what was said', async test => {
  const { calculator } = createSampleTools();
  const provider = new ScriptedProvider()
    .enqueueToolCalls([{ id: 'c', name: 'calculator', arguments: '{"expression":"6*7"}' }], tokens(100, 20))
    .enqueueText('The answer is 42', tokens(200, 10))
    .enqueue(unavailable());
  const { session } = await openChat(test, { provider, tools: [calculator] });
  const lines: string[] = [];
  const logging = logTurns(session, logInto(lines));
  await session.send(ask('What is six by seven?'));
  await session.send({ ...ask('And the question?'), feature: 'explain' });
  logging.dispose();
  assert.deepEqual(lines, [
    'info: chat: gpt-4o · 2 request(s) · 300 in, 30 out · $0.0011 · 1 tool call(s) · 0 ms · end_turn',
    'warn: explain: gpt-4o · 0 request(s) · no tokens reported · nothing billed · 0 tool call(s) · 0 ms · ERR_SERVICE_UNAVAILABLE: OpenAI API error (503): The engine is currently overloaded',
  ]);
});
