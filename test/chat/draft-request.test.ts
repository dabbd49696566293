import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conversation, Turn } from '../../src/chat/conversation.ts';
import { draftRequest, likelyAnswerTokens } from '../../src/chat/draft-request.ts';
import { Money } from '../../src/core/money.ts';
import { estimateInput } from '../../src/cost/estimate.ts';
import { priceOfRequest } from '../../src/host/price-of-request.ts';
import { createToolRegistry } from '../../src/tools/tool-registry.ts';
import { createSampleTools } from '../support/sample-tools.ts';

const empty: Conversation = { id: 'c', title: '', turns: [] };
const tools = createToolRegistry([createSampleTools().calculator]);
const setting = { provider: 'openai', model: 'gpt-4o', maxTokens: 1000 } as const;

function turn(outputTokens: number, text = 'Hello', calls = 1): Turn {
  const cost = { money: Money.zero, calls, unknownCalls: 0, estimatedCalls: 0, outputTokens };
  return {
    id: 't',
    feature: 'chat',
    question: { text, images: [], contexts: [] },
    entries: [],
    messages: [
      { role: 'user', content: text },
      { role: 'assistant', content: 'Hi' },
    ],
    ending: { status: 'done', model: 'gpt-4o', cost, durationMs: 1 },
  };
}

const given = { roots: ['r'], tools, sees: true };

const inputOf = (conversation: Conversation, letters: number): number =>
  estimateInput(draftRequest(conversation, { text: 'x'.repeat(letters), images: [] }, given), 'openai', 'gpt-4o')
    .likely;

test('the draft is priced with all that is sent along: what was said, the tools, the instructions', () => {
  const alone = inputOf(empty, 400);
  assert.ok(alone > 100 + 100, 'instructions and tools count');
  assert.ok(inputOf(empty, 4400) - alone === 1000);
  assert.ok(inputOf({ ...empty, turns: [turn(10, 'x'.repeat(8000))] }, 400) - alone >= 2000);
});

test('an image counts by its size', () => {
  const request = draftRequest(
    empty,
    { text: 'What', images: [{ width: 1024, height: 1024 }] },
    { roots: [], tools: undefined, sees: true },
  );
  const without = draftRequest(empty, { text: 'What', images: [] }, { roots: [], tools: undefined, sees: true });
  const difference =
    estimateInput(request, 'openai', 'gpt-4o').likely - estimateInput(without, 'openai', 'gpt-4o').likely;
  assert.equal(difference, 765);
});

test('the next answer is taken to be as long as the middle one of those before it, request by request', () => {
  assert.equal(likelyAnswerTokens(empty), 300);
  assert.equal(likelyAnswerTokens({ ...empty, turns: [turn(100), turn(4000), turn(201), turn(0)] }), 201);
  assert.equal(likelyAnswerTokens({ ...empty, turns: [turn(900, 'Hello', 3)] }), 300);
});

test('likely is never more than the most, and both are absent where the price is unknown', () => {
  const request = draftRequest(empty, { text: 'x'.repeat(2000), images: [] }, given);
  const at = Date.UTC(2026, 10, 22);
  const prospect = { answerTokens: 5000, seenMessages: 0, count: (text: string) => text.length };
  const { likely, most } = priceOfRequest(request, prospect, setting, at, 'en');
  assert.match(likely ?? '', /^≈ \$0\.\d+$/);
  assert.match(most ?? '', /^≤ \$0\.\d+$/);
  assert.ok(Number(likely!.slice(3)) <= Number(most!.slice(3)));
  assert.deepEqual(priceOfRequest(request, prospect, { ...setting, model: 'house-model' }, at, 'en'), {});
});

test('an image that nobody can count makes the price unknown, not smaller', () => {
  const draft = { text: 'What is this?', images: [{ width: 10, height: 10 }] };
  const request = draftRequest(empty, draft, given);
  const prospect = { answerTokens: 300, seenMessages: 0, count: (text: string) => text.length };
  const at = Date.UTC(2026, 10, 22);
  assert.deepEqual(priceOfRequest(request, prospect, { ...setting, model: 'o3-mini' }, at, 'en'), {});
});

test('for a model without eyes earlier images are words', () => {
  const content = [{ type: 'image', url: 'x', width: 9, height: 9 }] as const;
  const before = { ...turn(1), messages: [{ role: 'user', content }] as const };
  const request = draftRequest(
    { ...empty, turns: [before as unknown as Turn] },
    { text: 'x', images: [] },
    { ...given, sees: false },
  );
  assert.notEqual(estimateInput(request, 'openai', 'o3-mini').most, undefined);
});
