import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  type Conversation,
  conversationMessages,
  endInterrupted,
  imageReference,
  type Turn,
  turnCost,
  withoutImages,
} from '../../src/chat/conversation.ts';
import { Money } from '../../src/core/money.ts';
import type { LedgerTotal } from '../../src/cost/ledger.ts';
import type { Message } from '../../src/llm/message.ts';

const nothing: LedgerTotal = {
  money: Money.zero,
  committed: Money.zero,
  calls: 0,
  unknownCalls: 0,
  estimatedCalls: 0,
  running: undefined,
  models: [],
};
const model = {
  provider: 'openai',
  model: 'gpt-4o',
  calls: 2,
  money: Money.parse('0.5'),
  unknownCalls: 0,
  estimatedCalls: 1,
  inputTokens: 10,
  cachedTokens: 2,
  outputTokens: 5,
  reasoningTokens: 1,
  priceDate: '2026-09-01',
};

function interrupted({ entries, messages }: Pick<Turn, 'entries' | 'messages'>): Turn {
  const question = { text: 'Q', images: [], contexts: [] };
  return { id: 'turn', feature: 'chat', question, entries, messages: [{ role: 'user', content: 'Q' }, ...messages] };
}
const call = { id: 'c1', name: 'read_file', arguments: '{}' };
const record = { ...call, summary: 'Read it' };
const exchange: Message[] = [
  { role: 'assistant', content: 'Let me look.', toolCalls: [call] },
  { role: 'tool', toolCallId: 'c1', content: 'text' },
];
const contents = (turn: Turn): string[] =>
  turn.messages.map(({ role, content }) => `${role}: ${typeof content === 'string' ? content : '[parts]'}`);

test('an interrupted answer is a stopped one: its text stays and enters the conversation', () => {
  const turn = { ...interrupted({ entries: [{ type: 'text', text: 'Half an ans' }], messages: [] }), model: 'gpt-4o' };
  const conversation: Conversation = { id: 'c', title: '', turns: [turn] };
  endInterrupted(conversation, () => ({ ...nothing, ...model, models: [model] }));
  assert.deepEqual(contents(turn), ['user: Q', 'assistant: Half an ans']);
  assert.deepEqual(
    [turn.ending?.status, turn.ending?.model, turn.ending?.cost.money.toString(), turn.ending?.cost.inputTokens],
    ['stopped', 'gpt-4o', '0.500000', 10],
  );
});

test('what was said after the last finished tools is kept, and nothing twice', () => {
  const done = { type: 'tool', call: { ...record, status: 'done', result: 'text' } } as const;
  const running = { type: 'tool', call: { ...record, id: 'c2', status: 'running' } } as const;
  const [before, after] = [
    { type: 'text', text: 'Let me look.' },
    { type: 'text', text: 'It is' },
  ] as const;
  const cases: [Turn, string[]][] = [
    [interrupted({ entries: [before, done, after], messages: [...exchange] }), ['assistant: It is']],
    [interrupted({ entries: [before, done, after, structuredClone(running)], messages: [...exchange] }), ['assistant: It is']],
    [interrupted({ entries: [before, done], messages: [...exchange] }), []],
    [interrupted({ entries: [before, done, after], messages: [...exchange, { role: 'assistant', content: 'It is' }] }), ['assistant: It is']],
  ]; // prettier-ignore
  for (const [turn, tail] of cases) {
    endInterrupted({ id: 'c', title: '', turns: [turn] }, () => nothing);
    assert.deepEqual(contents(turn), ['user: Q', 'assistant: Let me look.', 'tool: text', ...tail]);
  }
});

test('calls that were running did not run; their text before them stays', () => {
  const turn = interrupted({
    entries: [
      { type: 'text', text: 'Let me look.' },
      { type: 'tool', call: { ...record, status: 'running' } },
    ],
    messages: [],
  });
  endInterrupted({ id: 'c', title: '', turns: [turn] }, () => nothing);
  assert.deepEqual(contents(turn), ['user: Q', 'assistant: Let me look.']);
  const [, tool] = turn.entries;
  assert.equal(tool?.type === 'tool' && tool.call.status, 'not-run');
});

test('what an interrupted turn cost is what the ledger says, the lost call among it', () => {
  const turn = interrupted({ entries: [{ type: 'text', text: 'Half' }], messages: [] });
  endInterrupted({ id: 'c', title: '', turns: [turn] }, () => ({ ...nothing, calls: 2, unknownCalls: 1 }));
  assert.deepEqual([turn.ending?.cost.calls, turn.ending?.cost.unknownCalls], [2, 1]);
});

test('a turn that ended is left as it was', () => {
  const turn = interrupted({ entries: [{ type: 'text', text: 'Hi' }], messages: [] });
  const cost = turnCost(nothing);
  turn.ending = { status: 'failed', model: 'm', cost, durationMs: 1 };
  const before = structuredClone(contents(turn));
  endInterrupted({ id: 'c', title: '', turns: [turn] }, () => ({ ...nothing, calls: 9 }));
  assert.deepEqual(contents(turn), before);
  assert.equal(turn.ending.cost, cost);
});

test('images are put in where a request is built; one that is gone is named in words', () => {
  const turn = interrupted({ entries: [], messages: [] });
  turn.messages.push({
    role: 'user',
    content: [
      { type: 'text', text: 'Look' },
      { type: 'image', url: imageReference('here'), width: 1, height: 2 },
      { type: 'image', url: imageReference('gone') },
      { type: 'image', url: 'https://example.org/a.png' },
    ],
  });
  const found = conversationMessages([turn], (turnId, id) => (id === 'here' ? `data:,${turnId}` : undefined));
  assert.deepEqual(found[1]?.content, [
    { type: 'text', text: 'Look' },
    { type: 'image', url: 'data:,turn', width: 1, height: 2 },
    { type: 'text', text: '[an image that is no longer available]' },
    { type: 'image', url: 'https://example.org/a.png' },
  ]);
  assert.match(JSON.stringify(turn.messages), /pennyloom-image:here/);
});

test('a message without its images keeps its words', () => {
  const text = { type: 'text', text: 'Look' } as const;
  const bare = withoutImages({ role: 'user', content: [text, { type: 'image', url: 'data:,x' }] }, '[gone]');
  assert.deepEqual(bare, {
    role: 'user',
    content: [text, { type: 'text', text: '[gone]' }],
  });
  for (const message of [{ role: 'user', content: 'Hi' }, ...exchange] as const)
    assert.equal(withoutImages(message, '[gone]'), message);
});

test("a turn's tokens are added over its models; where no call was made none are claimed", () => {
  const other = { ...model, model: 'gpt-4.1', inputTokens: 100, priceDate: '2026-10-01' };
  const cost = turnCost({ ...nothing, calls: 4, money: Money.parse('1'), estimatedCalls: 2, models: [model, other] });
  assert.deepEqual(cost, {
    money: Money.parse('1'),
    calls: 4,
    unknownCalls: 0,
    estimatedCalls: 2,
    inputTokens: 110,
    outputTokens: 10,
    cachedTokens: 4,
    reasoningTokens: 2,
    priceDate: '2026-10-01',
  });
  assert.deepEqual(turnCost(nothing), { money: Money.zero, calls: 0, unknownCalls: 0, estimatedCalls: 0 });
});
