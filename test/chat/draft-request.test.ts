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

function turn(outputTokens: number, text = 'Hello'): Turn {
  const cost = { money: Money.zero, calls: 1, unknownCalls: 0, estimatedCalls: 0, outputTokens };
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

const inputOf = (conversation: Conversation, textBytes: number): number =>
  estimateInput(draftRequest(conversation, { textBytes, images: [] }, { roots: ['r'], tools }), 'openai', 'gpt-4o')
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
    { textBytes: 4, images: [{ width: 1024, height: 1024 }] },
    { roots: [], tools: undefined },
  );
  const without = draftRequest(empty, { textBytes: 4, images: [] }, { roots: [], tools: undefined });
  const difference =
    estimateInput(request, 'openai', 'gpt-4o').likely - estimateInput(without, 'openai', 'gpt-4o').likely;
  assert.equal(difference, 765);
});

test('the next answer is taken to be as long as those before it', () => {
  assert.equal(likelyAnswerTokens(empty), 300);
  assert.equal(likelyAnswerTokens({ ...empty, turns: [turn(100), turn(201), turn(0)] }), 151);
});

test('likely is never more than the most, and both are absent where the price is unknown', () => {
  const request = draftRequest(empty, { textBytes: 2000, images: [] }, { roots: ['r'], tools });
  const at = Date.UTC(2026, 10, 22);
  const { likely, most } = priceOfRequest(request, 5000, setting, at, 'en');
  assert.match(likely ?? '', /^≈ \$0\.\d+$/);
  assert.match(most ?? '', /^≤ \$0\.\d+$/);
  assert.ok(Number(likely!.slice(3)) <= Number(most!.slice(3)));
  assert.deepEqual(priceOfRequest(request, 300, { ...setting, model: 'house-model' }, at, 'en'), {});
});
