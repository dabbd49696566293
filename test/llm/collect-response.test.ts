import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectResponse } from '../../src/llm/collect-response.ts';
import type { StreamEvent } from '../../src/llm/stream-event.ts';
import { tokens } from '../support/scripted-provider.ts';

async function* stream(...events: readonly StreamEvent[]): AsyncGenerator<StreamEvent> {
  yield* events;
}

test('a stream becomes the reference’s answer', async () => {
  const call = { id: 'a', name: 'get_time', arguments: '{}' };
  const metadata = { model: 'gpt-4o-2024-08-06', requestId: 'req_1' };
  const response = await collectResponse(
    stream(
      { type: 'notice', notice: { kind: 'rate-limit', headroom: {} } },
      { type: 'thinking-delta', text: 'Hm' },
      { type: 'thinking-delta', text: '.' },
      { type: 'text-delta', text: 'Let me ' },
      { type: 'text-delta', text: 'look.' },
      { type: 'tool-call', call },
      { type: 'usage', usage: tokens(9, 9) },
      { type: 'finish', reason: 'tool_use', metadata },
    ),
  );
  assert.deepEqual(response, {
    content: 'Let me look.',
    thinking: 'Hm.',
    toolCalls: [call],
    usage: tokens(9, 9),
    stopReason: 'tool_use',
    metadata,
  });
});

test('what did not come is absent, not empty', async () => {
  const response = await collectResponse(stream({ type: 'finish', reason: 'end_turn', metadata: {} }));
  assert.deepEqual(response, { content: '', toolCalls: [], stopReason: 'end_turn', metadata: {} });
});

test('a stream that ends without saying how is an answer that is none', async () => {
  await assert.rejects(collectResponse(stream({ type: 'text-delta', text: 'Hal' })), { code: 'ERR_BAD_RESPONSE' });
});
