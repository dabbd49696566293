import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import type { Turn } from '../../src/chat/conversation.ts';
import type { PriceUse } from '../../src/cost/call-store.ts';
import { Money } from '../../src/core/money.ts';
import { describeEvent, describeTurn } from '../../src/host/describe-chat.ts';
import { type ChatViewEvent, type ChatViewState, reduceChatView } from '../../src/protocol/chat-view-state.ts';
import { ask, askAbout, openChat, reopened } from '../chat/open-chat.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createSampleTools } from '../support/sample-tools.ts';
import { ScriptedProvider } from '../support/scripted-provider.ts';
import { Chance } from '../support/chance.ts';
import { enqueueRandomTurn } from './random-turns.ts';

const emptyState: ChatViewState = {
  conversationId: 'c',
  turns: [],
  model: { id: 'm', name: 'm', provider: 'OpenAI', keysPage: true, vision: true },
  key: 'set',
};

/** Runs random turns; at every event, what the view has folded must be what a view opened that moment would be shown. */
async function checkSeed(test: TestContext, seed: number): Promise<string[]> {
  const chance = new Chance(seed);
  const clock = new FakeClock();
  const provider = new ScriptedProvider({ model: chance.oneOf('gpt-4o', 'gpt-4o', 'a-model-without-price') });
  const { getWeather, getTime } = createSampleTools(() => clock.advance(chance.below(3)));
  const tools = chance.below(2) ? [getWeather, getTime] : [getWeather, { ...getTime, effect: 'write' as const }];
  const { session, folder } = await openChat(test, { provider, tools, clock });
  let folded = emptyState;
  session.onEvent(event => {
    const viewEvent = describeEvent(event, 'en');
    // As it travels: what JSON loses, the view never sees.
    if (viewEvent) folded = reduceChatView(folded, JSON.parse(JSON.stringify(viewEvent)) as ChatViewEvent);
    assert.deepEqual(
      folded.turns,
      session.conversation.turns.map(each => describeTurn(each, 'en')),
      `seed ${seed}, at ${JSON.stringify(viewEvent)}`,
    );
  });
  for (let index = 0; index < 3; index++) {
    const hold = enqueueRandomTurn(provider, chance);
    void hold?.reached.then(() => session.stop());
    const question =
      chance.below(3) === 0 ? askAbout('What is this?', Buffer.from('picture')) : ask(`question ${index}`);
    await session.send(question);
    assert.equal(provider.waiting, 0, `seed ${seed}`);
  }
  assert.equal(folded.turns.length, 3);
  const restored = reopened(folder, session.conversation.id)!;
  assert.deepEqual(restored.turns.map(each => describeTurn(each, 'en')), folded.turns, `seed ${seed}, reopened`); // prettier-ignore
  return session.conversation.turns.map(({ ending }) => ending!.status);
}

test('at every moment, and after a reload, a view that starts anew is shown what a view that was there has folded', async test => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 60; seed++) {
    for (const status of await checkSeed(test, seed)) seen.add(status);
  }
  assert.deepEqual([...seen].sort(), ['done', 'failed', 'stopped']);
});

function ended(ending: Partial<NonNullable<Turn['ending']>>, entries: Turn['entries'] = []): Turn {
  const cost = { money: Money.parse('0.0069'), calls: 1, unknownCalls: 0, estimatedCalls: 0 };
  return {
    id: 't',
    feature: 'chat',
    question: { text: 'Q', images: [], contexts: [] },
    entries,
    messages: [],
    ending: { status: 'done', stopReason: 'end_turn', model: 'gpt-4o', cost, durationMs: 1200, ...ending },
  };
}

test('the line under an answer tells model, tokens, cost, time, tools and, where it is unusual, why it stopped', () => {
  const cost = {
    money: Money.parse('0.0069'),
    calls: 2,
    unknownCalls: 0,
    estimatedCalls: 1,
    inputTokens: 1200,
    outputTokens: 30,
    cachedTokens: 1024,
    reasoningTokens: 0,
    priceDate: '2026-09-23',
  };
  const call = { id: 'c', name: 'read_file', arguments: '', summary: 'Read', status: 'done' } as const;
  const { facts } = describeTurn(ended({ cost, stopReason: 'max_tokens' }, [{ type: 'tool', call }]), 'en');
  assert.deepEqual(facts, {
    model: 'gpt-4o',
    cost: '≈ $0.0069',
    costNote: 'Prices of 2026-09-23. One request is estimated, because the answer ended before its token counts came.',
    durationMs: 1200,
    toolCalls: 1,
    inputTokens: 1200,
    outputTokens: 30,
    cachedTokens: 1024,
    stopNote: 'cut off at maxTokens',
  });
});

test('a cost says by which price it was counted, since when that holds, in which tier, and what is odd about it', () => {
  const use = {
    provider: 'openai',
    model: 'gpt-5.6-terra',
    source: 'genai-prices 0.1.8',
    dataDate: '2026-09-23',
    tier: 'flex',
    flags: ['long-context'],
    at: Date.parse('2026-11-28T12:00:00Z'),
  };
  const note = (...prices: readonly PriceUse[]): string => {
    const cost = {
      money: Money.parse('1'),
      calls: 1,
      unknownCalls: 0,
      estimatedCalls: 0,
      priceDate: '2026-09-23',
      prices,
    };
    return describeTurn(ended({ cost }), 'en').facts!.costNote!;
  };
  assert.equal(
    note(use),
    'Price of genai-prices 0.1.8, data of 2026-09-23, in force since 2026-07-30, flex tier. The rates for long requests applied to all of it.',
  );
  // Two calls by the same price are told once; a rate without a first day claims none; nor does data that has been replaced since.
  const { tier: _, ...untiered } = use;
  const plain = { ...use, model: 'gpt-5.4', tier: 'default', flags: [] };
  assert.equal(note(plain, { ...plain, at: 0 }), 'Price of genai-prices 0.1.8, data of 2026-09-23.');
  assert.equal(
    note({ ...untiered, dataDate: '2026-08-01', flags: [] }),
    'Price of genai-prices 0.1.8, data of 2026-08-01.',
  );
  assert.equal(note({ ...untiered, source: 'override', flags: ['override'] }), 'The price is your own.');
  assert.equal(
    note({ provider: 'openai', model: 'gpt-6-foo', flags: ['unknown-model'], at: use.at }),
    'No price is known for this model.',
  );
});

test('every unusual end is named, and what can be continued offers it', () => {
  const table: [ending: Partial<NonNullable<Turn['ending']>>, note: string | undefined, actions: string[]][] = [
    [{ stopReason: 'end_turn' }, undefined, []],
    [{ stopReason: 'max_tokens' }, 'cut off at maxTokens', ['continue']],
    [{ stopReason: 'tool-limit' }, 'tool limit reached', ['continue']],
    [{ stopReason: 'content_filter' }, 'ended by the content filter', []],
    [{ stopReason: 'refusal' }, 'refused', []],
    [{ status: 'stopped' }, 'stopped', ['try-again']],
  ];
  for (const [ending, note, actions] of table) {
    const view = describeTurn(ended(ending), 'en');
    assert.equal(view.facts?.stopNote, note);
    assert.deepEqual(view.actions?.map(({ id }) => id) ?? [], actions);
  }
});

test('where nothing was sent, no facts are claimed; where no tokens are known, none are shown', () => {
  const none = { money: Money.zero, calls: 0, unknownCalls: 0, estimatedCalls: 0 };
  assert.equal(describeTurn(ended({ cost: none })).facts, undefined);
  const unknown = { money: Money.zero, calls: 1, unknownCalls: 1, estimatedCalls: 0, inputTokens: 0, outputTokens: 0 };
  const { facts } = describeTurn(ended({ cost: unknown }));
  assert.equal(facts?.cost, 'unknown');
  assert.ok(!('inputTokens' in facts) && !('outputTokens' in facts));
});

test('arguments are shown as readable JSON, or as the model wrote them where they are none', () => {
  const shown = (text: string): string => {
    const call = { id: 'c', name: 'x', arguments: text, summary: 'x', status: 'failed' } as const;
    const [part] = describeTurn(ended({}, [{ type: 'tool', call }])).parts;
    return part?.type === 'tool' ? part.arguments : '';
  };
  assert.equal(shown('{"path":"a"}'), '{\n  "path": "a"\n}');
  assert.equal(shown(''), '{}');
  assert.equal(shown('{"path":'), '{"path":');
});

test('attached code is shown by path and lines, images by what may be seen of them', () => {
  const turn = ended({});
  const lines = { kind: 'selection', path: 'src/a.ts', language: 'typescript', code: 'x' } as const;
  const image = { id: 'i', name: 'a.png', mediaType: 'image/png', width: 1, height: 2, thumbnail: 'data:,' };
  const { question } = describeTurn({
    ...turn,
    question: {
      text: 'Q',
      images: [image, { ...image, id: 'j', tokens: 85 }],
      contexts: [
        { ...lines, startLine: 3, endLine: 3 },
        { ...lines, startLine: 3, endLine: 9 },
      ],
    },
  });
  assert.deepEqual(question, {
    text: 'Q',
    images: [image, { ...image, id: 'j', tokens: 85 }],
    contexts: [
      { kind: 'selection', label: 'src/a.ts:3' },
      { kind: 'selection', label: 'src/a.ts:3-9' },
    ],
  });
});
