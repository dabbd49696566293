import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ChatViewEvent,
  type ChatViewState,
  reduceChatView,
  type ToolCallView,
  type TurnView,
} from '../../src/protocol/chat-view-state.ts';

const empty: ChatViewState = {
  conversationId: 'c1',
  turns: [],
  model: { id: 'gpt-4o', name: 'GPT-4o', provider: 'OpenAI', keysPage: true, vision: true },
  key: 'set',
};

function turn(id: string): TurnView {
  return { id, question: { text: 'Hello', images: [], contexts: [] }, parts: [], status: 'running' };
}

function call(id: string, status: ToolCallView['status'] = 'running'): ToolCallView {
  return { type: 'tool', id, name: 'read_file', summary: 'Read src/loop.ts', arguments: '{}', status };
}

const fold = (events: readonly ChatViewEvent[], from = empty): ChatViewState => events.reduce(reduceChatView, from);

test('text that arrives in pieces is one part, until something else comes between', () => {
  const { turns } = fold([
    { type: 'turn-started', turn: turn('t1') },
    { type: 'text-appended', turnId: 't1', text: 'Let ' },
    { type: 'text-appended', turnId: 't1', text: 'me look.' },
    { type: 'part-added', turnId: 't1', part: call('a') },
    { type: 'text-appended', turnId: 't1', text: 'Done.' },
  ]);
  assert.deepEqual(turns[0]!.parts, [
    { type: 'text', text: 'Let me look.' },
    call('a'),
    { type: 'text', text: 'Done.' },
  ]);
});

test('a finished tool call takes the place of the running one, by id', () => {
  const { turns } = fold([
    { type: 'turn-started', turn: turn('t1') },
    { type: 'part-added', turnId: 't1', part: call('a') },
    { type: 'part-added', turnId: 't1', part: call('b') },
    { type: 'tool-finished', turnId: 't1', call: { ...call('b', 'failed'), result: 'no such file' } },
  ]);
  assert.deepEqual(turns[0]!.parts, [call('a'), { ...call('b', 'failed'), result: 'no such file' }]);
});

test('waiting is shown until something arrives or it is over', () => {
  const started = fold([
    { type: 'turn-started', turn: turn('t1') },
    { type: 'waiting-changed', turnId: 't1', waiting: 'Waiting 3 s for the rate limit' },
  ]);
  assert.equal(started.turns[0]!.waiting, 'Waiting 3 s for the rate limit');
  const ends: readonly ChatViewEvent[] = [
    { type: 'waiting-changed', turnId: 't1' },
    { type: 'text-appended', turnId: 't1', text: 'Hi' },
    { type: 'part-added', turnId: 't1', part: call('a') },
    { type: 'turn-finished', turnId: 't1', status: 'stopped' },
  ];
  for (const event of ends) assert.ok(!('waiting' in reduceChatView(started, event).turns[0]!), event.type);
});

test('the end of a turn brings its facts, failure and buttons, and keeps the text', () => {
  const failure = { code: 'ERR_NETWORK', title: 'The connection broke off', resolutions: [], actions: [] };
  const facts = { model: 'GPT-4o', cost: '$0.0069', durationMs: 1200, toolCalls: 0 };
  const actions = [{ id: 'try-again', label: 'Try Again', primary: true }] as const;
  const { turns } = fold([
    { type: 'turn-started', turn: turn('t1') },
    { type: 'text-appended', turnId: 't1', text: 'Half an ans' },
    { type: 'turn-finished', turnId: 't1', status: 'failed', failure, facts, actions },
  ]);
  assert.deepEqual(turns[0], {
    ...turn('t1'),
    parts: [{ type: 'text', text: 'Half an ans' }],
    status: 'failed',
    failure,
    facts,
    actions,
  });
});

test('model and key change without touching the turns', () => {
  const before = fold([{ type: 'turn-started', turn: turn('t1') }]);
  const after = fold(
    [
      { type: 'model-changed', model: { id: 'o3', name: 'o3', provider: 'OpenAI', keysPage: true, vision: true } },
      { type: 'key-changed', key: 'missing' },
    ],
    before,
  );
  assert.equal(after.turns, before.turns);
  assert.equal(after.model.id, 'o3');
  assert.equal(after.key, 'missing');
});

const id = fc.constantFrom('t1', 't2', 't3');
const events: fc.Arbitrary<ChatViewEvent> = fc.oneof(
  id.map(turnId => ({ type: 'turn-started', turn: turn(turnId) }) as const),
  fc.record({
    type: fc.constant('text-appended' as const),
    turnId: id,
    text: fc.string({ minLength: 1, maxLength: 5 }),
  }),
  fc.record({
    type: fc.constant('part-added' as const),
    turnId: id,
    part: fc.constantFrom('a', 'b').map(at => call(at)),
  }),
  fc.record({
    type: fc.constant('tool-finished' as const),
    turnId: id,
    call: fc.constantFrom('a', 'b').map(at => call(at, 'done')),
  }),
  fc.record(
    { type: fc.constant('waiting-changed' as const), turnId: id, waiting: fc.string() },
    { requiredKeys: ['type', 'turnId'] },
  ),
  fc.record({
    type: fc.constant('turn-finished' as const),
    turnId: id,
    status: fc.constantFrom('done', 'stopped', 'failed'),
  }),
  fc.record({ type: fc.constant('key-changed' as const), key: fc.constantFrom('set', 'missing') }),
);

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

test('folding changes nothing in place, and a snapshot in the middle leads to the same state', () => {
  fc.assert(
    fc.property(fc.array(events, { maxLength: 30 }), fc.nat(30), (all, at) => {
      const straight = all.reduce(
        (state, event) => deepFreeze(reduceChatView(state, deepFreeze(event))),
        deepFreeze(empty),
      );
      // What a webview does that was hidden: one snapshot, as it travels by postMessage, and the rest of the events.
      const snapshot = structuredClone(fold(all.slice(0, at)));
      assert.deepEqual(fold(all.slice(at), snapshot), straight);
    }),
    { numRuns: 1000 },
  );
});

test('an event for a turn that is not there changes nothing', () => {
  fc.assert(
    fc.property(events, event => {
      if (!('turnId' in event)) return;
      const state = fold([{ type: 'turn-started', turn: turn('other') }]);
      assert.deepEqual(reduceChatView(state, event), state);
    }),
  );
});
